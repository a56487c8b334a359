"""All criteria on one latent space, one after the other, the quick ones first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.graphs import spectral_embedding
from deepclust.projections import project
from deepclust.selection.k.criteria.balance import evenness, smallest_shares
from deepclust.selection.k.criteria.compactness import calinski_harabasz, davies_bouldin, silhouettes
from deepclust.selection.k.criteria.density import dense_regions, ward_clusters
from deepclust.selection.k.criteria.gap import first_within_error, gap_statistic
from deepclust.selection.k.criteria.merging import merged
from deepclust.selection.k.criteria.mixture import mixture_criteria
from deepclust.selection.k.criteria.stability import stability
from deepclust.selection.k.criterion import Criterion, count, curve
from deepclust.selection.k.every_k import recluster
from deepclust.selection.k.material import Material, gather

MAP = {"n_neighbors": 15, "min_dist": 0.0}
OVER = 10  # so many more than the largest k, before clusters without a dip between them are merged
HALVES_IN = 20  # principal components
#: Smallest dense regions, as parts of the even share n / max_k: about half of what the smallest group may be.
REGIONS = (0.25, 0.4, 0.6)
NEARLY_AS_STABLE, NEARLY_AS_STRONG, NEARLY_AS_STRONG_ON_MAP = 0.95, 0.9, 0.8
HARDLY_A_CLUSTER = 0.1  # of the even share


def judge_k(
    X: ArrayLike, ks: Sequence[int] = range(2, 21), labels: Mapping[int, ArrayLike] | None = None, random_state: int = 0
) -> Iterator[Criterion]:
    """Criteria over ks on a frozen latent space X (n_samples, d), each as soon as it is known, in the order of `FACTS`.

    labels: clusters (n_samples,) at some of the ks, as a run keeps them; others are found here. At most 10,000 samples are
    looked at, and 3,000 where the cost grows with the square. ValueError for X or ks that cannot be judged.
    """
    began = time.perf_counter()
    material = gather(X, ks, labels, random_state)
    for step in (_tightness, _sizes, _spectrum, _gap, _mixtures, _stability, _dips, _map):
        for criterion in step(material):
            now = time.perf_counter()
            yield replace(criterion, seconds=now - began)
            began = now


def _tightness(m: Material) -> Iterator[Criterion]:
    yield curve("calinski_harabasz", m.ks, calinski_harabasz(m.points, m.labels))
    yield curve("davies_bouldin", m.ks, davies_bouldin(m.points, m.labels))
    yield curve("silhouette", m.ks, silhouettes(m.few_points, m.few_labels))


def _sizes(m: Material) -> Iterator[Criterion]:
    shares = smallest_shares(m.labels)
    splinters = [k for k, share in zip(m.ks, shares, strict=True) if share < HARDLY_A_CLUSTER]
    note = f"At k = {', '.join(map(str, splinters))} a cluster is nearly empty." if splinters else ""
    yield curve("smallest", m.ks, shares, note=note)
    yield curve("evenness", m.ks, evenness(m.labels))


def _spectrum(m: Material) -> Iterator[Criterion]:
    values = spectral_embedding(m.points, m.ks[-1] + 1)[0]
    gaps = np.full(m.ks[-1] + 1, np.nan)
    gaps[1 : len(values)] = np.diff(values)  # the gap after the k-th value
    yield curve("eigengap", m.ks, gaps[list(m.ks)])


def _gap(m: Material) -> Iterator[Criterion]:
    gaps, errors = gap_statistic(m.few_components, m.ks, random_state=m.random_state)
    pick = first_within_error(m.ks, gaps, errors)
    note = "" if pick is not None else "The curve rises to the end: no opinion."
    yield curve("gap", m.ks, gaps, errors, pick=pick, note=note)


def _mixtures(m: Material) -> Iterator[Criterion]:
    bic, icl = mixture_criteria(m.few_components, m.ks, m.random_state)
    yield curve("bic", m.ks, bic)
    yield curve("icl", m.ks, icl)


def _stability(m: Material) -> Iterator[Criterion]:
    agreement, error, strength = stability(m.few_points[:, :HALVES_IN], m.ks, random_state=m.random_state)
    yield curve("stability", m.ks, agreement, error, last_above=NEARLY_AS_STABLE)
    yield curve("prediction_strength", m.ks, strength, last_above=NEARLY_AS_STRONG)


def _dips(m: Material) -> Iterator[Criterion]:
    points = m.few_points
    too_many = max(2, min(m.ks[-1] + OVER, len(points) // 5))
    labels = recluster(points, [too_many], m.random_state)[too_many]
    left = int(merged(points, labels).max()) + 1
    yield count("dip", m.ks, [left], note=f"Of {too_many} clusters {left} are left.")


def _map(m: Material) -> Iterator[Criterion]:
    points: NDArray[np.float32] = project(m.few_points, "umap", random_state=m.random_state, params=MAP).points
    yield curve("map_silhouette", m.ks, silhouettes(points, ward_clusters(points, m.ks)))
    agreement, error, strength = stability(points, m.ks, random_state=m.random_state)
    yield curve("map_stability", m.ks, agreement, error, last_above=NEARLY_AS_STABLE)
    yield curve("map_strength", m.ks, strength, last_above=NEARLY_AS_STRONG_ON_MAP)
    found = dense_regions(points, [part / m.ks[-1] for part in REGIONS])
    note = "; ".join(f"{r.n_regions} regions of {r.smallest} samples or more ({r.assigned:.0%} of all)" for r in found)
    yield count("hdbscan", m.ks, [r.n_regions for r in found], note=f"Found: {note}.")
