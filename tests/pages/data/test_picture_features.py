"""What is in the pictures, on the Data page: without the extra, with a network that was brought, and near copies; and its mark."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data import picture_networks
from deepclust.data.catalog.table import load_dataset, reported_on
from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset
from deepclust.data.picture_networks import PictureNetwork, keep_network
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import default_n_clusters, make_config
from deepclust.engine.intake import featuring
from deepclust.engine.training.train import train
from deepclust.exports.report import write_report
from deepclust.exports.view import view_of
from deepclust.runs import Run, RunStore


def photos() -> Dataset:
    """20 pictures in colour, the last a little lighter than the first."""
    X = np.kron(np.random.default_rng(0).random((19, 4, 4, 3)) * 0.8, np.ones((1, 6, 6, 1))).astype(np.float32)
    return Dataset("photos", np.concatenate([X, X[:1] + 0.1]), kind="image", title="Photos")


def asked(app: Callable[..., AppTest], store: RunStore) -> AppTest:
    """The Data page with photos, where "What is in the pictures" has been chosen."""
    visitor = app()
    visitor.session_state["dataset"] = keep_dataset(photos(), store.datasets)
    visitor.run()
    next(s for s in visitor.selectbox if s.label == "Preparation").set_value("features").run()
    assert not visitor.exception
    return visitor


def button(visitor: AppTest, label: str) -> Any:
    return next(b for b in visitor.button if b.label == label)


def test_without_the_extra_the_page_says_what_to_install(
    app: Callable[..., AppTest], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_networks, "find_spec", lambda name: None)
    visitor = asked(app, store)
    assert any("pip install deepclust" in box.value for box in visitor.info)
    assert button(visitor, "Look at the pictures").disabled
    assert any("labels of other pictures" in caption.value for caption in visitor.caption)


def test_a_network_looks_at_the_pictures_and_its_features_are_chosen(
    app: Callable[..., AppTest], store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "n.pt").write_bytes(b"a network, which this test does not open")
    kept = keep_network(PictureNetwork("n", "Mine", 8, file=tmp_path / "n.pt"), store.datasets)
    seen = photos().X.mean(axis=(1, 2))
    monkeypatch.setattr("deepclust.nets.picture_features.load_network", lambda network: None)
    monkeypatch.setattr("deepclust.nets.picture_features.features", lambda X, network, net: iter([seen]))
    monkeypatch.setattr(
        "pages.data.picture_features.start_features",
        lambda ref, data, network, folder: featuring.features_here(data, network, folder),
    )
    visitor = asked(app, store)
    network = next(s for s in visitor.selectbox if s.label == "Network")
    network.set_value(kept.name).run()
    button(visitor, "Look at the pictures").click().run()
    assert not visitor.exception
    data = open_dataset(visitor.session_state["dataset"], store.datasets)
    assert (data.features, data.feature_shape, data.title) == ("Mine", (3,), "Photos, features")
    assert any("20 pictures · 3 features by Mine" in m.value for m in visitor.markdown)
    assert not visitor.error


def test_near_copies_are_shown_when_they_are_asked_for(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    visitor.session_state["dataset"] = keep_dataset(photos(), store.datasets)
    visitor.run()
    button(visitor, "Search near copies").click().run()
    assert not visitor.exception
    assert any("2 of 20 pictures are near copies of another, in 1 groups" in c.value for c in visitor.caption)
    assert any("row 0, row 19" in html.value for html in visitor.get("html"))
    next(s for s in visitor.slider if s.label == "How alike").set_value(1.0).run()
    assert any("0 of 20 pictures" in c.value for c in visitor.caption)


@pytest.fixture
def marked(store: RunStore) -> Run:
    """A finished run on features of all the digits."""
    digits = load_dataset("digits")
    features = featuring.with_features(digits, digits.X.reshape(1797, -1)[:, ::3], "Mine")
    ref = keep_dataset(features, store.datasets)
    data = open_dataset(ref, store.datasets)
    assert default_n_clusters(ref, data) == 10
    run = store.create(make_config(ref, data, "KMeans", values={"n_init": 1}))
    assert train(run, store).state == "done"
    return run


def test_a_run_on_features_stands_apart_from_what_was_published(
    app: Callable[..., AppTest], store: RunStore, marked: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")
    data = open_dataset(marked.config.dataset, store.datasets)
    assert reported_on(marked.config.dataset, data) == reported_on({"name": "digits"})
    visitor = app("explore", run=marked.id)
    assert any("-badge[" in m.value and "features" in m.value for m in visitor.markdown)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception
    own, others = (table.value for table in visitor.dataframe if "Measured by" in table.value)
    assert own["Note"].tolist() == ["features: Mine"]
    assert set(own["Measured by"]) == {"you"}
    assert "you" not in set(others["Measured by"])
    assert len(others) == len(reported_on({"name": "digits"}))

    target = io.BytesIO()
    write_report(view_of(marked, data, revealed=True), store, target)
    report = target.getvalue().decode()
    assert "Others on the same data, without such features" in report
    assert "(this run)" not in report
    assert "features of the pictures by Mine" in report
