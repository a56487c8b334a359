"""Charts that Plotly draws, all with a camera that saves them as SVG, made in the browser."""

from __future__ import annotations

from typing import Any

import streamlit as st

SAVED: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "deepclust-figure"},
}


def chart(figure: Any, key: str, alt: str, *, page_theme: bool = False) -> None:
    """Draw a figure where the caller is. alt: what it shows, in words. page_theme: Streamlit's colours, not its own."""
    st.plotly_chart(figure, key=key, alt=alt, config=SAVED, theme="streamlit" if page_theme else None)
