"""What every map of samples shares: the Projection and its file, the cache key, the sample of ids, and project()."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.projections.kept import neighbors_kept
from deepclust.results import save_arrays

# progress(fraction in [0, 1], text) -> True to stop
Progress = Callable[[float, str], bool | None]

TRUST_SAMPLE = 1_000


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The caller of a projection asked it to stop."""


@dataclass(frozen=True)
class MethodFacts:
    """What a page needs to offer a projection method: its words, its defaults, whether it is slow."""

    title: str
    summary: str
    note: str
    slow: bool
    params: Mapping[str, float] = field(default_factory=dict)


METHODS: dict[str, MethodFacts] = {
    "pca": MethodFacts(
        title="PCA",
        summary="Turns the data so that the directions in which it varies most lie in the picture.",
        note="Distances are true to scale, as seen from one side: groups that differ in other directions may overlap.",
        slow=False,
    ),
    "umap": MethodFacts(
        title="UMAP",
        summary="Keeps neighbours together and pulls groups apart, by laying out a graph of nearest neighbours.",
        note="Near points are alike. Sizes of groups and the gaps between them mean little.",
        slow=True,
        params={"n_neighbors": 15, "min_dist": 0.1},
    ),
    "tsne": MethodFacts(
        title="t-SNE",
        summary="Places each point so that its nearest neighbours stay its nearest neighbours.",
        note="Near points are alike. Sizes of groups and the gaps between them mean nothing, and one group may be torn.",
        slow=True,
        params={"perplexity": 30, "n_iter": 500},
    ),
}


@dataclass(frozen=True)
class Projection:
    """A map of samples: points (n, 2 or 3) float32, and how they came about.

    `ids` (n,) int64 says which samples were mapped, None means all of them. `params` are the values really used (a
    neighbourhood larger than the sample is cut down). `trustworthiness` in [0, 1] is scikit-learn's (Venna & Kaski 2001,
    5 neighbours) on at most 1,000 of the points: 1 means that neighbours on the map are neighbours in the data. `kept`
    float32 (n,) says it of every point: see `deepclust.projections.kept`. `explained` in [0, 1] is the share of the
    variance that a PCA shows.
    """

    method: str
    params: dict[str, Any]
    points: NDArray[np.float32]
    trustworthiness: float | None = None
    seconds: float = 0.0
    key: str = ""
    ids: NDArray[np.int64] | None = None
    kept: NDArray[np.float32] | None = None
    explained: float | None = None

    def save(self, path: str | Path) -> Path:
        """Write one .npz without pickle, complete or not at all (a reader never sees half a file)."""
        facts = {
            "method": self.method,
            "params": self.params,
            "trustworthiness": self.trustworthiness,
            "seconds": self.seconds,
            "key": self.key,
            "explained": self.explained,
        }
        arrays = {"points": self.points, "facts": np.array(json.dumps(facts))}
        if self.ids is not None:
            arrays["ids"] = self.ids
        if self.kept is not None:
            arrays["kept"] = self.kept
        save_arrays(Path(path), **arrays)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Projection:
        """Read what `save` wrote. ValueError if the file is not such a file; FileNotFoundError if there is none."""
        try:
            # opened here, because np.load leaves a damaged file open
            with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
                further = {name: file[name] for name in ("ids", "kept") if name in file.files}
                return cls(points=file["points"], **further, **json.loads(str(file["facts"])))
        except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{Path(path).name} is not a saved projection ({error}): delete it, and it is computed again."
            ) from error


