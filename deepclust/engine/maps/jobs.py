"""One projection as a job: what is asked for, where its state is written, and how it is computed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.disk import load_arrays, save_arrays, write_json
from deepclust.projections import PROJECTIONS, Cancelled, Projection, cache_key, find_projection, project, sample_ids
from deepclust.results import SPACE

SPACES = ("input", "latent", "eigen")
FILM = "snapshots"  # the latent space at several moments of training: a map of each, in one frame
LANES = ("quick", "eigen", "slow")
EIGENVECTORS = 21  # enough to see a gap after each k from 2 to 20
EIGEN_MAPPED = 10  # of which the first ten after the trivial one are mapped
ALL_SAMPLES = 1_000_000_000  # the priority of a job without a sample: after every sample

_eigen_lock = threading.Lock()


@dataclass(frozen=True)
class Job:
    """A map of one space of one run, and the file that it goes to.

    `array` {"path", "member"} is the .npz (or .npy, without member) that holds the latent space; the input space comes
    from the data set reference `dataset` and the folder of own data sets. `ids`: None for all samples, a number for a
    sample of that size (each cluster of `labels` {"path", "member"} gets its share), a list, or the path of a .npy.
    Lower `priority` is served first. For the space "snapshots", `array` names the folder of a run's snapshots, and
    `params` the numbers "snapshots" of those to map and how many "points" of each; with "anchor" "last" they are laid out
    from the last to the first.
    """

    key: str
    out: str
    fingerprint: str
    space: str
    method: str
    n_components: int = 2
    params: Mapping[str, Any] | None = None
    ids: int | str | list[int] | None = None
    seed: int = 0
    array: Mapping[str, str] | None = None
    labels: Mapping[str, str] | None = None
    dataset: Mapping[str, Any] | None = None
    own_folder: str | None = None
    priority: int = ALL_SAMPLES

    def __post_init__(self) -> None:
        if self.space not in (*SPACES, FILM) and not self.space.startswith(SPACE):
            raise ValueError(
                f"There is no space {self.space!r}: choose one of {', '.join(SPACES)}, or {SPACE}NAME of the method."
            )
        find_projection(self.method)
        if self.array is None and self.dataset is None:
            raise ValueError("The job names no data: give an array {path, member}, or a dataset reference.")
        if self.space not in ("input", "eigen") and self.array is None:
            raise ValueError(f"The {self.space} space needs the array {{path, member}} of the latent space.")

    @property
    def name(self) -> str:
        """The job's file name: key and place, as two runs may want the same map in two folders."""
        return f"{self.key}-{hashlib.sha256(str(Path(self.out).absolute()).encode()).hexdigest()[:6]}"

    @property
    def lane(self) -> str:
        """Which queue the job waits in, so that an instant PCA never waits for a UMAP of 70,000 points."""
        if PROJECTIONS[self.method].slow:
            return "slow"
        return "eigen" if self.space == "eigen" else "quick"

    @property
    def eigen_path(self) -> Path:
        """Where values (m,) and vectors (n, m) of the Laplacian of the space are kept, beside the maps."""
        key = cache_key(self.fingerprint, "eigen", "spectral", EIGENVECTORS, {}, None, 0)
        return Path(self.out).with_name(f"eigen_{key}.npz")


def make_job(
    *,
    fingerprint: str,
    space: str,
    method: str,
    out_folder: str | Path,
    array: tuple[str | Path, str] | None = None,
    dataset: Mapping[str, Any] | None = None,
    own_folder: str | Path | None = None,
    labels: tuple[str | Path, str] | None = None,
    n_components: int = 2,
    params: Mapping[str, Any] | None = None,
    sample: int | None = None,
    seed: int = 0,
    priority: int | None = None,
) -> dict[str, Any]:
    """The dict of a checked job, with its key, its file `out` in `out_folder`, and small samples before larger ones.

    `fingerprint` stands for the content of the space (run, data set): the same fingerprint and choices are the same map.
    `array` and `labels` are (path, member of the .npz). ValueError for unknown spaces and methods.
    """
    key = cache_key(fingerprint, space, method, n_components, params or {}, sample, seed)
    job = Job(
        key=key,
        out=str(Path(out_folder) / f"{key}.npz"),
        fingerprint=fingerprint,
        space=space,
        method=method,
        n_components=n_components,
        params=dict(params or {}),
        ids=sample,
        seed=seed,
        array=_reference(array),
        labels=_reference(labels),
        dataset=None if dataset is None else dict(dataset),
        own_folder=None if own_folder is None else str(own_folder),
        priority=(sample or ALL_SAMPLES) if priority is None else priority,
    )
    return asdict(job)


