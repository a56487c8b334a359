"""One projection as a job: what is asked for, where its state is written, and how it is computed."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from deepclust.disk import load_arrays, read_json, save_arrays, write_json
from deepclust.neighbors import squarable
from deepclust.projections import PROJECTIONS, Cancelled, Projection, cache_key, find_projection, project, sample_ids
from deepclust.records import Fraction, from_record
from deepclust.spaces import EIGEN, Space

LANES = ("quick", "eigen", "slow")
EIGENVECTORS = 21  # enough to see a gap after each k from 2 to 20
EIGEN_MAPPED = 10  # of which the first ten after the trivial one are mapped
ALL_SAMPLES = 1_000_000_000  # the priority of a job without a sample: after every sample

Progress = Callable[[float, str], bool | None]

_eigen_lock = threading.Lock()


@dataclass(frozen=True)
class StoredArray:
    """An array of an .npz."""

    path: str
    member: str

    def load(self) -> np.ndarray:
        """The array. ValueError or OSError, in words, if it is not there."""
        path = Path(self.path)
        if not path.exists():
            raise ValueError(f"{path.name} is not in {path.parent}: the run it belongs to may have been deleted.")
        arrays = load_arrays(path)
        if self.member not in arrays:
            raise ValueError(f"{path.name} holds no array {self.member!r}, only {', '.join(arrays)}.")
        return arrays[self.member]


@dataclass(frozen=True)
class Samples:
    """The samples of a data set as they are: its reference, and the folder of own data sets."""

    ref: Mapping[str, Any]
    own_folder: str

    def load(self) -> np.ndarray:
        """The samples. ValueError, in words, if they cannot be opened."""
        from deepclust.data.references import open_dataset

        return open_dataset(self.ref, Path(self.own_folder)).X


@dataclass(frozen=True, kw_only=True)
class _Job(ABC):
    """What all jobs say. fingerprint: stands for the content of the space; the same one and choices are the same map.

    folder: where the result goes. ValueError for an unknown projection.
    """

    kind: ClassVar[str]

    fingerprint: str
    method: str
    folder: str
    seed: int = 0

    def __post_init__(self) -> None:
        find_projection(self.method)

    @property
    @abstractmethod
    def key(self) -> str:
        """Names the result by all that it depends on."""

    @property
    def out(self) -> Path:
        """The file of the result."""
        return Path(self.folder) / f"{self.key}.npz"

    @property
    def name(self) -> str:
        """The job's file name: key and place, as two runs may want the same map in two folders."""
        return f"{self.key}-{hashlib.sha256(str(self.out.absolute()).encode()).hexdigest()[:6]}"

    @property
    def lane(self) -> str:
        """Which queue the job waits in, so that an instant PCA never waits for a UMAP of 70,000 points."""
        return "slow" if PROJECTIONS[self.method].slow else "quick"

    @property
    def priority(self) -> int:
        """Lower ones are served first."""
        return ALL_SAMPLES

    @property
    def title(self) -> str:
        """What it is, in words."""
        return f"{PROJECTIONS[self.method].title} of all points"

    def to_json(self) -> dict[str, Any]:
        """As a dict that `json` can write and `read_job` understands."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class MapJob(_Job):
    """A map of one space of one run.

    source: where the space lies; graph: not itself is mapped but the first eigenvectors of its graph of neighbours. sample:
    how many samples are shown (each cluster of ``labels`` gets its share), None for all; small ones are served first. placed:
    the others are shown, too, each among its nearest samples of these.
    """

    kind = "map"

    space: Space
    source: StoredArray | Samples
    graph: bool = False
    n_components: int = 2
    sample: int | None = None
    placed: bool = False
    labels: StoredArray | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        space, params = str(self.space), {**self.params, "placed": True} if self.placed else self.params
        return cache_key(self.fingerprint, space, self.method, self.n_components, params, self.sample, self.seed)

    @property
    def lane(self) -> str:
        return "eigen" if self.graph and super().lane == "quick" else super().lane

    @property
    def priority(self) -> int:
        return self.sample or ALL_SAMPLES

    @property
    def title(self) -> str:
        return f"{PROJECTIONS[self.method].title} of {f'{self.sample:,}' if self.sample and not self.placed else 'all'} points"

    @property
    def eigen_path(self) -> Path:
        """Where values (m,) and vectors (n, m) of the Laplacian of the space are kept, beside the maps."""
        key = cache_key(self.fingerprint, str(EIGEN), "spectral", EIGENVECTORS, {}, None, 0)
        return Path(self.folder) / f"eigen_{key}.npz"

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "space": str(self.space)}


@dataclass(frozen=True, kw_only=True)
class FilmJob(_Job):
    """Maps of the latent space at several moments of training, in one frame.

    snapshots: the folder of a run's snapshots, numbers: which of them, points: how many of the samples of each. backwards:
    they are laid out from the last to the first (`deepclust.projections.maps.reel`), else from the first on.
    """

    kind = "film"

    snapshots: str
    numbers: tuple[int, ...]
    points: int
    backwards: bool = False

    @property
    def params(self) -> dict[str, Any]:
        """What is kept with the maps."""
        anchor = {"anchor": "last"} if self.backwards else {}
        return {"snapshots": list(self.numbers), "points": self.points, **anchor}

    @property
    def key(self) -> str:
        return cache_key(self.fingerprint, "snapshots", self.method, 2, self.params, None, self.seed)

    def shot(self, number: int, member: str) -> np.ndarray:
        """An array of a snapshot."""
        return StoredArray(str(Path(self.snapshots) / f"{number:05d}.npz"), member).load()


Job = MapJob | FilmJob


def read_job(values: Any) -> Job:
    """A job of a decoded JSON object. ValueError when fields are missing, unknown or impossible."""
    kinds = [job for job in (MapJob, FilmJob) if isinstance(values, Mapping) and job.kind == values.get("kind")]
    if not kinds:
        raise ValueError("A projection job must be a JSON object with the kind map or film.")
    cls = kinds[0]
    given = {name: value for name, value in values.items() if name != "kind"}
    known = {f.name for f in fields(cls)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"A projection job has no field {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    try:
        if cls is FilmJob:
            return FilmJob(**{**given, "numbers": tuple(given["numbers"])})
        source, labels = given["source"], given["labels"]
        parsed = {
            "space": Space.parse(given["space"]),
            "source": Samples(**source) if "ref" in source else StoredArray(**source),
            "labels": None if labels is None else StoredArray(**labels),
        }
        return MapJob(**{**given, **parsed})
    except (TypeError, KeyError, AttributeError) as error:  # Python names what is missing
        raise ValueError(f"The projection job is not complete: {error}.") from error


# -- how far it is ----------------------------------------------------------------------------------------------------

State = Literal["missing", "queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobState:
    """How far a job is: the fraction that is done in [0, 1], what is done at this moment, and an error as a sentence."""

    state: State = "missing"
    fraction: Fraction = 0.0
    text: str = ""
    error: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it is being computed or waits for that."""
        return self.state in ("queued", "running")

    @classmethod
    def load(cls, path: Path) -> JobState:
        """The state in a file; "missing" where none can be read."""
        try:
            return from_record(cls, read_json(path))
        except (OSError, ValueError):
            return cls()


