"""PaCMAP (Wang, Huang, Rudin & Shaposhnik 2021) with the compiled steps of the package pacmap, and with progress and cancel.

The loop over iterations is written out here, because the package's own cannot be watched or stopped. Its neighbours come
from faiss, which must never meet torch in one process on macOS (docs/decisions/0014): ours are exact, and faiss stays
unloaded.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import nearest_neighbors
from deepclust.params import param
from deepclust.projections.base import ProjectionMethod, Report
from deepclust.projections.pca import reduce, start_positions

SEARCH_SHARE = 0.3  # of the progress bar
PHASES = (100, 100, 250)  # iterations: the large picture, then both, then the small one
SETTLING = (0, 0, 100)
SETTLING_RATE = 0.1
FURTHER_NEIGHBORS = 50  # candidates beyond n_neighbors, of which the nearest by scaled distance are taken
START_SPREAD = 1e-4  # standard deviation of the layout that the first phase starts from
MID_NEAR_WEIGHT = 1_000.0  # at the very beginning; it sinks to 3 in the first phase
BETA1, BETA2 = 0.9, 0.999  # Adam's


@dataclass
class Pairs:
    """Index pairs int32 (m, 2) that pull together (near, mid) or push apart (further); all of a sample stand in a row."""

    near: NDArray[np.int32]
    mid: NDArray[np.int32]
    further: NDArray[np.int32]


class PaCMAP(ProjectionMethod):
    """Neighbours and, at first, pairs of middle distance attract; pairs drawn at random repel."""

    title = "PaCMAP"
    summary = (
        "Places what is far apart first and neighbours last, by pulling at near and at half-near pairs of samples."
    )
    note = "Near points are alike. Where groups lie means a little, how large they are means nothing."
    reference = "Wang, Huang, Rudin, Shaposhnik 2021, JMLR 22:201, arXiv:2012.04456"
    rank = 40
    at_once = 10_000
    heavy = ("pacmap", "faiss", "numba")

    n_neighbors: int = param(10, "Neighbours", help="How many nearest samples each point is pulled to.", min=2)

    def cut_to(self, n_samples: int) -> Self:
        # each sample takes part in n_neighbors near, half as many middle and twice as many further pairs
        return replace(self, n_neighbors=max(1, min(self.n_neighbors, int(n_samples / 3.5))))

    def embed(
        self, X: NDArray[np.float32], n_components: int, random_state: int, report: Report
    ) -> NDArray[np.float32]:
        X = reduce(X)
        start = START_SPREAD * start_positions(X, n_components, random_state)
        return self._last(X, start, PHASES, 1.0, random_state, report)

    def settle(
        self, X: NDArray[np.float32], start: NDArray[np.float32], random_state: int, report: Report
    ) -> NDArray[np.float32]:
        return self._last(reduce(X), start, SETTLING, SETTLING_RATE, random_state, report)

    def _last(
        self,
        X: NDArray[np.float32],
        start: NDArray[np.float32],
        phases: tuple[int, int, int],
        learning_rate: float,
        random_state: int,
        report: Report,
    ) -> NDArray[np.float32]:
        def searched(fraction: float) -> None:
            report(SEARCH_SHARE * fraction, f"{self.title}, nearest neighbours")

        pairs = self.pairs(X, random_state, searched)
        points, total = start, sum(phases)
        for done, (latest, _) in enumerate(self.layouts(X, pairs, start, phases, learning_rate), start=1):
            points = latest
            share = SEARCH_SHARE + (1 - SEARCH_SHARE) * done / total
            report(share, f"{self.title}, iteration {done} of {total}")
        return points

    def pairs(self, X: NDArray[np.float32], random_state: int, progress: Any = None) -> Pairs:
        """The pairs of samples X (n, d) whose distances on the map are worked on."""
        n, k = len(X), self.n_neighbors
        indices, distances = nearest_neighbors(X, min(k + FURTHER_NEIGHBORS, n - 1), progress)
        # a distance counts relative to how far the fourth to sixth neighbours of both samples are
        width = np.maximum(distances[:, min(3, distances.shape[1] - 1) : 6].mean(axis=1), 1e-10)
        scaled = distances**2 / width[:, None] / width[indices]
        nearest = np.take_along_axis(indices, np.argsort(scaled, axis=1, kind="stable")[:, :k], axis=1)
        near = np.column_stack([np.repeat(np.arange(n), k), nearest.ravel()]).astype(np.int32)
        steps = compiled_steps()
        with one_thread():
            mid = steps.sample_MN_pair_deterministic(X, k // 2, random_state, 0)
            further = steps.sample_FP_pair_deterministic(X, near, k, 2 * k, random_state)
        return Pairs(near, mid, further)

    def layouts(
        self,
        X: NDArray[np.float32],
        pairs: Pairs,
        start: NDArray[np.float32],
        phases: tuple[int, int, int] = PHASES,
        learning_rate: float = 1.0,
    ) -> Iterator[tuple[NDArray[np.float32], float]]:
        """The map (n, m) after each iteration, worked on in place, and its loss; gradient steps by Adam."""
        steps = compiled_steps()
        points = np.array(start, np.float32)
        mean, square = np.zeros_like(points), np.zeros_like(points)
        for iteration in range(sum(phases)):
            weights = steps.find_weight(MID_NEAR_WEIGHT, iteration, num_iters=phases)  # mid, near, further
            with one_thread():
                gradient = self._gradient(X, points, pairs, weights, iteration - phases[0] - phases[1])
                steps.update_embedding_adam(points, gradient, mean, square, BETA1, BETA2, learning_rate, iteration)
            yield points, float(gradient[-1, 0])

    def _gradient(
        self,
        X: NDArray[np.float32],
        points: NDArray[np.float32],
        pairs: Pairs,
        weights: tuple[float, float, float],
        into_last: int,
    ) -> NDArray[np.float32]:
        """Gradient (n + 1, m) of the loss, which stands in its last row; ``into_last`` counts from the last phase."""
        mid, near, further = weights
        gradient: NDArray[np.float32] = compiled_steps().pacmap_grad(
            points, pairs.near, pairs.mid, pairs.further, near, mid, further
        )
        return gradient


def compiled_steps() -> ModuleType:
    """The module of the package pacmap that holds its compiled steps, loaded without faiss."""
    if "pacmap.pacmap" in sys.modules:
        return sys.modules["pacmap.pacmap"]
    stands_in = "faiss" not in sys.modules
    if stands_in:
        sys.modules["faiss"] = _LoadedWhenUsed("faiss")
    try:
        return importlib.import_module("pacmap.pacmap")
    finally:
        if stands_in:
            del sys.modules["faiss"]


class _LoadedWhenUsed(ModuleType):
    """Stands in for a module until something of it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def one_thread() -> Iterator[None]:
    """One numba thread: pairs are drawn by each thread's own dice, and a training beside wants the other cores."""
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)
