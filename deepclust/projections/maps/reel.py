"""One space at many moments in one frame that is fitted on the last: the time machine's maps.

By PCA, or by any projection that can settle from given positions. `deepclust.projections.maps.film` goes forward and makes each map as good as it can be; here all moments are seen from the last
one, so that what moves on the map has moved in the space.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.projections.base import Report
from deepclust.projections.discovery import PROJECTIONS, find_projection
from deepclust.projections.maps.plane import turn, turned
from deepclust.projections.pca import principal_axes

REELS = ("pca", *(name for name, projection in PROJECTIONS.items() if projection.settles))

# A space that lies as before is seen along the same axes. It counts as another one where its own axes, once turned,
# bring its points so much nearer to the next map; where a stage ends, where they bring them nearer at all.
ANOTHER_SPACE = 0.5


def unit(space: np.ndarray) -> NDArray[np.float32]:
    """A space (n, d) about its middle, with a mean squared distance from it of 1; equal points stay at 0."""
    centred = space.astype(np.float64).reshape(len(space), -1)
    centred = centred - centred.mean(axis=0)
    return np.asarray(centred / max(_spread(centred), 1e-12), dtype=np.float32)


def reel_by_pca(spaces: Sequence[np.ndarray], stages: Sequence[str]) -> NDArray[np.float32]:
    """Maps (s, n, 2) of the same n samples in s spaces (n, d_i), in order, all along the principal axes of the last one.

    Each space is first brought to a spread of 1 (`unit`), so a map is small where the last axes show little of it. Where
    going back a space is another one (of another dimension, or turned, as between stages), its own principal axes are
    taken, turned and mirrored to agree with the map that follows (orthogonal Procrustes on the samples).
    """
    maps: list[NDArray[np.float32]] = []
    axes = np.zeros((0, 2), np.float32)
    for number in reversed(range(len(spaces))):
        space = unit(spaces[number])
        own = _axes(space)
        if not maps:
            axes = own
        else:
            follows = maps[-1]
            own = own @ turn(space @ own, follows).astype(np.float32)
            limit = ANOTHER_SPACE if stages[number] == stages[number + 1] else 1.0
            same = axes.shape == own.shape and _apart(space @ axes, follows) * limit <= _apart(space @ own, follows)
            axes = axes if same else own
        maps.append((space @ axes).astype(np.float32))
    return np.stack(maps[::-1]) if maps else np.zeros((0, 0, 2), np.float32)


def reel_by_neighbours(
    method: str, spaces: Sequence[np.ndarray], random_state: int, report: Report
) -> NDArray[np.float32]:
    """Maps (s, n, 2) of the same n samples in s spaces (n, d_i), in order, by a projection that settles, each of spread 1.

    The last one is made as any map is; each earlier one starts from the map that follows it, at its full size, and then
    settles, so that a point only moves as far as its neighbours have changed. `report(fraction, text)` may raise to stop.
    ValueError for another projection, and for fewer samples than it needs.
    """
    projection = find_projection(method)
    if not projection.settles:
        raise ValueError(
            f"{projection.title} cannot start from given positions, as maps of several moments need it: choose one of "
            f"{', '.join(name for name in REELS if name != 'pca')}."
        )
    if not len(spaces) or len(spaces[0]) < projection.min_samples:
        raise ValueError(
            f"{projection.title} needs at least {projection.min_samples} samples at one moment or more: take PCA."
        )
    layout = projection().cut_to(len(spaces[0]))
    maps: list[NDArray[np.float32]] = []
    start: NDArray[np.float32] | None = None  # the layout that follows, in its own size
    for done, space in enumerate(reversed(spaces)):

        def told(fraction: float, _: str, done: int = done) -> None:
            report((done + fraction) / len(spaces), f"map {done + 1} of {len(spaces)}, from the last to the first")

        X = np.ascontiguousarray(space.reshape(len(space), -1), dtype=np.float32)
        if start is None:
            points = layout.embed(X, 2, random_state, told)
        else:
            points = layout.settle(X, start, random_state, told)
        points = np.asarray(points - points.mean(axis=0), dtype=np.float32)
        if start is not None:
            points = turned(points, start).astype(np.float32)
        start = points
        maps.append(points / np.float32(max(_spread(points), 1e-12)))
    return np.stack(maps[::-1])


def _axes(space: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first two principal axes (d, 2); a missing one is 0."""
    _, found = principal_axes(space, 2)
    axes = np.zeros((space.shape[1], 2), np.float32)
    axes[:, : found.shape[1]] = found
    return axes


def _spread(points: np.ndarray) -> float:
    return float(np.sqrt((points**2).sum(axis=1).mean()))


def _apart(points: np.ndarray, others: np.ndarray) -> float:
    return float(((points - others) ** 2).sum())
