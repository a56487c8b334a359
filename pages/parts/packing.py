"""Many files that are chosen in an uploader become one zip in the browser, before they are sent: see the script."""

from __future__ import annotations

import streamlit as st

from deepclust.place import ASSETS

packing = st.components.v2.component("deepclust_pack", js=(ASSETS / "upload" / "pack.js").read_text(encoding="utf-8"))