def write_state(job: Job, state: JobState) -> None:
    """Say how far a job is, beside its result.

    Nothing is written where the folder is gone: a run that was deleted meanwhile must not come back as a husk.
    """
    if job.out.parent.exists():
        write_json(_state_path(job), asdict(state))


def read_state(job: Job) -> JobState:
    """What `write_state` last wrote, and "done" as soon as the result is there."""
    state = JobState.load(_state_path(job))
    return (
        JobState("done", 1.0) if job.out.exists() else state
    )  # looked at last: its state goes when the result has come


def _state_path(job: Job) -> Path:
    return job.out.with_name(f"{job.out.name}.progress.json")


# -- computing it -----------------------------------------------------------------------------------------------------


def run_job(job: Job, progress: Progress) -> Projection:
    """Load the space, compute the map, save it to ``job.out``. Cancelled when `progress` returns True.

    ValueError and OSError in words that a page can show.
    """
    if job.out.exists():
        return Projection.load(job.out)
    _report(progress, 0.0, "loading")
    projection = _film(job, progress) if isinstance(job, FilmJob) else _map(job, progress)
    _report(progress, 1.0, "saving")
    projection.save(job.out)
    return projection


def _report(progress: Progress, fraction: float, text: str) -> None:
    if progress(fraction, text):
        raise Cancelled("The map was stopped.")


