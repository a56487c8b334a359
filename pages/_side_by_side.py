"""The runs of a group side by side: their small maps while they learn, and when they have ended, their clusters."""

from __future__ import annotations

import html

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.theme import colour, text_mark
from deepclust.projections import METHODS
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages import _cached, _session
from pages._multiple import View, keep_drawing

FEW = 3  # so many panels may be larger
NARROWEST, NARROWEST_OF_FEW = 270, 340  # pixels of a panel
HEIGHT, HEIGHT_OF_FEW = 260, 330  # of its map
COLOURS = ("Cluster", "Class")


def group_of(run: Run) -> list[Run]:
    """The runs that were started together with this one, itself among them; empty where it was started alone."""
    group = run.config.group
    return _cached.store().group(group.id) if group is not None else []


def side_by_side(run: Run) -> None:
    """The group of a run, one panel for each member; nothing where it has none."""
    group, runs = run.config.group, group_of(run)
    if group is None or len(runs) < 2:
        return
    st.subheader(f"{group.words} side by side", anchor=False)
    view = _controls(run, runs)
    with st.grid(min_column_width=NARROWEST_OF_FEW if len(runs) <= FEW else NARROWEST):
        for member in runs:
            with st.container(border=True, height="stretch"):
                keep_drawing(member, view, member.id == run.id)
    if view.classes is not None:
        _legend(view.classes)
    st.subheader(f"{run.config.part} in detail", anchor=False)


def _controls(run: Run, runs: list[Run]) -> View:
    revealed = _revealed(run)
    live = [r for r in runs if r.status().state not in ENDED]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            "Map of a finished run", list(METHODS), format_func=lambda m: METHODS[m].title, default="tsne",
            required=True, key="group-map", help="The paper's figure 8 shows t-SNE. While a run is learning its map is PCA.",
        )  # fmt: skip
        by = COLOURS[0]
        if revealed is not None:
            by = st.segmented_control(
                "Colour by", COLOURS, default=COLOURS[1], required=True, key="group-colour"
            )
        if live:
            st.button("Stop all and keep", icon=":material/stop:", key="group-stop", on_click=_stop, args=(live,),
                      help="Ends the run that is learning and takes the waiting ones out of the queue.")  # fmt: skip
    ended = [r for r in (run, *runs) if r.has_result]
    height = HEIGHT_OF_FEW if len(runs) <= FEW else HEIGHT
    return View(str(method), by == COLOURS[1], ended[0] if ended else None, revealed, height)


def _revealed(run: Run) -> Dataset | None:
    """The data set of a run if its labels may be shown."""
    try:
        data = _cached.dataset(run.config.dataset)
    except ValueError:
        return None  # the page itself says what is wrong with the data
    return data if data.y is not None and _session.labels_revealed(data.fingerprint) else None


def _stop(runs: list[Run]) -> None:
    for run in runs:
        run.send("stop")


def _legend(data: Dataset) -> None:
    """What the colours of the classes mean, once for all panels."""
    names = data.class_names or tuple(map(str, range(data.n_classes)))
    st.html(
        " &nbsp; ".join(
            f'<span style="white-space:nowrap"><span style="color:{colour(c)}">{text_mark(c)}</span> {html.escape(name)}</span>'
            for c, name in enumerate(names)
        )
    )
