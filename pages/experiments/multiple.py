"""One run of a group: its small map while it learns, the chosen map when it has ended, scores, and the ways on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.maps.run_maps import FIRST_SAMPLE
from deepclust.figures.multiples import matched, multiple, words_of
from deepclust.methods import find_method
from deepclust.projections import PROJECTIONS
from deepclust.runs import Run, RunStatus
from deepclust.runs.run import ENDED
from deepclust.spaces import LATENT
from pages.experiments.groups import differs
from pages.map.choice import Choice
from pages.map.projections import first_map, mapped_ids, requested_map
from pages.parts.strip import STATE_COLOURS
from pages.visit import cached, say, session
from pages.visit.say import plain
from pages.visit.sight import Sight


@dataclass(frozen=True, eq=False)
class PanelStyle:
    """How all panels of a group are drawn.

    like: the run whose clusters give the colours; sight: of the run that is shown below, None where its data are not here.
    """

    method: str
    by_class: bool
    like: Run | None
    sight: Sight | None
    height: int  # pixels of a map

    @property
    def revealed(self) -> bool:
        """Whether scores and classes may be told."""
        return self.sight is not None and self.sight.revealed

    @property
    def classes(self) -> np.ndarray | None:
        """The classes int64 (n,) that colour the maps; None where clusters do."""
        return self.sight.classes if self.sight is not None and self.by_class else None


def keep_drawing(member: Run, style: PanelStyle, shown: bool) -> None:
    """A panel that renews itself while its run is live or its map is being computed."""
    live = member.status().state not in ENDED
    waiting = not live and member.has_result and requested_map(member, _choice(style))[1].under_way
    st.fragment(_panel, run_every=1.0 if live or waiting else None)(member, style, shown, live, waiting)


def _choice(style: PanelStyle) -> Choice:
    """Every run brings its own PCA map of all samples; the slow maps are of some."""
    return Choice(LATENT, style.method, 2, FIRST_SAMPLE if PROJECTIONS[style.method].slow else None)


def _panel(member: Run, style: PanelStyle, shown: bool, was_live: bool, was_waiting: bool) -> None:
    status = panel_head(member, name_in_group(member), was_live, _rung(member) or None)
    if transformations := words_of(member.config.part):
        st.caption(plain(transformations))
    remark = ""
    if member.has_result and not was_live:
        remark = _finished_map(member, style, was_waiting)
    else:
        _live_map(member, style)
    where(member, status, remark)
    scores(member, style)
    ways_on(member, shown)


def panel_head(member: Run, title: str, was_live: bool, help: str | None = None) -> RunStatus:
    """Title and state of a run, and its status; the page runs again if it has ended since or is gone."""
    if not member.folder.exists():
        st.rerun()
    status = member.status()
    if was_live and status.state in ENDED:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(title)}**", help=plain(help or "") or None)
        say.badge(status.state, color=STATE_COLOURS[status.state])
    return status


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


def _live_map(member: Run, style: PanelStyle) -> None:
    """The map of the last snapshot."""
    try:
        shot = member.snapshot(-1)
    except (IndexError, OSError, ValueError):
        shot = {"points": np.zeros((0, 2))}
    if not len(shot["points"]):
        _no_map(member, style)
        return
    groups = style.classes[shot["sample"]] if style.classes is not None else shot["labels"]
    draw(member, style, shot["points"], groups)


def _finished_map(member: Run, style: PanelStyle, was_waiting: bool) -> str:
    """The chosen map of what a run found, or PCA until that is there; returns what has to be said about it."""
    projection, state = requested_map(member, _choice(style))
    if was_waiting and not state.under_way:
        st.rerun()  # only a new run of the page stops the clock of this panel
    remark = ""
    if projection is None:
        on_its_way = state.text or f"{PROJECTIONS[style.method].title} {state.state}"
        remark = state.error or f"{on_its_way}; PCA meanwhile"
        projection = first_map(member)
    if projection is None:
        _no_map(member, style)
        return remark
    ids = mapped_ids(projection)
    if style.classes is not None:
        groups = style.classes[ids]
    else:
        like = None if style.like is None or style.like.id == member.id else cached.own_labels(style.like)
        groups = matched(cached.own_labels(member), like)[ids]
    draw(member, style, projection.points, groups)
    return remark


def _no_map(member: Run, style: PanelStyle) -> None:
    """Room for the map to come, or a word that there will be none."""
    if member.status().state in ENDED and not member.has_result:
        with st.container(height=style.height, border=False, vertical_alignment="center"):
            st.caption("No map: nothing was learned.", text_alignment="center")
    else:
        st.skeleton(height=style.height)


def draw(member: Run, style: PanelStyle, points: np.ndarray, groups: np.ndarray, of_input: bool = False) -> None:
    """A small map of a run, or of the data that it was given."""
    names = style.sight.class_names if style.sight is not None and style.by_class else None
    n_groups = member.config.n_clusters if names is None else len(names)
    st.echarts_chart(
        multiple(points, groups, n_groups, names),
        key=f"multiple-{'input-' if of_input else ''}{member.id}",
        height=style.height,
        alt=f"Map of {'the raw data' if of_input else f'the latent space with {name_in_group(member)}'}, "
        f"coloured by {'class' if style.by_class else 'cluster'}",
    )


def where(member: Run, status: RunStatus, remark: str = "") -> None:
    """How far the run is, or how long it took, with a remark about its map."""
    if status.state in ("running", "paused"):
        text = f"epoch {status.epoch} of {status.n_epochs}" if status.n_epochs else plain(status.stage) or "Preparing"
        if status.eta is not None and status.state == "running":
            text += f" · {in_time(status.eta)} left"
        st.progress(min(1.0, status.fraction), text=text)
    elif status.state == "queued":
        st.progress(0.0, text="waiting for its turn")
    elif status.seconds and status.state in ("done", "stopped"):
        st.caption(" · ".join(filter(None, (f"{in_time(status.seconds)} of training", plain(remark)))))
    else:
        st.caption(plain(status.message))


def scores(member: Run, style: PanelStyle) -> None:
    """ACC and NMI, once the labels are revealed."""
    metrics = member.metrics() if style.revealed and member.has_result else {}
    if "acc" in metrics:
        st.markdown(f"**ACC {metrics['acc']:.3f}** · NMI {metrics['nmi']:.3f}")


def ways_on(member: Run, shown: bool) -> None:
    with st.container(horizontal=True):
        if st.button("Shown below" if shown else "Details", key=f"details-{member.id}", disabled=shown):
            session.look_at(member)
            st.rerun(scope="app")
        if member.has_result and st.button("Explore", key=f"explore-{member.id}"):
            session.look_at(member)
            st.switch_page("pages/explore/page.py", query_params=session.url_of(member))
