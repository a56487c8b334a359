"""Pictures of samples in a row, each of which can be clicked: the map of the run shows it (``assets/map/src/thumbs.ts``)."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from pages.visit import cached

SIZES = {
    24: 30,
    34: 20,
    48: 16,
    72: 10,
}  # pixels of a picture, and how many are sent; as many are seen as fit in a line
USUAL = 34


def size_control() -> int:
    """How large the pictures of the rows are, in pixels."""
    return int(
        st.select_slider(
            "Size of the pictures",
            list(SIZES),
            value=USUAL,
            key="thumb-size",
            format_func="{:d} px".format,
            width=110,
            label_visibility="collapsed",
        )
    )


def thumbs(
    data: Dataset,
    key: str,
    ids: np.ndarray,
    label: str,
    size: int = USUAL,
    *,
    run_id: str = "",
    all_lines: bool = False,
) -> str:
    """The samples ``ids`` int (m,) as HTML: those that fit in one line, or all. ``key`` names the samples.

    run_id: of the run on whose map a click shows a sample; without it there is no map on the page.
    """
    sheet = cached.row_of(data, key, ids)
    height, width = data.shown_shape[:2] if data.pictured else (1, 1)
    last = max(len(ids) - 1, 1)
    parts = []
    for place, i in enumerate(ids.tolist()):
        shown = f'title="{html.escape(data.name_of(i))}" style="background-position:{100 * place / last:.3f}% 0"'
        words = f'type="button" data-sample="{i:d}" tabindex="{-(place > 0)}" aria-label="Show sample {i:d} on the map"'
        parts.append(f"<button {words} {shown}></button>" if run_id else f"<i {shown}></i>")
    style = (
        f"--sheet:url({sheet});--n:{len(ids)};--wide:{size * min(1, width / height):.0f}px;"
        f"--high:{size * min(1, height / width):.0f}px"
    )
    return (
        f'<div class="pictured{" all" * all_lines}" data-run="{html.escape(run_id)}" role="group" '
        f'aria-label="{html.escape(label)}" style="{style}">{"".join(parts)}</div>'
    )
