"""What colours the points of a map: the cluster, how sure it is, or, once revealed, the class."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.projections import Projection
from deepclust.runs import Run
from pages.visit import cached

CLUSTER, CONFIDENCE, KEPT, CLASS = "Cluster", "Confidence", "Neighbours kept", "Class"


def colour_by(data: Dataset, revealed: bool, *, measured: bool = False) -> str:
    """The control of it, drawn where the caller is; the choice is the same on every map.

    measured: the map is a projection, which may have measured how many neighbours it keeps.
    """
    colours = [
        CLUSTER,
        CONFIDENCE,
        *([KEPT] if measured else []),
        *([CLASS] if revealed and data.y is not None else []),
    ]
    chosen = st.segmented_control(
        "Colour by",
        colours,
        default=CLUSTER,
        required=True,
        key=f"colour-{'-'.join(colours[2:])}",
        help="Confidence: how much nearer a sample is to its own centre than to the next one, 0 to 1."
        + ("  \nNeighbours kept: how many of its 15 nearest samples are near it on this map, too, 0 to 1." * measured),
    )
    return str(chosen)


def painted(
    run: Run, data: Dataset, k: int, by: str, ids: np.ndarray, found: Projection | None = None
) -> dict[str, Any]:
    """groups (m,), values (m,) or None, and names or None of the samples ``ids`` (m,), for `pages.map.map.show_map`.

    found: the map that is drawn, which knows how many neighbours it keeps.
    """
    here = cached.clusters(run, k)
    if by == CLASS and data.y is not None:
        return {"groups": data.y[ids], "values": None, "names": data.class_names}
    if by == KEPT and found is not None and found.kept is not None:
        return {"groups": here.labels[ids], "values": found.kept, "names": here.on_the_map(), "value_name": KEPT}
    values = here.best.confidence[ids] if by == CONFIDENCE else None
    return {"groups": here.labels[ids], "values": values, "names": here.on_the_map()}
