"""What is kept between reruns of the snapshots of a finished run; keys are explicit strings, as in `_cached`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from deepclust.metrics.lalnet.arrays import GRAPH_PARENTS, GRAPH_ROWS, GRAPH_Z
from deepclust.metrics.lalnet.graphs import GraphStory, adjacencies, force_layout, graph_story
from deepclust.results import EXTRA
from deepclust.runs import Run

LAID_OUT = 0.5  # connections that count for the places of the points


@dataclass(frozen=True, eq=False)
class Snapshots:
    """All snapshots of a run: epochs, the rows that they show, their clusters and planes, and what graphs are made of.

    sample int64 (m,), labels int (s, m), points float32 (s, m, 2); z float16 (s, g, n_outputs), rows and parents int (g,),
    without any snapshot where the run has kept none.
    """

    epochs: list[int]
    sample: np.ndarray
    labels: np.ndarray
    points: np.ndarray
    z: np.ndarray
    rows: np.ndarray
    parents: np.ndarray


def snapshots_of(run: Run) -> Snapshots | None:
    """The snapshots of a run; None where it has none. OSError or ValueError if one is damaged."""
    n = run.n_snapshots
    return _snapshots_of(run.id, n, (run.folder / "result.npz").stat().st_mtime_ns, run) if n else None


@st.cache_resource(max_entries=4, show_spinner="Reading the snapshots")
def _snapshots_of(run_id: str, n: int, written: int, _run: Run) -> Snapshots:
    shots = [_run.snapshot(number) for number in range(n)]
    if all(f"{EXTRA}{name}" in shots[0] for name in (GRAPH_Z, GRAPH_ROWS, GRAPH_PARENTS)):
        z = np.stack([shot[f"{EXTRA}{GRAPH_Z}"] for shot in shots])
        rows, parents = (shots[0][f"{EXTRA}{name}"].astype(np.int64) for name in (GRAPH_ROWS, GRAPH_PARENTS))
    else:
        z, rows, parents = np.zeros((0, 0, 0)), np.zeros(0, np.int64), np.zeros(0, np.int64)
    return Snapshots(
        [int(shot["epoch"]) for shot in shots],
        shots[0]["sample"],
        np.stack([shot["labels"] for shot in shots]),
        np.stack([shot["points"] for shot in shots]),
        z,
        rows,
        parents,
    )


def layout(run: Run, snapshots: Snapshots, n_parents: int) -> np.ndarray:
    """Places float32 (g, 2) of the samples of the graphs, by G_M of the last snapshot: the same for every epoch."""
    return _layout(f"{run.id}/{len(snapshots.epochs)}", n_parents, snapshots)


@st.cache_resource(max_entries=8, show_spinner="Laying out the graph")
def _layout(key: str, n_parents: int, _snapshots: Snapshots) -> np.ndarray:
    _, g_m = adjacencies(_snapshots.z[-1], n_parents)
    return force_layout(np.where(g_m > LAID_OUT, g_m, 0), _snapshots.parents)


def story(snapshots: Snapshots, groups: np.ndarray, key: str, n_parents: int, threshold: float) -> GraphStory:
    """What becomes of both graphs from snapshot to snapshot; ``key`` names run and groups int (g,)."""
    return _story(f"{key}/{len(snapshots.epochs)}", n_parents, threshold, snapshots, groups)


@st.cache_resource(max_entries=32, show_spinner="Following the graphs")
def _story(key: str, n_parents: int, threshold: float, _snapshots: Snapshots, _groups: np.ndarray) -> GraphStory:
    return graph_story(list(_snapshots.z), _snapshots.parents, _groups, n_parents, threshold)
