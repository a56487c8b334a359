"""t-SNE (van der Maaten & Hinton 2008) by openTSNE, with progress and cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import nearest_neighbors
from deepclust.params import param
from deepclust.projections.base import ProjectionMethod, Report
from deepclust.projections.pca import reduce, start_positions

SEARCH_SHARE = 0.1  # of the progress bar
EARLY_ITERATIONS = 250
SETTLING = 150  # iterations from a layout that is nearly right
CALL_EVERY = 10
# below, a second thread gains nothing, and beside a busy training it costs: 240 samples took 18 s instead of 1
ONE_THREAD_UP_TO = 5_000


class TSNE(ProjectionMethod):
    """250 iterations of early exaggeration, then `n_iter` more, from PCA or from given positions of any scale.

    More than 50 features are first reduced by PCA. 2-D maps of 10,000 and more samples use openTSNE's interpolation
    (FIt-SNE), all others Barnes-Hut, which alone can do 3-D.
    """

    title = "t-SNE"
    summary = "Places each point so that its nearest neighbours stay its nearest neighbours."
    note = "Near points are alike. Sizes of groups and the gaps between them mean nothing, and one group may be torn."
    reference = "van der Maaten, Hinton 2008, JMLR 9:2579"
    rank = 30
    heavy = ("openTSNE",)

    perplexity: float = param(
        30.0, "Perplexity", help="About how many neighbours each point looks at; at most a third of the points.", min=1
    )
    n_iter: int = param(500, "Iterations", help="After 250 in which groups are pulled together.", min=0, advanced=True)

    def cut_to(self, n_samples: int) -> Self:
        # a perplexity needs three times as many neighbours
        return replace(self, perplexity=max(1.0, min(float(self.perplexity), (n_samples - 1) / 3)))

    def embed(
        self,
        X: NDArray[np.float32],
        n_components: int,
        random_state: int,
        report: Report,
        start: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        X = reduce(X)
        # openTSNE wants to start small: a standard deviation of 1e-4
        small = 1e-4 * start_positions(X if start is None else start, n_components, random_state)
        stages = ((EARLY_ITERATIONS, 12.0), (self.n_iter, 1.0))
        return self._optimise(X, small, stages, random_state, report)

    def settle(
        self, X: NDArray[np.float32], start: NDArray[np.float32], random_state: int, report: Report
    ) -> NDArray[np.float32]:
        return self._optimise(reduce(X), start, ((SETTLING, 1.0),), random_state, report)

    def _optimise(
        self,
        X: NDArray[np.float32],
        start: NDArray[np.float32],
        stages: tuple[tuple[int, float], ...],
        random_state: int,
        report: Report,
    ) -> NDArray[np.float32]:
        """The layout after stages of (iterations, exaggeration)."""
        affinities = self._affinities(X, random_state, report)
        total = sum(n_iter for n_iter, _ in stages)
        past = 0

        def called(iteration: int, error: float, embedding: np.ndarray) -> bool:
            done = past + iteration
            report(SEARCH_SHARE + (1 - SEARCH_SHARE) * done / total, f"t-SNE, iteration {done} of {total}")
            return False

        import openTSNE

        n_samples, n_components = start.shape
        tsne = openTSNE.TSNE(
            n_components=n_components,
            negative_gradient_method="fft" if n_components == 2 and n_samples >= 10_000 else "bh",
            n_jobs=_threads(n_samples),
            callbacks=called,
            callbacks_every_iters=CALL_EVERY,
            random_state=random_state,
        )
        embedding = tsne.prepare_initial(affinities=affinities, initialization=start.astype(np.float64))
        for n_iter, exaggeration in stages:
            embedding.optimize(n_iter, exaggeration=exaggeration, momentum=0.8, inplace=True, propagate_exception=True)
            past += n_iter
        return np.asarray(embedding, dtype=np.float32)

    def _affinities(self, X: NDArray[np.float32], random_state: int, report: Report) -> Any:
        """openTSNE's affinities of X (n, d) by exact nearest neighbours."""

        def searched(fraction: float) -> None:
            report(SEARCH_SHARE * fraction, "t-SNE, nearest neighbours")

        neighbors = nearest_neighbors(X, min(len(X) - 1, int(3 * self.perplexity)), searched)
        report(SEARCH_SHARE, "t-SNE, loading")

        from openTSNE.affinity import PerplexityBasedNN
        from openTSNE.nearest_neighbors import PrecomputedNeighbors

        return PerplexityBasedNN(
            perplexity=self.perplexity,
            knn_index=PrecomputedNeighbors(*neighbors),
            n_jobs=_threads(len(X)),
            random_state=random_state,
        )


def _threads(n_samples: int) -> int:
    return 1 if n_samples <= ONE_THREAD_UP_TO else 2
