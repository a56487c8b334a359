"""The eigengap: how far the eigenvalues of the graph of neighbours jump after the k-th."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deepclust.graphs import spectral_embedding
from deepclust.selection.k.criterion import RESERVE, Criterion, Facts, curve
from deepclust.selection.k.material import Material

RANK = 30
EIGENGAP = Facts(
    "eigengap",
    "Eigengap",
    "How far the next eigenvalue of the neighbour graph jumps after the k-th: a graph of k loosely joined groups has "
    "k small ones.",
    weight=RESERVE,
)
FACTS = (EIGENGAP,)


def judge(m: Material) -> Iterator[Criterion]:
    """The gap after the k-th value, for every k (von Luxburg 2007, section 8.3)."""
    values = spectral_embedding(m.points, m.ks[-1] + 1)[0]
    gaps = np.full(m.ks[-1] + 1, np.nan)
    gaps[1 : len(values)] = np.diff(values)
    yield curve(EIGENGAP, m.ks, gaps[list(m.ks)])
