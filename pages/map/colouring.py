"""What colours the points of a map: the cluster, how sure it is, or, once revealed, the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepclust.projections import Projection
from pages.parts.pick import Kept, in_address, pick
from pages.visit.sight import Sight

CLUSTER, CONFIDENCE, KEPT, CLASS = "Cluster", "Confidence", "Neighbours kept", "Class"


@dataclass(frozen=True, eq=False)
class Paint:
    """Colours of m points: groups int (m,) with words ``names`` for them, or values float (m,) in 0..1 instead."""

    groups: np.ndarray
    values: np.ndarray | None = None
    names: Sequence[str] | None = None
    value_name: str = CONFIDENCE


def colour_control(
    colours: Sequence[str], *, key: str, default: str | None = None, help: str | None = None, kept: Kept | None = None
) -> str:
    """What colours a map; the first colour, unless another is the default."""
    return pick("Colour by", colours, default=default, key=f"{key}-{'-'.join(colours)}", help=help, kept=kept)


def colour_by(sight: Sight, *, measured: bool = False) -> str:
    """The control of a map of samples; the choice is the same on every map.

    measured: the map is a projection, which may have measured how many neighbours it keeps.
    """
    return colour_control(
        [CLUSTER, CONFIDENCE, *([KEPT] if measured else []), *([CLASS] if sight.revealed else [])],
        key="colour",
        help="Confidence: how much nearer a sample is to its own centre than to the next one, 0 to 1."
        + ("  \nNeighbours kept: how many of its 15 nearest samples are near it on this map, too, 0 to 1." * measured),
        kept=in_address("colour"),
    )


def painted(sight: Sight, by: str, ids: np.ndarray, projection: Projection | None = None) -> Paint:
    """The colours of the samples ``ids`` int (m,).

    projection: the map that is drawn, which knows how many neighbours it keeps.
    """
    if by == CLASS and sight.classes is not None:
        return Paint(sight.classes[ids], names=sight.data.class_names)
    clusters = sight.clusters
    groups, names = clusters.labels[ids], clusters.on_the_map()
    if by == KEPT and projection is not None and projection.kept is not None:
        return Paint(groups, projection.kept, names, KEPT)
    return Paint(groups, clusters.best.confidence[ids] if by == CONFIDENCE else None, names)
