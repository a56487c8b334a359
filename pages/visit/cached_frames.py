"""What is kept between reruns for the time machine of a run; keys are explicit strings, as in `_cached`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.live import loss_series
from deepclust.figures.webreel import epochs_on_axis
from deepclust.metrics.external import acc, nmi
from deepclust.metrics.matching import align_series
from deepclust.projections.maps.reel import reel_by_pca
from deepclust.runs import Run


@dataclass(frozen=True, eq=False)
class Moments:
    """All snapshots of a run, seen from the last one.

    sample int64 (m,): the rows that they show; texts: stage and epoch of each of s moments; x: their places on the axis of
    the loss curves; labels int64 (s, m): clusters then, by the numbers of those at the end; final int64 (m,): those at the
    end; planes float32 (s, m, 2): `reel_by_pca`; curves: `loss_series` of the run.
    """

    sample: np.ndarray
    texts: list[str]
    x: list[float]
    labels: np.ndarray
    final: np.ndarray
    planes: np.ndarray
    curves: list[dict[str, Any]]


def moments(run: Run) -> Moments | None:
    """The snapshots of a run; None where it has fewer than two. OSError or ValueError if one is damaged."""
    n = run.n_snapshots
    return _moments(run.id, n, (run.folder / "result.npz").stat().st_mtime_ns, run) if n > 1 else None


@st.cache_resource(max_entries=4, show_spinner="Reading the snapshots")
def _moments(run_id: str, n: int, written: int, _run: Run) -> Moments:
    shots = [_run.snapshot(number) for number in range(n)]
    stages, epochs = [str(shot["stage"]) for shot in shots], [int(shot["epoch"]) for shot in shots]
    sample = shots[0]["sample"]
    final = _run.result().labels[sample]
    records, _ = _run.events()
    return Moments(
        sample,
        [f"{stage} · epoch {epoch}" for stage, epoch in zip(stages, epochs, strict=True)],
        epochs_on_axis(records, stages, epochs),
        align_series(final, np.stack([shot["labels"] for shot in shots])),
        final,
        reel_by_pca([shot["embedding"] for shot in shots], stages),
        loss_series(records),
    )


def scores(run: Run, moments: Moments, data: Dataset) -> dict[str, list[float]]:
    """ACC and NMI of the clusters at every moment, on the samples of the snapshots; only for revealed labels."""
    return _scores(f"{run.id}/{data.fingerprint}/{len(moments.x)}", moments, data)


@st.cache_resource(max_entries=8, show_spinner=False)
def _scores(key: str, _moments: Moments, _data: Dataset) -> dict[str, list[float]]:
    y = np.asarray(_data.judged)[_moments.sample]
    return {
        "ACC": [acc(y, labels) for labels in _moments.labels],
        "NMI": [nmi(y, labels) for labels in _moments.labels],
    }