def cache_key(
    fingerprint: str,
    space: str,
    method: str,
    n_components: int,
    params: Mapping[str, Any],
    n_samples_drawn: int | None,
    seed: int,
) -> str:
    """16 hex digits that change with the content (`fingerprint`) and with every choice that changes the map.

    Parameters left at their default and parameters written out as the default give the same key.
    """
    if method in METHODS:
        params = {**METHODS[method].params, **params}
    numbers = {name: float(value) if isinstance(value, int | float) else value for name, value in params.items()}
    asked = [fingerprint, space, method, int(n_components), numbers, n_samples_drawn, int(seed)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def sample_ids(n_samples: int, size: int, seed: int = 0, labels: ArrayLike | None = None) -> NDArray[np.int64]:
    """`size` of the ids 0 .. n_samples - 1 without repeats, ascending; all of them if size >= n_samples.

    labels (n_samples,), cluster ids: every cluster gets its share of the sample (largest remainders), and at least one
    place if there are as many places as clusters, so that no cluster is missing from the map.
    """
    if size < 1:
        raise ValueError(f"A sample of {size} is empty: choose 1 or more.")
    if size >= n_samples:
        return np.arange(n_samples)
    generator = np.random.default_rng(seed)
    if labels is None:
        return np.sort(generator.choice(n_samples, size=size, replace=False)).astype(np.int64)
    labels = np.asarray(labels)
    if labels.shape != (n_samples,):
        raise ValueError(f"labels has shape {labels.shape}: it needs one cluster for each of {n_samples} samples.")
    _, cluster_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    places = _shares(counts, size)
    chosen = [
        generator.choice(np.flatnonzero(cluster_of == cluster), size=n, replace=False)
        for cluster, n in enumerate(places)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def project(
    X: ArrayLike,
    method: str = "pca",
    n_components: int = 2,
    random_state: int = 0,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    *,
    ids: NDArray[np.int64] | None = None,
    key: str = "",
) -> Projection:
    """Map samples to 2 or 3 dimensions.

    X is (n_samples, ...), flattened to (n_samples, d). `ids` picks the rows to map (None: all) and is kept in the
    Projection. `params` over-rides the defaults of METHODS[method].params. `progress(fraction, text)` is called all along;
    if it returns True, Cancelled is raised. The same input gives the same map. ValueError for an unknown method or
    parameter, for NaN, and for fewer than 4 samples with UMAP or t-SNE.
    """
    started = time.perf_counter()
    settings = _settings(method, n_components, params)
    X = np.asarray(X)
    if X.ndim < 2 or len(X) == 0:
        raise ValueError(f"X has shape {X.shape}: it must be (n_samples, n_features) with at least one sample.")
    X = X.reshape(len(X), -1)
    if ids is not None:
        ids = np.asarray(ids, dtype=np.int64)
        X = X[ids]
    X = np.ascontiguousarray(X, dtype=np.float32)
    if not np.isfinite(X).all():
        raise ValueError("X holds NaN or infinite values: remove or fill these samples before drawing a map.")

    def report(fraction: float, text: str) -> None:
        if progress is not None and progress(min(1.0, fraction), text):
            raise Cancelled(f"{METHODS[method].title} was stopped.")

    report(0.0, METHODS[method].title)
    points, used = _embed(method, X, n_components, random_state, settings, report)
    return Projection(
        method=method,
        params=used,
        points=np.ascontiguousarray(points, dtype=np.float32),
        trustworthiness=_trust(X, points, random_state),
        seconds=time.perf_counter() - started,
        key=key,
        ids=ids,
        kept=neighbors_kept(X, points, random_state),
        explained=_explained(X, points) if method == "pca" else None,
    )


def _embed(
    method: str, X: NDArray[np.float32], n_components: int, random_state: int, settings: dict[str, float], report: Any
) -> tuple[NDArray, dict[str, Any]]:
    from deepclust.projections import pca, tsne, umap

    if method == "pca":
        return pca.embed(X, n_components), {}
    if len(X) < 4:
        raise ValueError(
            f"{METHODS[method].title} needs at least 4 samples and got {len(X)}: take PCA, which maps any number."
        )
    if method == "umap":
        return umap.embed(X, n_components, random_state, report, settings["n_neighbors"], settings["min_dist"])
    perplexity, n_iter = settings["perplexity"], settings["n_iter"]
    return tsne.embed(X, n_components, random_state, report, perplexity, n_iter)


def _settings(method: str, n_components: int, params: Mapping[str, Any] | None) -> dict[str, float]:
    if method not in METHODS:
        raise ValueError(f"There is no projection {method!r}: choose one of {', '.join(METHODS)}.")
    if n_components not in (2, 3):
        raise ValueError(f"n_components={n_components} cannot be drawn: choose 2 or 3.")
    known = METHODS[method].params
    for name, value in (params or {}).items():
        if name not in known:
            allowed = ", ".join(known) or "no parameters"
            raise ValueError(f"{METHODS[method].title} has no parameter {name!r}; it takes {allowed}.")
        least = {"n_neighbors": 2, "min_dist": 0.0, "perplexity": 1, "n_iter": 0}[name]
        most = 1.0 if name == "min_dist" else np.inf
        if isinstance(value, str) or not least <= value <= most:
            limit = f"from {least} to {most}" if np.isfinite(most) else f"of {least} or more"
            raise ValueError(f"{name}={value!r} is not possible for {METHODS[method].title}: choose a number {limit}.")
    return {**known, **(params or {})}


def _trust(X: NDArray, points: NDArray, random_state: int) -> float | None:
    from sklearn.manifold import trustworthiness

    rows = sample_ids(len(X), TRUST_SAMPLE, seed=random_state)
    n_neighbors = min(5, (len(rows) - 1) // 2)
    if n_neighbors < 1:
        return None
    return float(trustworthiness(X[rows], points[rows], n_neighbors=n_neighbors))


def _explained(X: NDArray, points: NDArray) -> float | None:
    """Share of the variance of X that its first principal axes show; None where nothing varies."""
    total = float(X.var(axis=0, dtype=np.float64).sum())
    return min(1.0, float(points.var(axis=0, dtype=np.float64).sum()) / total) if total > 0 else None


def _shares(counts: NDArray, size: int) -> NDArray[np.int64]:
    """Split `size` places in proportion to `counts`, by largest remainders, with one place each where that is possible."""
    exact = counts * size / counts.sum()
    places: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    if size >= len(counts):
        places = np.maximum(places, 1)
    while places.sum() > size:  # the lifted minima took places: the best served give them back
        places[np.where(places > 1, places - exact, -np.inf).argmax()] -= 1
    order = np.argsort(places - exact, kind="stable")
    places[order[: size - places.sum()]] += 1
    return places
