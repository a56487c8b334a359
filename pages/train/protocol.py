"""The switch of the papers' protocol: learn from the official train part alone, and judge the test part by what was learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.data.prepare import has_parts
from pages.visit import cached


def train_test_switch(ref: Mapping[str, Any], dataset: Dataset) -> tuple[dict[str, Any], Dataset]:
    """What to train on: the data as they are or their train part. The switch is there for data with an official split."""
    on = ref.get("part") == "train"
    if not on and not has_parts(dataset):
        return dict(ref), dataset
    wanted = st.toggle(
        "Train on the train part, judge the test part",
        value=on,
        key=f"train-test-{dataset.fingerprint}",
        help="As the papers do that tell of a test part: the network never sees it. When training has ended, its samples are placed "
        "by what was learned, and clustered anew; both scores stand beside those of the train part.",
    )
    if wanted == on:
        return dict(ref), dataset
    other = {name: value for name, value in ref.items() if name != "part"} | ({"part": "train"} if wanted else {})
    return other, cached.dataset(other)
