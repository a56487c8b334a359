"""One run of a group: its small map while it learns, the chosen map when it has ended, mean pictures, warnings, scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import FIRST_SAMPLE
from deepclust.figures.multiples import matched, multiple, words_of
from deepclust.methods import find_method
from deepclust.projections import PROJECTIONS
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from deepclust.runs.table import HOW_TESTED
from deepclust.spaces import LATENT
from pages.experiments.groups import differs
from pages.experiments.panel import name_in_group, panel_head, ways_on, where
from pages.map.choice import Choice
from pages.map.projections import first_map, mapped_ids, requested_map
from pages.parts.means import means
from pages.visit import cached, say
from pages.visit.say import plain
from pages.visit.sight import Sight

MEAN_SIDE = 28  # pixels of a mean picture


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
    for warning in _warnings(member.id, f"{status.state}-{member.n_snapshots}", member):
        say.warning(warning)
    where(member, status, remark)
    scores(member, style)
    ways_on(member, shown)


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
    _means(style, shot["sample"], shot["labels"])


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
    like = None if style.like is None or style.like.id == member.id else cached.own_labels(style.like)
    clusters = matched(cached.own_labels(member), like)
    draw(member, style, projection.points, (clusters if style.classes is None else style.classes)[ids])
    _means(style, np.arange(len(clusters)), clusters)
    return remark


def _means(style: PanelStyle, rows: np.ndarray, labels: np.ndarray) -> None:
    """The mean picture of every cluster of the samples ``rows``."""
    if style.sight is not None:
        st.html(means(style.sight.data, rows, labels, MEAN_SIDE)[0])


@st.cache_data(max_entries=256, show_spinner=False)
def _warnings(run_id: str, moment: str, _run: Run) -> list[str]:
    """What a run has warned of so far, such as a task that can be solved without looking at shapes."""
    told = (e for e in _run.events()[0] if e["kind"] == "note" and e["level"] == "warning")
    return list(dict.fromkeys(e["text"] for e in told))


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


def scores(member: Run, style: PanelStyle) -> None:
    """ACC and NMI, once the labels are revealed."""
    metrics = member.metrics() if style.revealed and member.has_result else {}
    if "acc" in metrics:
        of_test = metrics.get("test_part", {})
        st.markdown(f"{'Train part: ' if of_test else ''}**ACC {metrics['acc']:.3f}** · NMI {metrics['nmi']:.3f}")
        for how, words in HOW_TESTED.items():
            if "acc" in of_test.get(how, {}):
                st.caption(f"Test part, {words}: ACC {of_test[how]['acc']:.3f} · NMI {of_test[how]['nmi']:.3f}")
