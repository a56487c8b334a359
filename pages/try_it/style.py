"""How the pictures of a data set are drawn, and the switch that has new ones drawn alike."""

from __future__ import annotations

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.data.drawn import Style, style_of


def ground_of(data: Dataset) -> float:
    """The brightness that comes in where a picture is moved: that of the data's ground, or grey."""
    style = style_of_data(data.fingerprint, data)
    return 0.5 if style is None else style.ground


@st.cache_data(max_entries=8, show_spinner=False)
def style_of_data(fingerprint: str, _data: Dataset) -> Style | None:
    """How the pictures of a data set are drawn; None where they are not."""
    return style_of(_data.X)


def alike(style: Style, many: bool = False) -> bool:
    """Draw the switch: whether a new picture, or each of many, is made as large as the data's and put in the same place."""
    where = "its centre of mass" if style.by_mass else "the middle of it"
    return st.toggle(
        "As large and in the same place as the data's",
        value=True,
        key=f"try-alike-{many}",
        help=f"In these data what is drawn fills {style.extent:.0%} of the picture, with {where} in the middle."
        + " Pictures that have the size of the data's already stay as they are." * many,
    )
