"""t-SNE (van der Maaten & Hinton 2008) by openTSNE, with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import nearest_neighbors
from deepclust.projections.pca import reduce, start_positions

SEARCH_SHARE = 0.1  # of the progress bar
EARLY_ITERATIONS = 250
CALL_EVERY = 10
# below, a second thread gains nothing, and beside a busy training it costs: 240 samples took 18 s instead of 1
ONE_THREAD_UP_TO = 5_000


def embed(
    X: NDArray[np.float32],
    n_components: int,
    random_state: int,
    report: Callable[[float, str], None],
    perplexity: float,
    n_iter: float,
    start: NDArray[np.float32] | None = None,
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Points (n, n_components) of X (n, d), n >= 4, and the parameters really used.

    250 iterations of early exaggeration, then `n_iter` more. The perplexity is cut to (n - 1) / 3, because it needs three
    times as many neighbours. More than 50 features are first reduced by PCA; the layout starts from PCA, or from ``start``
    (n, n_components) of any scale. 2-D maps of 10,000 and more samples use openTSNE's interpolation (FIt-SNE), all others
    Barnes-Hut, which alone can do 3-D.
    """
    n_samples = len(X)
    perplexity = max(1.0, min(float(perplexity), (n_samples - 1) / 3))
    X = reduce(X)
    affinities = _affinities(X, perplexity, random_state, report)
    total = EARLY_ITERATIONS + int(n_iter)
    past = 0

    def called(iteration: int, error: float, embedding: NDArray) -> bool:
        done = past + iteration
        report(SEARCH_SHARE + (1 - SEARCH_SHARE) * done / total, f"t-SNE, iteration {done} of {total}")
        return False

    tsne = _optimiser(n_samples, n_components, random_state, called)
    # openTSNE wants to start small: a standard deviation of 1e-4
    start = start_positions(X if start is None else start, n_components, random_state)
    embedding = tsne.prepare_initial(affinities=affinities, initialization=1e-4 * start.astype(np.float64))
    embedding.optimize(EARLY_ITERATIONS, exaggeration=12, momentum=0.8, inplace=True, propagate_exception=True)
    past = EARLY_ITERATIONS
    embedding.optimize(int(n_iter), momentum=0.8, inplace=True, propagate_exception=True)
    return np.asarray(embedding, dtype=np.float32), {"perplexity": perplexity, "n_iter": int(n_iter)}


def settle(
    X: NDArray[np.float32],
    start: NDArray[np.float32],
    random_state: int,
    report: Callable[[float, str], None],
    perplexity: float,
    n_iter: int,
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """As `embed`, from a layout ``start`` (n, m) that is nearly right: at its own size and without exaggeration."""
    perplexity = max(1.0, min(float(perplexity), (len(X) - 1) / 3))
    affinities = _affinities(reduce(X), perplexity, random_state, report)

    def called(iteration: int, error: float, embedding: NDArray) -> bool:
        report(SEARCH_SHARE + (1 - SEARCH_SHARE) * iteration / n_iter, f"t-SNE, iteration {iteration} of {n_iter}")
        return False

    tsne = _optimiser(len(X), start.shape[1], random_state, called)
    embedding = tsne.prepare_initial(affinities=affinities, initialization=start.astype(np.float64))
    embedding.optimize(n_iter, momentum=0.8, inplace=True, propagate_exception=True)
    return np.asarray(embedding, dtype=np.float32), {"perplexity": perplexity, "n_iter": n_iter}


def _affinities(
    X: NDArray[np.float32], perplexity: float, random_state: int, report: Callable[[float, str], None]
) -> Any:
    """openTSNE's affinities of X (n, d) by exact nearest neighbours."""

    def searched(fraction: float) -> None:
        report(SEARCH_SHARE * fraction, "t-SNE, nearest neighbours")

    found = nearest_neighbors(X, min(len(X) - 1, int(3 * perplexity)), searched)
    report(SEARCH_SHARE, "t-SNE, loading")

    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    return PerplexityBasedNN(
        perplexity=perplexity,
        knn_index=PrecomputedNeighbors(*found),
        n_jobs=_threads(len(X)),
        random_state=random_state,
    )


def _optimiser(
    n_samples: int, n_components: int, random_state: int, called: Callable[[int, float, NDArray], bool]
) -> Any:
    from openTSNE import TSNE

    return TSNE(
        n_components=n_components,
        negative_gradient_method="fft" if n_components == 2 and n_samples >= 10_000 else "bh",
        n_jobs=_threads(n_samples),
        callbacks=called,
        callbacks_every_iters=CALL_EVERY,
        random_state=random_state,
    )


def _threads(n_samples: int) -> int:
    return 1 if n_samples <= ONE_THREAD_UP_TO else 2
