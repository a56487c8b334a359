"""What colours the points of a map: the cluster, how sure it is, or, once revealed, the class."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.runs import Run
from pages import _cached

CLUSTER, CONFIDENCE, CLASS = "Cluster", "Confidence", "Class"


def colour_by(data: Dataset, revealed: bool) -> str:
    """The control of it, drawn where the caller is; the choice is the same on every map."""
    colours = [CLUSTER, CONFIDENCE, *([CLASS] if revealed and data.y is not None else [])]
    chosen = st.segmented_control(
        "Colour by",
        colours,
        default=CLUSTER,
        required=True,
        key=f"colour-{len(colours)}",
        help="Confidence: how much nearer a sample is to its own centre than to the next one, 0 to 1.",
    )
    return str(chosen)


def painted(run: Run, data: Dataset, k: int, by: str, ids: np.ndarray) -> dict[str, Any]:
    """groups (m,), values (m,) or None, and names or None of the samples ``ids`` (m,), for `pages._map.show_map`."""
    here = _cached.clusters(run, k)
    if by == CLASS and data.y is not None:
        return {"groups": data.y[ids], "values": None, "names": data.class_names}
    values = here.best.confidence[ids] if by == CONFIDENCE else None
    return {"groups": here.labels[ids], "values": values, "names": None}
