"""The runs of a group side by side: their small maps while they learn, and when they have ended, their clusters."""

from __future__ import annotations

import html

import streamlit as st

from deepclust.figures.theme import colour, text_mark
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages.experiments.group_tables import grid_maps, group_table
from pages.experiments.multiple import PanelStyle, keep_drawing
from pages.experiments.raw_data import keep_drawing_raw
from pages.experiments.validation import validation_against_acc
from pages.map.choice import projection_control
from pages.map.colouring import CLASS, CLUSTER, colour_control
from pages.parts.pick import pick
from pages.parts.rank_button import rank_button
from pages.visit import cached, say, session
from pages.visit.say import plain
from pages.visit.sight import Sight, sight_of

#: Which figure of its paper the maps of a ladder are, or those of a bench.
LIKE_FIGURE = {
    "DSCDAN": "figure 6 of Yang et al.: the raw data, and a map for each rung",
    "DDLS": "figures 2 to 4 of Tzoreff et al.: the raw data, stage 0, and what stages I and II make of it",
    "LALNet": "figure 8 of Kilinc & Uysal: a map for each set of transformations",
}
FEW = 3  # so many panels may be larger
NARROWEST, NARROWEST_OF_FEW = 270, 340  # pixels of a panel
HEIGHT, HEIGHT_OF_FEW = 260, 330  # of its map


def group_of(run: Run) -> list[Run]:
    """The runs that were started together with this one, itself among them; empty where it was started alone."""
    group = run.config.group
    return cached.store().group(group.id) if group is not None else []


def side_by_side(run: Run) -> None:
    """The group of a run as its kind wants to be seen (`RunGroup.kind`); nothing where it has none."""
    group, runs = run.config.group, group_of(run)
    if group is None or len(runs) < 2:
        return
    try:
        sight = sight_of(run)
    except ValueError:
        sight = None  # the page itself says what is wrong with the data
    if group.kind == "grid":
        _grid(run, runs, sight, group.words)
    else:
        _panels(run, runs, sight, group.words, ladder=group.kind == "ladder")
    if sight is not None and sight.revealed:
        validation_against_acc(runs)
    st.subheader(f"{plain(run.config.part) or 'This run'} in detail", anchor=False)


def _grid(run: Run, runs: list[Run], sight: Sight | None, title: str) -> None:
    """Heat maps, and the choice of the run that is shown below them."""
    st.subheader(plain(title), anchor=False)
    grid_maps(runs, sight is not None and sight.revealed)
    by_id = {r.id: r for r in runs}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Look at",
            list(by_id),
            index=list(by_id).index(run.id),
            width=320,
            format_func=lambda run_id: by_id[run_id].config.part,
            key=f"grid-look-{run.id}",
        )
        _stop_button(runs)
        rank_button(run, runs)
    if chosen != run.id:
        session.look_at(by_id[chosen])
        st.rerun()


def _panels(run: Run, runs: list[Run], sight: Sight | None, title: str, *, ladder: bool) -> None:
    """A table, and a small map for each run; of a ladder the raw data first, and one seed at a time."""
    st.subheader(f"{plain(title)} side by side", anchor=False)
    group_table(runs, sight is not None and sight.revealed)
    if title in ("Ablation ladder", "Transformations") and run.config.method in LIKE_FIGURE:
        st.caption(f"The maps below are as {LIKE_FIGURE[run.config.method]}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        style = _controls(run, runs, sight)
        shown = _of_one_seed(run, runs) if ladder else runs
        _stop_button(runs)
        rank_button(run, runs)
    with st.grid(min_column_width=NARROWEST_OF_FEW if len(shown) <= FEW else NARROWEST):
        if ladder:
            with st.container(border=True, height="stretch"):
                keep_drawing_raw(run, style)
        for member in shown:
            with st.container(border=True, height="stretch"):
                keep_drawing(member, style, member.id == run.id)
    if sight is not None and style.by_class:
        _legend(sight)


def _of_one_seed(run: Run, runs: list[Run]) -> list[Run]:
    """The runs with the seed that is picked; all of them where they differ in nothing else."""
    seeds = sorted({r.config.seed for r in runs})
    if len(seeds) == 1 or len({r.config.part for r in runs}) == 1:
        return runs
    seed = pick("Maps of seed", seeds, default=run.config.seed, key=f"group-seed-{run.id}")
    return [r for r in runs if r.config.seed == seed]


def _controls(run: Run, runs: list[Run], sight: Sight | None) -> PanelStyle:
    method = projection_control(
        label="Map of a finished run",
        default="tsne",
        key="group-map",
        help="The papers show t-SNE. While a run is learning its map is PCA.",
    )
    by = CLUSTER
    if sight is not None and sight.revealed:
        by = colour_control((CLUSTER, CLASS), default=CLASS, key="group-colour")
    ended = [r for r in (run, *runs) if r.has_result]
    height = HEIGHT_OF_FEW if len(runs) <= FEW else HEIGHT
    return PanelStyle(method, by == CLASS, ended[0] if ended else None, sight, height)


def _stop_button(runs: list[Run]) -> None:
    live = [r for r in runs if r.status().state not in ENDED]
    if live:
        st.button(
            "Stop all and keep",
            icon=":material/stop:",
            key="group-stop",
            on_click=_stop,
            args=(live,),
            help="Ends the run that is learning and takes the waiting ones out of the queue.",
        )


def _stop(runs: list[Run]) -> None:
    for run in runs:
        with say.failures(say.toast):
            run.send("stop")


def _legend(sight: Sight) -> None:
    """What the colours of the classes mean, once for all panels."""
    st.html(
        " &nbsp; ".join(
            f'<span style="white-space:nowrap"><span style="color:{colour(c)}">{text_mark(c)}</span> {html.escape(sight.data.class_name(c))}</span>'
            for c in range(sight.n_classes)
        )
    )