def _map(job: MapJob, progress: Progress) -> Projection:
    X = job.source.load()
    X = squarable(X.reshape(len(X), -1))
    if job.graph:
        _report(progress, 0.05, "first eigenvectors of the neighbour graph")
        X = _eigen_axes(job, X)
    ids = None
    if job.sample is not None and job.sample < len(X):
        ids = sample_ids(len(X), job.sample, job.seed, None if job.labels is None else job.labels.load())
    if job.graph and job.method == "pca":
        return Projection("pca", {}, _first_axes(X if ids is None else X[ids], job.n_components), key=job.key, ids=ids)
    begun = 0.2 if job.graph else 0.0

    def scaled(fraction: float, text: str) -> bool | None:
        return progress(begun + (1 - begun) * fraction, text)

    placed = job.placed and ids is not None
    params = dict(job.params)
    return project(X, job.method, job.n_components, job.seed, params, scaled, ids=ids, placed=placed, key=job.key)


def _eigen_axes(job: MapJob, X: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first eigenvectors (n, m) of the neighbour graph of X, each with the variance 1."""
    vectors = _eigenvectors(job, X)[:, 1 : EIGEN_MAPPED + 1]
    spread = vectors.std(axis=0)
    standard = np.divide(vectors, spread, out=np.zeros_like(vectors), where=spread > 0)
    return np.asarray(standard, dtype=np.float32)


def _eigenvectors(job: MapJob, X: NDArray[np.float32]) -> np.ndarray:
    from deepclust.graphs import spectral_embedding

    with _eigen_lock:  # two lanes may want the same ones
        if job.eigen_path.exists():
            return load_arrays(job.eigen_path)["vectors"]
        values, exact = spectral_embedding(X, EIGENVECTORS)
        vectors = exact.astype(np.float32)
        job.eigen_path.parent.mkdir(exist_ok=True)
        save_arrays(job.eigen_path, {"values": values, "vectors": vectors})
    return vectors


def _first_axes(vectors: NDArray[np.float32], n_components: int) -> NDArray[np.float32]:
    """The first eigenvectors as they stand: they are the principal axes already, once weighted by 1 / eigenvalue."""
    points = np.zeros((len(vectors), n_components), dtype=np.float32)
    used = vectors[:, :n_components]
    points[:, : used.shape[1]] = used
    return points


def _film(job: FilmJob, progress: Progress) -> Projection:
    """Maps of snapshots, points (s, m, 2), of the same samples `ids` (m,); the space of each is that of its epoch."""
    from deepclust.projections.maps.film import film
    from deepclust.projections.maps.reel import reel_by_neighbours

    def report(fraction: float, text: str) -> None:
        _report(progress, fraction, text)

    shots = [job.shot(number, "embedding") for number in job.numbers]
    every = -(-len(shots[0]) // job.points)
    spaces = [shot[::every] for shot in shots]
    if job.backwards:
        points = reel_by_neighbours(job.method, spaces, job.seed, report)
    else:
        points = film(spaces, job.seed, report)
    return Projection(job.method, job.params, points, key=job.key, ids=job.shot(job.numbers[0], "sample")[::every])
