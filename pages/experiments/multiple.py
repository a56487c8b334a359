"""One run of a group: its small map while it learns, the chosen map when it has ended, scores, and the ways on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.maps.run_maps import FIRST_SAMPLE
from deepclust.figures.multiples import matched, multiple, words_of
from deepclust.methods import find_method
from deepclust.projections import PROJECTIONS
from deepclust.runs import Run, RunStatus
from deepclust.runs.run import ENDED
from pages.experiments.groups import differs
from pages.map.projections import Choice, asked, first_map
from pages.parts.live import duration
from pages.parts.strip import STATE_COLOURS
from pages.visit import cached, session


@dataclass(frozen=True, eq=False)
class View:
    """How all panels are drawn. like: the run whose clusters give the colours; data: there once labels are revealed."""

    method: str
    by_class: bool
    like: Run | None
    data: Dataset | None
    height: int  # pixels of a map

    @property
    def classes(self) -> Dataset | None:
        """The data set whose classes colour the maps; None where clusters do."""
        return self.data if self.by_class else None


def keep_drawing(member: Run, view: View, shown: bool) -> None:
    """A panel that renews itself while its run is live or its map is being computed."""
    live = member.status().state not in ENDED
    waiting = not live and member.has_result and under_way(asked(member, _choice(view))[1])
    st.fragment(_panel, run_every=1.0 if live or waiting else None)(member, view, shown, live, waiting)


def _choice(view: View) -> Choice:
    """Every run brings its own PCA map of all samples; the slow maps are of some."""
    return Choice("latent", view.method, 2, FIRST_SAMPLE if PROJECTIONS[view.method].slow else None)


def under_way(job: dict) -> bool:
    """Whether a map is being computed or waits for that."""
    return job["state"] in ("queued", "running")


def _panel(member: Run, view: View, shown: bool, was_live: bool, was_waiting: bool) -> None:
    if not member.folder.exists():
        st.rerun()
    status = member.status()
    if was_live and status.state in ENDED:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{name_in_group(member)}**", help=_rung(member) or None)
        st.badge(status.state, color=STATE_COLOURS[status.state])
    if words := words_of(member.config.part):
        st.caption(words)
    words = _finished_map(member, view, was_waiting) if member.has_result and not was_live else _live_map(member, view)
    where(member, status, words)
    scores(member, view)
    ways_on(member, shown)


def name_in_group(member: Run) -> str:
    """What a panel is headed with: the seed tells runs apart that differ in nothing else."""
    group, part = member.config.group, member.config.part
    only_seeds = group is not None and group.words == "Seeds"
    return f"{part}, seed {member.config.seed}" if only_seeds else part


def _rung(member: Run) -> str:
    """How a rung of a ladder differs from the whole method; empty for other runs."""
    rungs = find_method(member.config.method).ladder
    name = member.config.member
    return differs(member.config.method, dict(rungs[name])) if name in rungs else ""


def _live_map(member: Run, view: View) -> str:
    """The map of the last snapshot; returns what it shows, in words."""
    try:
        shot = member.snapshot(-1)
    except (IndexError, OSError, ValueError):
        shot = {"points": np.zeros((0, 2))}
    if not len(shot["points"]):
        _no_map(member, view)
        return ""
    groups = view.classes.y[shot["sample"]] if view.classes is not None else shot["labels"]
    draw(member, view, shot["points"], groups)
    return ""


def _finished_map(member: Run, view: View, was_waiting: bool) -> str:
    """The chosen map of what a run found, or PCA until that is there; returns what has to be said about it."""
    found, job = asked(member, _choice(view))
    if was_waiting and not under_way(job):
        st.rerun()  # only a new run of the page stops the clock of this panel
    words = ""
    if found is None:
        on_its_way = job["text"] or f"{PROJECTIONS[view.method].title} {job['state']}"
        words = job["error"] or f"{on_its_way}; PCA meanwhile"
        found = first_map(member)
    if found is None:
        _no_map(member, view)
        return words
    ids = found.ids if found.ids is not None else np.arange(len(found.points))
    if view.classes is not None:
        groups = view.classes.y[ids]
    else:
        like = None if view.like is None or view.like.id == member.id else cached.own_labels(view.like)
        groups = matched(cached.own_labels(member), like)[ids]
    draw(member, view, found.points, groups)
    return words


def _no_map(member: Run, view: View) -> None:
    """Room for the map to come, or a word that there will be none."""
    if member.status().state in ENDED and not member.has_result:
        with st.container(height=view.height, border=False, vertical_alignment="center"):
            st.caption("No map: nothing was learned.", text_alignment="center")
    else:
        st.skeleton(height=view.height)


def draw(member: Run, view: View, points: np.ndarray, groups: np.ndarray, of_input: bool = False) -> None:
    """A small map of a run, or of the data that it was given."""
    data = view.classes
    n_groups = member.config.n_clusters if data is None else data.n_classes
    st.echarts_chart(
        multiple(points, groups, n_groups, None if data is None else data.class_names),
        key=f"multiple-{'input-' if of_input else ''}{member.id}",
        height=view.height,
        alt=f"Map of {'the raw data' if of_input else f'the latent space with {name_in_group(member)}'}, "
        f"coloured by {'class' if data else 'cluster'}",
    )


def where(member: Run, status: RunStatus, words: str) -> None:
    """How far the run is, or how long it took."""
    if status.state in ("running", "paused"):
        text = f"epoch {status.epoch} of {status.n_epochs}" if status.n_epochs else status.stage or "Preparing"
        if status.eta is not None and status.state == "running":
            text += f" · {duration(status.eta)} left"
        st.progress(min(1.0, status.fraction), text=text)
    elif status.state == "queued":
        st.progress(0.0, text="waiting for its turn")
    elif status.seconds and status.state in ("done", "stopped"):
        st.caption(" · ".join(filter(None, (f"{duration(status.seconds)} of training", words))))
    else:
        st.caption(status.message)


def scores(member: Run, view: View) -> None:
    """ACC and NMI, once the labels are revealed."""
    found = member.metrics() if view.data is not None and member.has_result else {}
    if "acc" in found:
        st.markdown(f"**ACC {found['acc']:.3f}** · NMI {found['nmi']:.3f}")


def ways_on(member: Run, shown: bool) -> None:
    with st.container(horizontal=True):
        if st.button("Shown below" if shown else "Details", key=f"details-{member.id}", disabled=shown):
            session.look_at(member)
            st.rerun(scope="app")
        if member.has_result and st.button("Explore", key=f"explore-{member.id}"):
            session.look_at(member)
            st.switch_page("pages/explore/page.py", query_params=session.url_of(member))
