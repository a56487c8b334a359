"""Wires: elements without a face that hand bytes to the map of the page (see `pages.map.map`)."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deepclust.place import ASSETS

BUNDLES = ASSETS / "map" / "dist"

wire = st.components.v2.component("deepclust_wire", js=(BUNDLES / "wire.js").read_text(encoding="utf-8"))


def answer(key: str, name: str) -> Any:
    """What the component of this key has just said under a name; None if it has said nothing."""
    message = st.session_state.get(key)
    return None if message is None else message.get(name)
