"""A group of runs in numbers: a table of means and spreads over the seeds, and a grid of hyper-parameters as heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from deepclust.data.catalog.table import published_rungs
from deepclust.data.picture_networks import STANDS_APART
from deepclust.engine.judging.compare import compared, fallen, with_spread
from deepclust.figures.grids import Cells, heat_map
from deepclust.methods import find_method
from deepclust.params import params_of
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from deepclust.runs.table import WEIGHTS
from pages.visit.say import plain

HEIGHT = 300  # pixels of a heat map
SCORES = {"acc": "ACC", "nmi": "NMI", "silhouette": "Silhouette"}
OF_TEST = {
    "test_placed_acc": "Test ACC, placed",
    "test_placed_nmi": "Test NMI, placed",
    "test_alone_acc": "Test ACC, by itself",
    "test_alone_nmi": "Test NMI, by itself",
}
NO_LABELS = (
    "Silhouette needs no labels: how much closer samples are to their own cluster than to the next one, in the run's own "
    "space. A space can be tidy and wrong, so compare it between runs with care."
)


def group_table(runs: Sequence[Run], labelled: bool) -> None:
    """A row for each member, renewed while runs are live."""
    live = any(run.status().state not in ENDED for run in runs)
    st.fragment(_group_table, run_every=2.0 if live else None)(runs, labelled)


def _group_table(runs: Sequence[Run], labelled: bool) -> None:
    rows = compared(runs, labelled=labelled)
    several = any(row["runs"] > 1 for row in rows)
    unfinished = any(row["finished"] < row["runs"] for row in rows)
    unit = 60.0 if max(row.get("seconds") or 0.0 for row in rows) >= 90 else 1.0
    cells = [_cells(row, several or unfinished, unit) for row in rows]
    st.table({name: [line[name] for line in cells] for name in cells[0]}, border="horizontal", hide_index=True)
    spread = (
        "Mean ± standard deviation over the seeds." if several else f"One run each, with seed {runs[0].config.seed}."
    )
    remarks = [f"{spread} {NO_LABELS}"]
    if runs[0].config.test_part is not None:
        remarks.append(
            "The train part was learned from, the test part was not: placed by what was learned, and clustered by itself "
            "with k-means on the learned space. Everything without a word about the test part is of the train part."
        )
    if labelled and "published_acc" in rows[0]:
        remarks += _sources(runs)
    if not labelled and published_rungs(runs[0].config.dataset, runs[0].config.method):
        remarks.append("ACC, NMI and the published numbers appear when the labels are revealed.")
    if features := runs[0].config.features:
        remarks.append(plain(f"On features of {features}. {STANDS_APART}"))
    st.caption("  \n".join(remarks))
    if labelled and (comparison := fallen(rows, find_method(runs[0].config.method).beside_ladder)):
        st.info(plain(comparison), icon=":material/info:")


def _sources(runs: Sequence[Run]) -> list[str]:
    """Who published the numbers beside the runs, and how they came about: each source and note once."""
    config, members = runs[0].config, {run.config.part for run in runs}
    rungs: dict[str, list[str]] = {}
    for rung, row in published_rungs(config.dataset, config.method).items():
        if rung not in members:
            continue
        rungs.setdefault(f"{row.source}. {row.note}", []).append(rung)
    if len(rungs) == 1:
        return [plain(f"Published: {next(iter(rungs))}")]
    return [plain(f"Published, {', '.join(names)}: {told}") for told, names in rungs.items()]


def _cells(row: dict[str, Any], counted: bool, unit: float) -> dict[str, str]:
    """A row of the table as text; a column is there for all rows or for none. unit: seconds of the unit of time."""

    def cell(name: str, digits: int = 3, unit: float = 1.0) -> str:
        mean, spread = row.get(name), row.get(f"{name}_sd")
        return with_spread(mean and mean / unit, spread and spread / unit, digits)

    cells = {"Run": plain(row["member"])}
    if counted:
        cells["Finished"] = f"{row['finished']:d} of {row['runs']:d}"
    of_train = "Train " if any(name in row for name in OF_TEST) else ""
    for name, title in ({name: of_train + SCORES[name] for name in ("acc", "nmi")} | OF_TEST).items():
        if name in row:
            cells[title] = cell(name)
    if "published_acc" in row:
        cells["Published ACC"] = cell("published_acc")
    if "published_nmi" in row:
        cells["Published NMI"] = cell("published_nmi")
    if "silhouette" in row:
        cells["Silhouette"] = cell("silhouette")
    if "n_used" in row:
        cells["Used clusters"] = cell("n_used", 1 if row.get("n_used_sd") else 0)
    if WEIGHTS in row:
        cells["Weights"] = "–" if row[WEIGHTS] is None else f"{row[WEIGHTS]:,}"
    if "seconds" in row:
        cells["Minutes" if unit > 1 else "Seconds"] = cell("seconds", 1 if unit > 1 else 0, unit)
    return cells


def grid_maps(runs: Sequence[Run], labelled: bool) -> None:
    """A heat map for each score, which fill in while the runs end."""
    live = any(run.status().state not in ENDED for run in runs)
    st.fragment(_grid_maps, run_every=2.0 if live else None)(runs, labelled)


def _grid_maps(runs: Sequence[Run], labelled: bool) -> None:
    group = runs[0].config.group
    if group is None:
        return
    names = group.names
    params = params_of(find_method(runs[0].config.method))
    axes = [sorted({run.config.params[name] for run in runs}) for name in names]
    x, y = axes[0], axes[1] if len(axes) > 1 else [""]
    labels = [params[name].label for name in names]
    shown = [name for name in SCORES if labelled or name == "silhouette"]
    for column, score in zip(st.columns(len(shown)), shown, strict=True):
        with column:
            st.markdown(f"**{SCORES[score]}**")
            st.echarts_chart(
                heat_map(_scored(runs, score, axes, names), x, y, labels[0], labels[1] if len(labels) > 1 else ""),
                key=f"grid-{group.id}-{score}",
                height=HEIGHT if len(axes) > 1 else HEIGHT // 2,
                alt=f"{SCORES[score]} over {' and '.join(labels)}, darker is higher",
            )
    n_ended = sum(run.has_result for run in runs)
    st.caption(
        f"{n_ended} of {len(runs)} runs have ended. Darker is higher, each map on its own scale; one run per cell, all with "
        f"seed {runs[0].config.seed}, so differences of a few points may be chance.  \n{NO_LABELS}"
        + ("" if labelled else " ACC and NMI appear when the labels are revealed.")
    )


def _scored(runs: Sequence[Run], score: str, axes: Sequence[list[Any]], names: Sequence[str]) -> Cells:
    """The cells of one score: numbers of runs that have ended, and how far the others are."""
    values, states = {}, {}
    for run in runs:
        spots = [axis.index(run.config.params[name]) for axis, name in zip(axes, names, strict=True)]
        at = (spots[0], spots[1] if len(spots) > 1 else 0)
        value = run.metrics().get(score) if run.has_result else None
        if value is not None:
            values[at] = float(value)
        else:
            status = run.status()
            states[at] = f"{status.fraction:.0%}" if status.state == "running" else status.state
    return Cells(values, states)