def read_job(values: Any) -> Job:
    """A Job of a decoded JSON object. ValueError when fields are missing, unknown or impossible."""
    if not isinstance(values, Mapping):
        raise ValueError("A projection job must be a JSON object.")
    known = {field.name for field in fields(Job)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"A projection job has no field {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    try:
        return Job(**values)
    except TypeError as error:  # Python names the missing field
        raise ValueError(f"The projection job is not complete: {error}.") from error


def progress_path(job: Job) -> Path:
    """The file beside the result in which the state of a job is written while there is no result."""
    return Path(job.out + ".progress.json")


def write_state(job: Job, state: str, fraction: float = 0.0, text: str = "", error: str | None = None) -> None:
    """Say where a job is: queued, running, done, failed (with the error in words) or cancelled.

    Nothing is written where the folder is gone: a run that was deleted meanwhile must not come back as a husk.
    """
    if progress_path(job).parent.exists():
        write_json(progress_path(job), {"state": state, "fraction": fraction, "text": text, "error": error})


def read_state(job: Job) -> dict[str, Any] | None:
    """What `write_state` last wrote, "done" as soon as the result is there, None if nothing is known of the job."""
    if Path(job.out).exists():
        return {"state": "done", "fraction": 1.0, "text": "", "error": None}
    try:
        state = json.loads(progress_path(job).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) and "state" in state else None


def run_job(job: Job, progress: Callable[[float, str], bool | None]) -> Projection:
    """Load the space, compute the map, save it to `job.out`. Cancelled when `progress` returns True.

    ValueError and OSError in words that a page can show.
    """
    if Path(job.out).exists():
        return Projection.load(job.out)
    if progress(0.0, "loading"):
        raise Cancelled(f"{PROJECTIONS[job.method].title} was stopped.")
    if job.space == FILM:
        return _film(job, progress)
    X = _space(job, progress)
    ids = _ids(job, len(X))
    begun = 0.2 if job.space == "eigen" else 0.0
    params = dict(job.params or {})

    def scaled(fraction: float, text: str) -> bool | None:
        return progress(begun + (1 - begun) * fraction, text)

    if job.space == "eigen" and job.method == "pca":
        projection = _eigen_axes(job, X, ids)
    else:
        projection = project(X, job.method, job.n_components, job.seed, params, scaled, ids=ids, key=job.key)
    if progress(1.0, "saving"):
        raise Cancelled("The map was stopped.")
    projection.save(job.out)
    return projection


def _film(job: Job, progress: Callable[[float, str], bool | None]) -> Projection:
    """Maps of snapshots, points (s, m, 2), of the same samples `ids` (m,); the space of each is that of its epoch."""
    from deepclust.projections.maps.film import film
    from deepclust.projections.maps.reel import reel_by_neighbours

    def report(fraction: float, text: str) -> None:
        if progress(fraction, text):
            raise Cancelled("The maps were stopped.")

    params = dict(job.params or {})
    folder = Path((job.array or {})["path"])
    shots = [_load({"path": str(folder / f"{n:05d}.npz"), "member": "embedding"}) for n in params["snapshots"]]
    every = -(-len(shots[0]) // params["points"])
    spaces = [shot[::every] for shot in shots]
    if params.get("anchor") == "last":
        points = reel_by_neighbours(job.method, spaces, job.seed, report)
    else:
        points = film(spaces, job.seed, report)
    ids = _load({"path": str(folder / f"{params['snapshots'][0]:05d}.npz"), "member": "sample"})[::every]
    projection = Projection(job.method, params, points, key=job.key, ids=ids)
    projection.save(job.out)
    return projection


def _space(job: Job, progress: Callable[[float, str], bool | None]) -> NDArray[np.float32]:
    if job.array is None:
        from deepclust.data.references import open_dataset

        X = open_dataset(job.dataset or {}, Path(job.own_folder or "")).X
    else:
        X = _load(job.array)
    X = X.reshape(len(X), -1)
    if job.space != "eigen":
        return X
    if progress(0.05, "first eigenvectors of the neighbour graph"):
        raise Cancelled("The eigenvectors were stopped.")
    vectors = _eigenvectors(job, X)[:, 1 : EIGEN_MAPPED + 1]
    spread = vectors.std(axis=0)
    standard = np.divide(vectors, spread, out=np.zeros_like(vectors), where=spread > 0)
    return np.asarray(standard, dtype=np.float32)


def _eigenvectors(job: Job, X: NDArray[np.float32]) -> NDArray:
    from deepclust.graphs import spectral_embedding

    with _eigen_lock:  # two lanes may want the same ones
        if job.eigen_path.exists():
            return load_arrays(job.eigen_path)["vectors"]
        values, exact = spectral_embedding(X, EIGENVECTORS)
        vectors = exact.astype(np.float32)
        job.eigen_path.parent.mkdir(exist_ok=True)
        save_arrays(job.eigen_path, {"values": values, "vectors": vectors})
    return vectors


def _eigen_axes(job: Job, vectors: NDArray[np.float32], ids: NDArray[np.int64] | None) -> Projection:
    """The first eigenvectors as they stand: they are the principal axes already, once weighted by 1 / eigenvalue."""
    X = vectors if ids is None else vectors[ids]
    points = np.zeros((len(X), job.n_components), dtype=np.float32)
    used = X[:, : job.n_components]
    points[:, : used.shape[1]] = used
    return Projection("pca", {}, points, key=job.key, ids=ids)


def _ids(job: Job, n_samples: int) -> NDArray[np.int64] | None:
    if job.ids is None:
        return None
    if isinstance(job.ids, int):
        if job.ids >= n_samples:
            return None
        labels = None if job.labels is None else _load(job.labels)
        return sample_ids(n_samples, job.ids, job.seed, labels)
    ids = np.asarray(np.load(job.ids, allow_pickle=False) if isinstance(job.ids, str) else job.ids)
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer) or len(ids) == 0:
        raise ValueError("ids must be one or more sample numbers in one row.")
    if ids.min() < 0 or ids.max() >= n_samples:
        raise ValueError(f"ids run from {ids.min()} to {ids.max()}: choose from 0 to {n_samples - 1}.")
    return ids.astype(np.int64)


def _load(reference: Mapping[str, str]) -> NDArray:
    path = Path(reference["path"])
    if not path.exists():
        raise ValueError(f"{path.name} is not in {path.parent}: the run it belongs to may have been deleted.")
    if path.suffix == ".npy":
        return np.asarray(np.load(path, allow_pickle=False))
    arrays = load_arrays(path)
    member = reference.get("member", "")
    if member not in arrays:
        raise ValueError(f"{path.name} holds no array {member!r}, only {', '.join(arrays)}.")
    return arrays[member]


def _reference(place: tuple[str | Path, str] | None) -> dict[str, str] | None:
    return None if place is None else {"path": str(place[0]), "member": place[1]}
