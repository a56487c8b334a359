"""The first lesson, where k-means fails: one click, and three methods sort the same points in the plane side by side."""

from __future__ import annotations

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.asking.lesson import DOES, has_lesson, lesson, moral
from deepclust.engine.estimating.estimate import estimate, in_time
from deepclust.figures.multiples import matched
from deepclust.figures.plane_points import plane_points
from deepclust.methods import find_method
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages.experiments.multiple import PanelStyle, scores
from pages.experiments.panel import panel_head, ways_on, where
from pages.parts.start import start_group
from pages.visit import cached, say, session
from pages.visit.sight import sight_of

HEIGHT = 340  # pixels of a map, which is as wide as it is high
NARROWEST = 360  # pixels of a panel


def lesson_box(data: Dataset) -> None:
    """The way into the lesson, for data that have one."""
    ref = st.session_state.dataset
    if not has_lesson(ref):
        return
    with st.container(border=True, key="lesson"):
        st.subheader("First lesson: where k-means fails", anchor=False)
        st.caption(
            "The same points given to k-means, to the exact cut of their neighbour graph, and to SpectralNet, which learns "
            "that cut. Watch the three side by side. All settings are the usual ones."
        )
        configs = lesson(ref, data, labels_seen=session.labels_revealed(data.fingerprint))
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                f"Start all {len(configs)}", icon=":material/school:", type="primary", key="lesson-start"
            )
            seconds = sum(estimate(config, cached.store()).seconds for config in configs)
            st.caption(f"About **{in_time(seconds)}** for all, one after the other")
        if pressed:
            with say.failures():
                start_group(configs)
                st.rerun()


def lesson_panels(run: Run, runs: list[Run]) -> None:
    """The points of a lesson once for each method, coloured by its clusters, and what they teach once all have ended."""
    st.subheader("First lesson: where k-means fails", anchor=False)
    try:
        sight = sight_of(run)
    except ValueError:
        return  # the page itself says what is wrong with the data
    exact = next((r for r in runs[1:] if r.has_result), None)
    style = PanelStyle("pca", False, exact, sight, HEIGHT)
    with st.grid(min_column_width=NARROWEST):
        for member in runs:
            with st.container(border=True, height="stretch"):
                live = member.status().state not in ENDED
                st.fragment(_panel, run_every=1.0 if live else None)(
                    member, sight.data, style, member.id == run.id, live
                )
    if all(r.status().state in ENDED for r in runs):
        for sentence in moral({r.config.method: cached.own_labels(r) for r in runs if r.has_result}):
            st.markdown(sentence)


def _panel(member: Run, data: Dataset, style: PanelStyle, shown: bool, was_live: bool) -> None:
    method = member.config.method
    status = panel_head(member, find_method(method).title, was_live)
    st.caption(DOES.get(method, ""))
    _points(member, data, style)
    where(member, status)
    scores(member, style)
    ways_on(member, shown)


def _points(member: Run, data: Dataset, style: PanelStyle) -> None:
    """The points as they lie in the plane, in the colours of the clusters, as far as these are known by now."""
    if member.has_result and member.status().state in ENDED:
        like = None if style.like is None or style.like.id == member.id else cached.own_labels(style.like)
        points, labels = data.X, matched(cached.own_labels(member), like)
    else:
        try:
            shot = member.snapshot(-1)
        except (IndexError, OSError, ValueError):
            st.skeleton(height=style.height)
            return
        points, labels = data.X[shot["sample"]], shot["labels"]
    st.echarts_chart(
        plane_points(points, labels, member.config.n_clusters, style.height - 8),
        key=f"lesson-{member.id}",
        height=style.height,
        alt=f"The points of {data.title}, coloured by the clusters of {find_method(member.config.method).title}",
    )
