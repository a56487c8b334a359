"""Where a new sample comes from: drawn, pasted, photographed, a file, the columns of a form, or a sample of the data set."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from deepclust.data.alike import pictures_like
from deepclust.data.dataset import Dataset
from deepclust.data.drawn import Style, drawn_like, grey, ink_of
from deepclust.data.reading.pictures.collection import read_picture
from deepclust.engine.placing.finished import FinishedRun
from pages.parts.pick import pick
from pages.try_it.many import chosen_of_many
from pages.try_it.pad import pad
from pages.try_it.style import alike, style_of_data
from pages.visit import say
from pages.visit.sight import Sight

DRAW, CAMERA, FILE, FORM, SAMPLE, MANY = "Draw", "Camera", "File", "Form", "A sample of the data", "Many"
MOST_FIELDS = 30
LARGEST = 1_024  # pixels to which a photograph is reduced before it is looked at


def new_sample(run: FinishedRun, sight: Sight) -> NDArray[np.float32] | None:
    """The sample float32 (feature_shape) that is tried, as the data are; None while there is none."""
    run_id, data = run.run.id, sight.data
    style = style_of_data(data.fingerprint, data) if data.kind == "image" else None
    if data.kind == "image":
        kinds = [*([DRAW] if style is not None else []), SAMPLE, FILE, CAMERA, MANY]
    else:
        kinds = [SAMPLE, *([FORM] if data.X.shape[1] <= MOST_FIELDS else []), MANY]
    kind = pick("Try", kinds, key=f"try-{run_id}", unlabelled=True)
    if kind == SAMPLE:
        return _of_the_data(run_id, data)
    if kind == MANY:
        return chosen_of_many(run, sight, style)
    if kind == FORM:
        return _form(run_id, data)
    if kind == DRAW and style is not None:
        drawn = pad(f"pad-{run_id}", data.feature_shape, style)
        if isinstance(drawn, bytes):
            return _photograph(drawn, style, data.feature_shape)
        st.caption("Draw here, or paste a picture (Ctrl+V). Without a mouse: arrow keys and the space bar.")
        if alike(style) and drawn is not None:
            return drawn_like(drawn, style, data.feature_shape)
        return None if drawn is None else pictures_like(np.abs(style.ground - drawn)[None], data.feature_shape)[0]
    label = "A picture"
    file: Any = st.camera_input(label) if kind == CAMERA else st.file_uploader(label, key=f"try-file-{run_id}")
    if file is None:
        return None
    return _photograph(file.getvalue(), style, data.feature_shape)


@st.cache_data(max_entries=8, show_spinner=False)
def middling(fingerprint: str, _data: Dataset) -> int:
    """The row of the vector that is nearest to the median of each feature, in their standard deviations."""
    spread = _data.X.std(axis=0)
    away = np.abs(_data.X - np.median(_data.X, axis=0)) / np.where(spread > 0, spread, 1)
    return int(away.sum(axis=1).argmin())


def _photograph(content: bytes, style: Style | None, feature_shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    try:
        pixels = read_picture(content, LARGEST)
    except ValueError as error:
        say.error(error)
        return None
    if style is not None and alike(style):
        return drawn_like(ink_of(grey(pixels[None])[0]), style, feature_shape)
    like: NDArray[np.float32] = pictures_like(pixels[None], feature_shape)[0]
    return like


def _of_the_data(run_id: str, data: Dataset) -> NDArray[np.float32]:
    key = f"try-row-{run_id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = st.number_input("Sample", 0, data.n_samples - 1, key=key, width=140)
        st.button("Another", icon=":material/casino:", on_click=_draw_one, args=(key, data.n_samples))
    st.caption("Start from it, and disturb it below.")
    return np.asarray(data.X[int(row)], np.float32)


def _draw_one(key: str, n_samples: int) -> None:
    st.session_state[key] = int(np.random.default_rng().integers(n_samples))


def _form(run_id: str, data: Dataset) -> NDArray[np.float32]:
    """A field for each feature. They begin with the most middling sample: medians of each alone may belong to none."""
    start = data.X[middling(data.fingerprint, data)]
    places = st.columns(3)
    values = [
        places[feature % 3].number_input(
            say.plain(data.feature_name(feature)),
            value=float(start[feature]),
            format="%g",
            key=f"try-{run_id}-feature-{feature}",
        )
        for feature in range(data.X.shape[1])
    ]
    return np.array(values, np.float32)
