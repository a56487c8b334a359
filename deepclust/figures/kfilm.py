"""The film of k: the clusters of every k as their mean pictures, and which pictures change hands from one k to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.data.dataset import Dataset
from deepclust.figures.pictures import ValueRange, picture_thumbnails, vector_thumbnails
from deepclust.figures.sheets import jpeg_bytes, laid_out
from deepclust.selection.k.tree import BRANCH, Edge, cluster_tree

MEAN_OF = 400  # samples of which a mean picture is made at most
CHANGED_HANDS = 12  # pictures that stand for those that go to another cluster
CELL = 40  # pixels of a picture on the sheet
COLUMNS = 48  # of the sheet


@dataclass(frozen=True, eq=False)
class Film:
    """What is drawn: nodes, edges and splits as JSON can hold them, and a sheet of all their pictures as a JPEG file.

    nodes: [k, cluster, size, place in 0..1, number of its picture]. edges: [k, next k, source, target, count, share of the
    source, share of the target]. splits: the edges (by number) along which pictures change hands, with the numbers of the
    first of them on the sheet and how many there are.
    """

    nodes: list[list[float]]
    edges: list[list[float]]
    splits: list[list[int]]
    sheet: bytes
    cell: tuple[int, int]
    n_pictures: int

    def facts(self) -> dict[str, Any]:
        """All but the sheet."""
        width, height = self.cell
        about = {
            "n_pictures": self.n_pictures,
            "columns": COLUMNS,
            "width": width,
            "height": height,
            "type": "image/jpeg",
        }
        return {"nodes": self.nodes, "edges": self.edges, "splits": self.splits} | about


def changes_hands(edge: Edge) -> bool:
    """Whether the samples of an edge leave their cluster for another, in a share of either that counts."""
    flow = edge.flow
    return flow.source != flow.target and max(flow.of_source, flow.of_target) >= BRANCH


def film(data: Dataset, embedding: np.ndarray, labels: Mapping[int, np.ndarray]) -> Film:
    """The film of the samples of a data set as they are shown, with their clusters labels {k: (n,)}.

    The clusters of ``labels`` have the numbers of `deepclust.metrics.lineage`. embedding (n, d'): those that change hands
    are shown by the samples that are nearest to the middle of all that do.
    """
    nodes, edges = cluster_tree(labels)
    value_range = None if data.pictured else (data.X.min(axis=0), data.X.max(axis=0))
    pictures: list[np.ndarray] = []
    drawn: list[list[float]] = []
    for node in nodes:
        members = np.flatnonzero(labels[node.k] == node.cluster)
        drawn.append([node.k, node.cluster, node.size, round(node.x, 4), len(pictures)])
        pictures.append(data.shown(_spread(members, MEAN_OF)).mean(axis=0))
    splits: list[list[int]] = []
    for number, edge in enumerate(edges):
        if changes_hands(edge):
            flow = edge.flow
            moved = np.flatnonzero((labels[edge.k] == flow.source) & (labels[edge.next_k] == flow.target))
            some = _middle(embedding, moved)[:CHANGED_HANDS]
            splits.append([number, len(pictures), len(some)])
            pictures += list(data.shown(some))
    thumbs = _thumbnails(np.stack(pictures).astype(np.float32), value_range)
    listed = [
        [
            e.k,
            e.next_k,
            e.flow.source,
            e.flow.target,
            e.flow.count,
            round(e.flow.of_source, 4),
            round(e.flow.of_target, 4),
        ]
        for e in edges
    ]
    return Film(
        drawn, listed, splits, jpeg_bytes(laid_out(thumbs, COLUMNS)), (thumbs.shape[2], thumbs.shape[1]), len(thumbs)
    )


def _spread(members: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the members, evenly through their order."""
    return members[np.unique(np.linspace(0, len(members) - 1, min(most, len(members))).astype(np.int64))]


def _middle(embedding: np.ndarray, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Members, those nearest to their mean first."""
    some = _spread(members, 2_000)
    points = embedding[some].reshape(len(some), -1)
    return np.asarray(some[np.argsort(((points - points.mean(axis=0)) ** 2).sum(axis=1), kind="stable")])


def _thumbnails(X: NDArray[np.float32], value_range: ValueRange | None) -> NDArray[np.uint8]:
    if X.ndim == 2:
        return vector_thumbnails(X, CELL, value_range)
    return picture_thumbnails(X, min(CELL, max(X.shape[1:3])))  # the browser enlarges small ones
