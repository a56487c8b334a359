"""Everything that is kept between reruns; keys are explicit strings, because Streamlit hashes samples of large arrays."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.disk import load_arrays
from deepclust.engine.maps.projector import ensure_projector
from deepclust.engine.training.standby import ensure_standby
from deepclust.figures.multiples import transformation_sprite
from deepclust.figures.pictures import contact_sheet, png_bytes, png_data_uri
from deepclust.figures.webmap import digest
from deepclust.metrics import subspace
from deepclust.projections import Projection
from deepclust.results import ClusterResult
from deepclust.runs import Run, RunStore
from deepclust.runs.edits import look, stored
from pages.visit.clusters import Clusters, StandFor, stand_for

HELPERS_AFTER = 3.0  # seconds after the first page


@st.cache_resource
def store() -> RunStore:
    """The folder of all runs of this server."""
    runs = RunStore()
    runs.sweep()
    return runs


def keep_helpers_alive() -> None:
    """See that the projection process and a waiting worker are there; both end by themselves when no app asks.

    They are first started some seconds after the first page, so that they do not slow it down. With DEEPCLUST_HELPERS=0
    nothing is started in advance: maps and runs then begin some seconds later.
    """
    if os.environ.get("DEEPCLUST_HELPERS") != "0" and not _first_page().is_alive():
        _start_helpers()


@st.cache_resource
def _first_page() -> threading.Timer:
    timer = threading.Timer(HELPERS_AFTER, _start_helpers)
    timer.daemon = True
    timer.start()
    return timer


def _start_helpers() -> None:
    root = RunStore().root
    ensure_projector(root)
    ensure_standby(root)


def dataset(ref: Mapping[str, Any]) -> Dataset:
    """The data set of a reference. ValueError, in plain words, if it cannot be opened."""
    return _dataset(json.dumps(dict(ref), sort_keys=True))


@st.cache_resource(max_entries=4, show_spinner="Opening the data set")
def _dataset(ref: str) -> Dataset:
    opened = open_dataset(json.loads(ref), store().datasets)
    opened.X.flags.writeable = False  # shared by all sessions
    return opened


def forget_datasets() -> None:
    """Own data sets were renamed or deleted: open them again from disk."""
    _dataset.clear()


def sheet(data: Dataset, n: int) -> bytes:
    """A contact sheet of n samples of a data set, as PNG."""
    return _sheet(data.fingerprint, n, data)


@st.cache_data(max_entries=32, show_spinner=False)
def _sheet(fingerprint: str, n: int, _data: Dataset) -> bytes:
    ids = np.random.default_rng(0).permutation(_data.n_samples)[:n]
    return contact_sheet(_data, ids)


def strip_of(data: Dataset, key: str, ids: np.ndarray, columns: int) -> str:
    """Samples side by side as an address for ``<img>``; ``key`` names data and samples."""
    return _strip_of(f"{data.fingerprint}/{key}/{columns}", data, ids, columns)


@st.cache_data(max_entries=512, show_spinner=False)
def _strip_of(key: str, _data: Dataset, _ids: np.ndarray, columns: int) -> str:
    return png_data_uri(contact_sheet(_data, _ids, columns=columns))


def row_of(data: Dataset, key: str, ids: np.ndarray) -> str:
    """Samples in one line without gaps as an address for a background of CSS; ``key`` names data and samples."""
    return _row_of(f"{data.fingerprint}/{key}/{len(ids)}", data, ids)


@st.cache_data(max_entries=512, show_spinner=False)
def _row_of(key: str, _data: Dataset, _ids: np.ndarray) -> str:
    return png_data_uri(contact_sheet(_data, _ids, columns=len(_ids), gap=0))


def transformed(data: Dataset, set_name: str, n: int) -> str:
    """n samples under every transformation of a set as an address for ``<img>``: a row each, a column per member."""
    return _transformed(f"{data.fingerprint}/{set_name}", n, data, set_name)


@st.cache_data(max_entries=128, show_spinner=False)
def _transformed(key: str, n: int, _data: Dataset, _set_name: str) -> str:
    ids = np.random.default_rng(0).permutation(_data.n_samples)[:n]
    flat = _data.X.ndim == 2
    spread = (_data.X.mean(axis=0), _data.X.std(axis=0)) if flat else None
    return png_data_uri(png_bytes(transformation_sprite(_data.X[ids], _set_name, spread)))


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run has learned: its result, labels int64 (n,) for every k, and its metrics."""

    result: ClusterResult
    by_k: dict[int, np.ndarray]
    metrics: dict[str, Any]


def outcome(run: Run) -> Outcome:
    """What a run that has ended has learned. ValueError or OSError if its files are damaged or gone."""
    return _outcome(str(run.folder), (run.folder / "result.npz").stat().st_mtime_ns)


@st.cache_resource(max_entries=4, show_spinner="Opening the run")
def _outcome(folder: str, written: int) -> Outcome:
    run = Run(Path(folder))
    result = run.result()
    by_k = run.labels_by_k() or {run.config.n_clusters: result.labels}
    return Outcome(result, by_k, run.metrics())


def own_labels(run: Run) -> np.ndarray:
    """The method's own clusters int64 (n,) of a run that has a result: of many runs at once without their spaces."""
    return _own_labels(run.id, (run.folder / "result.npz").stat().st_mtime_ns, run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _own_labels(run_id: str, written: int, _run: Run) -> np.ndarray:
    return _run.result().labels


def clusters(run: Run, k: int, edits: bool = True) -> Clusters:
    """Clusters of a run at k, with the edits made to them or without, and the samples that each gallery shows."""
    written = (run.folder / "result.npz").stat().st_mtime_ns
    return _clusters(run.id, k, written, stored(run, k) if edits else b"", run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _clusters(run_id: str, k: int, written: int, edits: bytes, _run: Run) -> Clusters:
    edited = look(_run, k, outcome(_run).by_k[k], edits)
    key = f"{run_id}/{k}/{written}/{digest(edited.labels)}"
    # the embedding is looked up when it is needed: more clusters are kept than runs with their spaces
    return Clusters(edited, lambda: _stand_for(key, edited.labels, outcome(_run).result.embedding), key)


@st.cache_resource(max_entries=64, show_spinner=False)
def _stand_for(key: str, _labels: np.ndarray, _embedding: np.ndarray) -> StandFor:
    return stand_for(_labels, _embedding)


@st.cache_resource(max_entries=8, show_spinner=False)
def eigenvectors(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (m,) and eigenvectors float32 (n, m) that the projection process has kept. Paths name content."""
    arrays = load_arrays(Path(path))
    return arrays["values"], arrays["vectors"]


def orthonormality(run: Run, Y: np.ndarray) -> np.ndarray:
    """`deepclust.metrics.subspace.orthonormality` of a run's spectral output Y (n, k)."""
    return _orthonormality(run.id, (run.folder / "result.npz").stat().st_mtime_ns, Y)


@st.cache_resource(max_entries=16, show_spinner="Drawing batches")
def _orthonormality(run_id: str, written: int, _Y: np.ndarray) -> np.ndarray:
    return subspace.orthonormality(_Y)


@st.cache_resource(max_entries=32, show_spinner=False)
def projection(path: str) -> Projection:
    """A finished projection. Paths name content, so a file never changes."""
    return Projection.load(Path(path))
