"""Data: pick a data set or bring your own, look at it, and press Train."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import streamlit as st

from deepclust.data.catalog import CATALOG
from deepclust.data.dataset import Dataset, warnings_of
from deepclust.data.files import keep_dataset, list_own
from deepclust.data.picture_zip import MixedSizes, read_picture_zip
from deepclust.data.readers import read_npz
from deepclust.figures.live import small_map
from pages import _cached, _session
from pages._params_form import params_form
from pages._start import start_run
from pages._strip import strip

SHEET = 48
FIRST_METHOD, FIRST_PRESET = "DDLS", "quick"


def look(data: Dataset) -> None:
    """The chosen data set: what it is, 48 of its samples, and the way on."""
    entry = CATALOG.get(str(st.session_state.dataset.get("name")))
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        st.subheader(data.title)
        st.write(data.describe())
        if entry is not None:
            st.caption(entry.summary)
            _options(entry.name)
        labels = (
            "no labels" if data.y is None else f"{data.n_classes} true classes, hidden until you reveal them"
        )
        st.caption(f"{labels[0].upper()}{labels[1:]}. Everything stays on this computer.")
        for sentence in [*data.notes, *warnings_of(data)]:
            st.caption(f":material/info: {sentence}")
        with st.container(horizontal=True):
            quick = entry is not None and st.button(
                "Train",
                type="primary",
                icon=":material/play_arrow:",
                shortcut="t",
                help=f"Starts {FIRST_METHOD} with its {FIRST_PRESET} settings, at once.",
            )
            if st.button("Choose a method…", type="secondary" if entry else "primary"):
                _session.forget_run()
                st.switch_page("pages/train.py")
        if quick:
            from deepclust.engine.ask import (
                make_config,  # loads scikit-learn, which the first page does without
            )

            try:
                config = make_config(
                    st.session_state.dataset,
                    data,
                    FIRST_METHOD,
                    preset=FIRST_PRESET,
                    labels_seen=_session.labels_revealed(data.fingerprint),
                )
            except ValueError as error:
                st.error(str(error))
            else:
                run = start_run(config)
                st.switch_page("pages/train.py", query_params=_session.url_of(run))
    with right:
        if data.feature_shape == (2,):
            points = (data.X - data.X.mean(axis=0)) / data.X.std()
            st.echarts_chart(
                small_map(points, np.zeros(len(points), int), 1),
                key=f"points-{data.fingerprint}",
                height=380,
                alt=f"The points of {data.title}",
            )
        else:
            st.image(_cached.sheet(data, SHEET), alt=f"{min(SHEET, data.n_samples)} samples of {data.title}")
            st.caption(f"{min(SHEET, data.n_samples)} of {data.n_samples:,} samples, drawn at random")


def _options(name: str) -> None:
    """Number of points, noise and seed of the data sets that are drawn on demand."""
    if not CATALOG[name].options:
        return
    cls = CATALOG[name].drawn
    values = params_form(cls, st.session_state.dataset.get("options", {}), key=f"options-{name}")
    drawn = st.session_state.dataset.get("options") or {
        p.name: p.default for p in CATALOG[name].options.values()
    }
    if values != drawn and st.button("Draw again"):
        _session.choose_dataset({"name": name, "options": values})
        st.rerun()


def catalog() -> None:
    """Cards of all data sets that can be picked by name."""
    chosen = st.session_state.dataset.get("name")
    with st.grid(min_column_width=210):
        for entry in CATALOG.values():
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{entry.title}**")
                shape = " × ".join(map(str, entry.feature_shape))
                st.caption(f"{entry.n_samples:,} × {shape} · {entry.n_classes} classes")
                st.caption(entry.summary)
                if not entry.available():
                    st.button(
                        "Not here", key=f"use-{entry.name}", disabled=True, help=entry.unavailable_reason()
                    )
                elif st.button("Chosen" if entry.name == chosen else "Use", key=f"use-{entry.name}",
                               disabled=entry.name == chosen):  # fmt: skip
                    _session.choose_dataset({"name": entry.name})
                    st.rerun()


def upload() -> None:
    """Bring an .npz of arrays or a .zip of pictures; it is kept on this computer, named by its content."""
    st.write(
        "**.npz**: an array `x` of pictures (n, height, width) or (n, height, width, 3), or of vectors (n, features), "
        "and if you like labels `y`. **.zip**: pictures; where they lie in folders, the folder is the class."
    )
    turn = st.session_state.setdefault(
        "upload_turn", 0
    )  # a new key empties the uploader and frees its memory
    file = st.file_uploader("Your data", type=["npz", "zip"], key=f"upload-{turn}")
    if file is None:
        return
    name = re.sub(r"[^\w .-]+", " ", Path(file.name).stem).strip()[:60] or "my data"
    try:
        if file.name.lower().endswith(".npz"):
            data = read_npz(file, name=name)
        else:
            data = read_picture_zip(file, st.session_state.pop("upload_size", None), name=name)
    except MixedSizes as mixed:
        st.warning(str(mixed))
        height, width, go = st.columns(3, vertical_alignment="bottom")
        size = (
            int(height.number_input("Height", 4, 256, mixed.suggested[0])),
            int(width.number_input("Width", 4, 256, mixed.suggested[1])),
        )
        if go.button("Resize all pictures", type="primary"):
            st.session_state.upload_size = size
            st.rerun()
        return
    except ValueError as error:
        st.error(str(error))
        return
    _session.choose_dataset(keep_dataset(data, _cached.store().datasets))
    st.session_state.upload_turn = turn + 1
    st.rerun()


def own() -> None:
    """Data sets that were brought earlier."""
    kept = list_own(_cached.store().datasets)
    if not kept:
        st.caption("Data sets that you upload are kept here, on this computer.")
    for about in kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            shape = " × ".join(map(str, about["feature_shape"]))
            st.text(f"{about['title']} · {about['n_samples']:,} × {shape}")
            if st.button("Use", key=f"own-{about['own']}"):
                _session.choose_dataset({"own": about["own"]})
                st.rerun()


_session.begin()
strip()
st.header("Let a network sort your data by itself. Nobody tells it the answer.")
try:
    look(_cached.dataset(st.session_state.dataset))
except ValueError as error:
    st.error(str(error))
    if st.button("Back to the digits"):
        _session.choose_dataset(_session.DEFAULT_DATASET)
        st.rerun()
st.divider()
tabs = st.tabs(["Catalog", "Upload", "Yours"])
for tab, part in zip(tabs, (catalog, upload, own), strict=True):
    with tab:
        part()
