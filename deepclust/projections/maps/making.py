"""project(): one map of samples by any projection, measured; and the key under which it is kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.params import values_from_json
from deepclust.projections.base import ProjectionMethod, Report
from deepclust.projections.discovery import PROJECTIONS, find_projection
from deepclust.projections.maps.kept import neighbors_kept
from deepclust.projections.maps.placing import place_among
from deepclust.projections.maps.projection import Projection
from deepclust.projections.maps.sampling import sample_ids
from deepclust.projections.pca import reduce

# progress(fraction in [0, 1], text) -> True to stop
Progress = Callable[[float, str], bool | None]

TRUST_SAMPLE = 1_000
LAYOUT_SHARE = 0.5  # of the progress bar, where other samples are placed afterwards


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The caller of a projection asked it to stop."""


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
    if method in PROJECTIONS:
        params = {**asdict(PROJECTIONS[method]()), **params}
    numbers = {name: float(value) if isinstance(value, int | float) else value for name, value in params.items()}
    choices = [fingerprint, space, method, int(n_components), numbers, n_samples_drawn, int(seed)]
    return hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()[:16]


def project(
    X: ArrayLike,
    method: str = "pca",
    n_components: int = 2,
    random_state: int = 0,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    *,
    ids: NDArray[np.int64] | None = None,
    placed: bool = False,
    key: str = "",
) -> Projection:
    """Map samples to 2 or 3 dimensions.

    X is (n_samples, ...), flattened to (n_samples, d). `ids` picks the rows to map (None: all) and is kept in the
    Projection; with `placed`, these rows alone are laid out and all others find their place among them. `params` over-rides the defaults of the projection. `progress(fraction, text)` is called all along; if it
    returns True, Cancelled is raised. The same input gives the same map. ValueError for an unknown method or parameter,
    for NaN, and for fewer samples than the projection needs.
    """
    started = time.perf_counter()
    cls = find_projection(method)
    if n_components not in (2, 3):
        raise ValueError(f"n_components={n_components} cannot be drawn: choose 2 or 3.")
    layout = cls(**values_from_json(cls, params or {}))
    X = np.asarray(X)
    if X.ndim < 2 or len(X) == 0:
        raise ValueError(f"X has shape {X.shape}: it must be (n_samples, n_features) with at least one sample.")
    X = X.reshape(len(X), -1)
    if ids is not None:
        ids = np.asarray(ids, dtype=np.int64)
    if ids is not None and not placed:
        X = X[ids]
    X = np.ascontiguousarray(X, dtype=np.float32)
    if not np.isfinite(X).all():
        raise ValueError("X holds NaN or infinite values: remove or fill these samples before drawing a map.")

    def report(fraction: float, text: str) -> None:
        if progress is not None and progress(min(1.0, fraction), text):
            raise Cancelled(f"{cls.title} was stopped.")

    report(0.0, cls.title)
    laid_out = ids if placed else None
    n_laid_out = len(X) if laid_out is None else len(laid_out)
    if n_laid_out < cls.min_samples:
        raise ValueError(
            f"{cls.title} needs at least {cls.min_samples} samples and got {n_laid_out}: take PCA, which maps any number."
        )
    layout = layout.cut_to(n_laid_out)
    if laid_out is None:
        points = np.ascontiguousarray(layout.embed(X, n_components, random_state, report), dtype=np.float32)
    else:
        points = _placed(layout, reduce(X), laid_out, n_components, random_state, report)
    return Projection(
        method=method,
        params=asdict(layout),
        points=points,
        trustworthiness=_trust(X, points, random_state),
        seconds=time.perf_counter() - started,
        key=key,
        ids=None if placed else ids,
        laid_out=None if laid_out is None else n_laid_out,
        kept=neighbors_kept(X, points, random_state),
        explained=layout.explained(X, points),
    )


def _placed(
    layout: ProjectionMethod,
    X: NDArray[np.float32],
    laid_out: NDArray[np.int64],
    n_components: int,
    random_state: int,
    report: Report,
) -> NDArray[np.float32]:
    """Points (n, n_components) of X (n, d): rows ``laid_out`` by the projection, all others among them."""

    def first(fraction: float, text: str) -> None:
        report(LAYOUT_SHARE * fraction, text)

    def others(fraction: float) -> None:
        report(LAYOUT_SHARE + (1 - LAYOUT_SHARE) * fraction, "placing the other samples")

    among = layout.embed(X[laid_out], n_components, random_state, first)
    rest = np.setdiff1d(np.arange(len(X)), laid_out)
    points = np.empty((len(X), n_components), np.float32)
    points[laid_out] = among
    points[rest] = place_among(X[rest], X[laid_out], among, others)
    return points


def _trust(X: np.ndarray, points: np.ndarray, random_state: int) -> float | None:
    from sklearn.manifold import trustworthiness

    rows = sample_ids(len(X), TRUST_SAMPLE, seed=random_state)
    n_neighbors = min(5, (len(rows) - 1) // 2)
    if n_neighbors < 1:
        return None
    return float(trustworthiness(X[rows], points[rows], n_neighbors=n_neighbors))
