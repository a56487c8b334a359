"""Sliders that disturb the sample that is tried."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from deepclust.data.dataset import Dataset
from deepclust.data.disturbed import Disturbance, disturbed_picture, disturbed_vector
from pages.try_it.style import ground_of


def disturbed(sample: np.ndarray, data: Dataset) -> NDArray[np.float32]:
    """A sample (feature_shape) after what the sliders say."""
    with st.expander("Disturb it", icon=":material/tune:"):
        by = _sliders(data.kind == "image")
    if data.kind == "image":
        return disturbed_picture(sample, by, ground_of(data))
    return disturbed_vector(sample, by, data.X.std(axis=0))


def _sliders(pictures: bool) -> Disturbance:
    noise = st.slider("Noise", 0.0, 1.0, 0.0, 0.02, key="try-noise")
    if not pictures:
        return Disturbance(noise=noise)
    left, right = st.columns(2)
    with left:
        turn = st.slider("Turn (degrees)", -180, 180, 0, 5, key="try-turn")
        across = st.slider("Shift to the right", -0.5, 0.5, 0.0, 0.02, key="try-right")
        down = st.slider("Shift down", -0.5, 0.5, 0.0, 0.02, key="try-down")
    with right:
        cover = st.slider("Cover a part", 0.0, 0.8, 0.0, 0.05, key="try-cover")
        blur = st.slider("Blur", 0.0, 0.2, 0.0, 0.01, key="try-blur")
        brighter = st.slider("Brightness", -1.0, 1.0, 0.0, 0.05, key="try-brighter")
    invert = st.toggle("Dark and bright exchanged", key="try-invert")
    return Disturbance(turn, across, down, cover, blur, brighter, noise, invert)
