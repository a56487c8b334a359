"""What colours the points of a map: the cluster, how sure it is, or, once revealed, the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepclust.data.dataset import OwnColumn
from deepclust.engine.judging.pairing import same_samples
from deepclust.figures.theme import NOISE
from deepclust.metrics.matching import agreement
from deepclust.projections import Projection
from pages.parts.pick import Kept, in_address, pick
from pages.parts.strip import label_of
from pages.visit import cached
from pages.visit.sight import Sight

CLUSTER, CONFIDENCE, KEPT, CLASS = "Cluster", "Confidence", "Neighbours kept", "Class"
COLUMN, AGREEMENT = "Column", "Agreement"
NO_VALUE = "no value"


@dataclass(frozen=True, eq=False)
class Paint:
    """Colours of m points: groups int (m,) with words ``names`` for them, or values float (m,) in 0..1 instead."""

    groups: np.ndarray
    values: np.ndarray | None = None
    names: Sequence[str] | None = None
    value_name: str = CONFIDENCE
    ends: tuple[str, str] | None = None  # what stands at the ends of the scale of values, else 0 and 1
    none: str = "Noise"  # what a negative group is called
    none_colour: str = NOISE


def colour_control(
    colours: Sequence[str], *, key: str, default: str | None = None, help: str | None = None, kept: Kept | None = None
) -> str:
    """What colours a map; the first colour, unless another is the default."""
    return pick("Colour by", colours, default=default, key=f"{key}-{'-'.join(colours)}", help=help, kept=kept)


def colour_by(sight: Sight, *, measured: bool = False) -> str:
    """The control of a map of samples; the choice is the same on every map.

    measured: the map is a projection, which may have measured how many neighbours it keeps.
    """
    others = _others(sight)
    columns = [column.name for column in sight.data.columns]
    by = colour_control(
        [
            CLUSTER,
            CONFIDENCE,
            *([KEPT] if measured else []),
            *([AGREEMENT] if others else []),
            *([COLUMN] if columns else []),
            *([CLASS] if sight.revealed else []),
        ],
        key="colour",
        help="Confidence: how much nearer a sample is to its own centre than to the next one, 0 to 1."
        + ("  \nNeighbours kept: how many of its 15 nearest samples are near it on this map, too, 0 to 1." * measured)
        + "  \nAgreement: the samples that share its cluster here and there, of those that share it here or there, 0 to 1.",
        kept=in_address("colour"),
    )
    if by == COLUMN:
        return f"{COLUMN}: {pick('Column', columns, key=f'colour-of-{sight.run.id}', many=True, kept=in_address('of'))}"
    if by == AGREEMENT:
        other = pick(
            "With",
            list(others),
            title=others.__getitem__,
            key=f"colour-with-{sight.key}",
            many=True,
            kept=in_address("with"),
        )
        return f"{AGREEMENT}: {other}"
    return by


def _others(sight: Sight) -> dict[str, str]:
    """Other clusterings of the same samples, and what they are called: other k of the run, then other runs."""
    ks = sorted((k for k in sight.outcome.by_k if k != sight.k), key=lambda k: abs(k - sight.k))
    runs = same_samples(sight.run, cached.store().runs())
    return {str(k): f"k = {k}" for k in ks} | {run.id: label_of(run) for run in runs}


def painted(sight: Sight, by: str, ids: np.ndarray, projection: Projection | None = None) -> Paint:
    """The colours of the samples ``ids`` int (m,).

    projection: the map that is drawn, which knows how many neighbours it keeps.
    """
    by, _, which = by.partition(": ")
    if by == CLASS and sight.classes is not None:
        return Paint(sight.classes[ids], names=sight.data.class_names)
    clusters = sight.clusters
    groups, names = clusters.labels[ids], clusters.on_the_map()
    if by == KEPT and projection is not None and projection.kept is not None:
        return Paint(groups, projection.kept, names, KEPT)
    if by == COLUMN:
        return _of_column(groups, next(column for column in sight.data.columns if column.name == which), ids)
    if by == AGREEMENT:
        other = sight.outcome.by_k[int(which)] if which.isdecimal() else cached.own_labels(cached.store().get(which))
        return Paint(groups, agreement(clusters.labels, other)[ids], names, f"Agreement with {_others(sight)[which]}")
    return Paint(groups, clusters.best.confidence[ids] if by == CONFIDENCE else None, names)


def _of_column(clusters: np.ndarray, column: OwnColumn, ids: np.ndarray) -> Paint:
    """A column's words as groups, its numbers as a scale between the 1st and the 99th of a hundred values."""
    values = column.values[ids]
    if column.words is not None:
        return Paint(
            np.where(np.isnan(values), -1, values).astype(np.int64),
            names=column.words,
            value_name=column.name,
            none=NO_VALUE,
        )
    if np.isnan(values).all():
        return Paint(clusters, values, value_name=column.name)
    low, high = np.nanquantile(values, [0.01, 0.99])
    unit = (values - low) / max(float(high - low), float(np.finfo(np.float32).tiny))
    return Paint(clusters, unit, value_name=column.name, ends=(f"{low:.4g}", f"{high:.4g}"), none=NO_VALUE)
