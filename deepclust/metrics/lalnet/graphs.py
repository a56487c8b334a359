"""The graphs of LALNet's figure 6: which samples the pseudo-classes join (G_Y), which the duplicates do (G_M).

Shapes: z (m, n_outputs) linear outputs, output u belongs to transformation u mod n_parents; adjacency float32 (m, m) in
0..1, symmetric, 0 on the diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LAYOUT_STEPS = 120
SPREAD = 0.35  # how much of its share of the plane a point keeps to itself
ATTRACTION = 0.02
GRAVITY = 0.6
APART = 0.5  # of the places that the sides are drawn to, from the middle
LONGEST = 0.2  # move of a point in the first step; it falls to 0


def adjacencies(z: np.ndarray, n_parents: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """G_Y and G_M (Kilinc & Uysal 2018, section 2.2): Y Y^T of the pooled softmax Y (m, n_parents), and B B^T of
    B = max(0, z), both as cosines, so that a faint sample counts as much as a bold one."""
    z = np.asarray(z, np.float64)
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    pooled = shares.reshape(len(z), -1, n_parents).sum(axis=1)
    return _cosines(pooled), _cosines(np.maximum(z, 0))


def connections(adjacency: np.ndarray, threshold: float) -> NDArray[np.int64]:
    """Pairs (e, 2) of samples i < j that are joined by more than ``threshold``."""
    return np.argwhere(np.triu(adjacency > threshold, 1))


def subgraphs(adjacency: np.ndarray, threshold: float) -> NDArray[np.int64]:
    """Number (m,) of the disjoint subgraph that each sample is in, when weaker connections are left out."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    return np.asarray(connected_components(csr_array(adjacency > threshold), directed=False)[1], np.int64)


def share_across(pairs: np.ndarray, groups: np.ndarray) -> float:
    """Share of the pairs (e, 2) whose samples are of different groups int (m,); 0 without pairs."""
    return float((groups[pairs[:, 0]] != groups[pairs[:, 1]]).mean()) if len(pairs) else 0.0


@dataclass(frozen=True)
class GraphStory:
    """What becomes of both graphs from snapshot to snapshot.

    y_across: share of the connections of G_Y between different transformations. m_across: share of the connections of
    G_M between different groups. n_subgraphs: disjoint subgraphs of G_M of at least a hundredth of the samples, and two.
    """

    y_across: list[float]
    m_across: list[float]
    n_subgraphs: list[int]


def graph_story(
    snapshots: Sequence[np.ndarray], parents: np.ndarray, groups: np.ndarray, n_parents: int, threshold: float
) -> GraphStory:
    """The story of s snapshots z (m, n_outputs) of the same samples, which were transformed by ``parents`` int (m,) and
    are of ``groups`` int (m,), such as the clusters at the end."""
    y_across, m_across, n_subgraphs = [], [], []
    for z in snapshots:
        g_y, g_m = adjacencies(z, n_parents)
        y_across.append(share_across(connections(g_y, threshold), parents))
        m_across.append(share_across(connections(g_m, threshold), groups))
        sizes = np.bincount(subgraphs(g_m, threshold))
        n_subgraphs.append(int((sizes >= max(2, len(z) / 100)).sum()))
    return GraphStory(y_across, m_across, n_subgraphs)


def force_layout(adjacency: np.ndarray, sides: np.ndarray, random_state: int = 0) -> NDArray[np.float32]:
    """Places float32 (m, 2) at which joined samples are near each other (Fruchterman & Reingold 1991).

    All samples repel each other, joined ones attract, in proportion to their share of the two samples' connections, and
    each is drawn to the place of its side int (m,), from left to right, which keeps disjoint subgraphs in the picture.
    """
    m = len(adjacency)
    n_sides = int(sides.max(initial=0)) + 1
    places = np.zeros((m, 2), np.float32)
    places[:, 0] = APART * (2 * sides - (n_sides - 1))
    degree = np.sqrt(np.maximum(adjacency.sum(axis=1), 1e-6))
    pull = (ATTRACTION * m * adjacency / degree[:, None] / degree).astype(np.float32)
    own = np.float32(SPREAD / np.sqrt(max(m, 1)))
    points = places + np.random.default_rng(random_state).normal(size=(m, 2)).astype(np.float32) * 0.5
    for step in range(LAYOUT_STEPS):
        squares = (points**2).sum(axis=1)
        distance2 = np.maximum(squares[:, None] + squares - 2 * points @ points.T, 1e-6)  # (m, m)
        force = own**2 / distance2 - pull * np.sqrt(distance2)
        # the sum over j of force_ij (point_i - point_j)
        moves = points * force.sum(axis=1, keepdims=True) - force @ points - GRAVITY * (points - places)
        length = np.maximum(np.linalg.norm(moves, axis=1, keepdims=True), 1e-9)
        points = points + moves / length * np.minimum(length, LONGEST * (1 - step / LAYOUT_STEPS))
    return np.asarray(points, np.float32)


def _cosines(rows: np.ndarray) -> NDArray[np.float32]:
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    adjacency = unit @ unit.T
    np.fill_diagonal(adjacency, 0)
    return np.asarray(np.clip(adjacency, 0, 1), np.float32)
