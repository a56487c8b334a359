"""The difference of two groups as a picture in two colours, and the features that differ most as bars."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from deepclust.figures.pictures import png_bytes, png_data_uri

MORE_IN_A, MORE_IN_B = (33, 102, 172), (178, 24, 43)  # blue and red of ColorBrewer's RdBu: told apart by all eyes
EVEN = (247, 247, 247)


def difference_picture(difference: np.ndarray, side: int = 96) -> str:
    """A signed picture (h, w) or (h, w, channels) as an address for ``<img>``, its longer side about ``side`` pixels.

    Blue where it is above 0, red where it is below, pale where it is 0; the largest value has the full colour. Channels
    are averaged.
    """
    flat = difference if difference.ndim == 2 else difference.mean(axis=2)
    share = (flat / (np.abs(flat).max() or 1.0))[..., None]
    full = np.where(share > 0, MORE_IN_A, MORE_IN_B)
    pixels = np.rint(EVEN + np.abs(share) * (full - np.array(EVEN))).astype(np.uint8)
    times = max(1, side // max(flat.shape))
    return png_data_uri(png_bytes(Image.fromarray(pixels.repeat(times, axis=0).repeat(times, axis=1))))


def effect_bars(telling: Sequence[tuple[str, float]], a: str, b: str) -> go.Figure:
    """Bars of named features that differ most, the largest on top: to the right more in ``a``, to the left more in ``b``."""
    names = [html.escape(name) for name, _ in telling][::-1]
    values = [effect for _, effect in telling][::-1]
    colours = [f"rgb{MORE_IN_A if value > 0 else MORE_IN_B}" for value in values]
    figure = go.Figure(go.Bar(x=values, y=names, orientation="h", marker_color=colours, name="effect"))
    figure.update_layout(
        height=80 + 24 * len(names),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis_title=f"← more in {html.escape(b)} · standard deviations · more in {html.escape(a)} →",
        yaxis={"automargin": True},
    )
    return figure
