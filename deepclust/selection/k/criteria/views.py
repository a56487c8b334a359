"""For pictures: cuts of the graph of neighbours, judged by where distorted views of the pictures land."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criteria.lloyd import kmeans
from deepclust.selection.k.criterion import Criterion, Facts, curve
from deepclust.selection.k.material import Material

NEIGHBORS, NEIGHBORS_OF_VIEWS = 5, 10
N_VIEWS = 8  # distorted copies of each picture
EQUAL = 0.01  # of the range of the curve
STARTS = 3  # of k-means
SIDE = 32  # pixels: larger pictures are made smaller, so that all views fit into memory

RANK = 70
VIEWS = Facts(
    "views",
    "Cuts that views agree with",
    "The graph of neighbours is cut into k, and shifted, turned and zoomed copies of each picture are joined to their own "
    "neighbours: how much more of these lie in the picture's own cluster than by chance (modularity). "
    "Pictures without any groups have a peak, too, at some six. For pictures only.",
    weight=2,
)
FACTS = (VIEWS,)


def judge(m: Material) -> Iterator[Criterion]:
    """Modularity of the cut into k in the graph through views, for every k; without an opinion where there are no pictures."""
    if m.pictures is None:
        yield curve(VIEWS, m.ks, np.full(len(m.ks), np.nan), pick=None, note="These data are no pictures: no opinion.")
        return
    values = quality_of_cuts(m.pictures, m.ks, m.random_state)
    yield curve(VIEWS, m.ks, values, near=EQUAL * float(np.ptp(values)))


def quality_of_cuts(pictures: np.ndarray, ks: Sequence[int], random_state: int = 0) -> NDArray[np.float64]:
    """Modularity, in the graph of pictures (n, h, w[, c]) and their views, of the normalised cut of their plain graph (n_ks,).

    Cuts: Ng, Jordan & Weiss 2001, on k eigenvectors. Modularity: Newman & Girvan 2004, eq. (5). The graph that judges is not
    the one that is cut: a view is what the picture might have been, so a cut through a class separates pictures from their
    views.
    """
    from torch.nn.functional import interpolate

    from deepclust.methods.base.code_graph import cut_vectors
    from deepclust.methods.base.deep import picture_tensor
    from deepclust.methods.base.rounding import unit_rows
    from deepclust.methods.base.sample_graph import SampleGraph
    from deepclust.metrics.modularity import edges_of, modularity

    x = picture_tensor(pictures)
    if (larger := max(x.shape[2:]) / SIDE) > 1:
        x = interpolate(x, [max(1, round(side / larger)) for side in x.shape[2:]], mode="area")
    vectors = cut_vectors(SampleGraph(x, NEIGHBORS, ks[-1]).plain(), ks[-1])[0]
    judges = edges_of(SampleGraph(x, NEIGHBORS_OF_VIEWS, ks[-1]).through_views(N_VIEWS, random_state))
    cuts = (kmeans(unit_rows(vectors[:, :k]), k, STARTS, random_state).labels_.astype(np.int64) for k in ks)
    return np.array([modularity(labels, judges) for labels in cuts])
