"""The sheet to draw on (assets/pad): what was drawn or pasted last, kept until there is something else."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from deepclust.data.drawn import Style
from deepclust.place import ASSETS
from pages.visit import say

MOST = 1_000_000  # pixels of what is drawn

_pad = st.components.v2.component("deepclust_pad", js=(ASSETS / "pad" / "dist" / "pad.js").read_text(encoding="utf-8"))


def pad(key: str, feature_shape: tuple[int, ...], style: Style) -> NDArray[np.float32] | bytes | None:
    """Draw the sheet; ink float32 (h, w) in 0..1 of what is drawn on it, or the file that was pasted; None for neither."""
    about = {
        "width": feature_shape[1],
        "height": feature_shape[0],
        "ground": style.ground,
        "pen": style.pen * 0.8 / style.extent,  # drawn to fill most of the sheet, and made smaller then
        "words": "A sheet to draw on with mouse, finger or pen. Arrow keys move a pen, the space bar lowers and lifts it, Backspace takes a "
        "stroke back.",
    }
    _pad(
        key=key, data=about, on_drawn_change=lambda: _keep(key, "drawn"), on_pasted_change=lambda: _keep(key, "pasted")
    )
    kept: NDArray[np.float32] | bytes | None = st.session_state.get(f"{key}-kept")
    return kept


def _keep(key: str, name: str) -> None:
    message = st.session_state.get(key)
    said = None if message is None else message.get(name)
    if said is None:
        return
    try:
        st.session_state[f"{key}-kept"] = ink_in(said) if name == "drawn" else file_in(said)
    except ValueError as error:
        say.toast(error)


def ink_in(message: Any) -> NDArray[np.float32] | None:
    """The ink of a message from the sheet; None of an empty one. ValueError for anything else."""
    try:
        width, height = int(message["width"]), int(message["height"])
        raw = base64.b64decode(message["ink"], validate=True)
        if not 0 < width * height <= MOST or len(raw) not in (0, width * height):
            raise ValueError(f"{len(raw)} bytes for {width} × {height}")
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError(f"What was drawn did not arrive whole ({error}). Draw again.") from error
    if not raw:
        return None
    return np.asarray(np.frombuffer(raw, np.uint8).reshape(height, width) / 255, np.float32)


def file_in(address: Any) -> bytes:
    """The file of a data address that was pasted. ValueError for anything else."""
    head, _, body = str(address).partition(",")
    try:
        if not head.startswith("data:image/"):
            raise ValueError("no picture")
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError(f"What was pasted is not a picture ({error}). Copy a picture and paste it again.") from error
