"""The control of a hyper-parameter that names transformations: sets and single ones, joined, and what they do."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.multiples import combination, words_of
from deepclust.params import Param
from deepclust.transforms import AUTO, IDENTITY, TRANSFORMATIONS, automatic, kind_of, members_for, members_of, names_for
from pages.visit import cached

SHOWN = 2  # samples
COLUMN = 50  # pixels of a thumbnail with its gap


def transforms_control(data: Dataset, p: Param, value: Any, key: str) -> str:
    """Pick sets and transformations for these data; nothing picked is "auto". Returns the value of the parameter."""
    kind = kind_of(data.feature_shape)
    singles = [name for name, t in TRANSFORMATIONS.items() if kind in t.kinds and name != IDENTITY]
    options = [*names_for(kind), *singles]
    picked = st.multiselect(
        p.label,
        options,
        default=[name for name in str(value).split("+") if name in options],
        format_func=_title,
        placeholder=f"{AUTO}: {automatic(data.feature_shape)}",
        help=f"{p.help} Several together are joined.",
        key=key,
    )
    chosen = combination(members_for("+".join(picked), kind), kind) if picked else AUTO
    members = members_of(chosen, data.feature_shape)
    st.html(
        f'<img src="{cached.transformed(data, chosen, SHOWN)}" style="width:{COLUMN * len(members)}px;'
        f'max-width:100%;image-rendering:pixelated" '
        f'alt="{SHOWN} samples, one a row, under each transformation: {html.escape(", ".join(members))}">'
    )
    return chosen


def _title(name: str) -> str:
    return f"{name}: {words_of(name)}"
