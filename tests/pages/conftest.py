"""The app without a browser: a runs folder of its own, no processes beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.detached.work import Report
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """An empty runs folder that the app uses; workers and the projection process are not started."""
    monkeypatch.setenv("DEEPCLUST_RUNS", str(tmp_path))
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("pages.map.projections.ensure_projector", lambda root: Report("running", doing="idle"))
    monkeypatch.setenv("DEEPCLUST_HELPERS", "0")
    monkeypatch.setattr("pages.parts.start.launch", lambda run: None)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield RunStore(tmp_path)
    st.cache_resource.clear()
    st.cache_data.clear()


def blobs(labels: bool = True) -> Dataset:
    """Three round groups of 40 points in the plane, and 4 more features that mean nothing."""
    generator = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 40)
    X = np.zeros((120, 6), np.float32)
    X[:, :2] = np.array([[0, 0], [6, 0], [0, 6]])[y] + generator.normal(size=(120, 2))
    names = ("width", "<height>", "a", "b", "c", "d")
    return Dataset("three", X, y if labels else None, ("left", "right", "top") if labels else None, feature_names=names)


@pytest.fixture
def finished(store: RunStore) -> Run:
    """A finished k-means run on `blobs`."""
    data = blobs()
    ref = keep_dataset(data, store.datasets)
    run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": 3, "n_init": 2}))
    assert train(run, store).state == "done"
    return run


@pytest.fixture
def app(store: RunStore) -> Callable[..., AppTest]:
    """Open a page of the app as a new visitor: ``app("explore", run=...)``."""

    def opened(page: str = "data", **query: Any) -> AppTest:
        visitor = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in query.items():
            visitor.query_params[name] = str(value)
        visitor.run()
        if page != "data":
            visitor.switch_page(f"pages/{page}/page.py").run()
        assert not visitor.exception, visitor.exception
        return visitor

    return opened
