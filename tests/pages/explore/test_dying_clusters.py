"""A run in which clusters have died: Explore shows those that are left, at the number that it began with and at any other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.train import train
from deepclust.runs import RunStore
from tests.pages.conftest import blobs


def test_those_that_are_left_are_shown(
    app: Callable[..., AppTest], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")
    data = blobs()
    values = {"n_clusters": 12, "pretrain_epochs": 3, "max_epochs": 20, "threshold": 1.0, "n_hidden": 16}
    run = store.create(make_config(keep_dataset(data, store.datasets), data, "UNSEEN", values=values))
    assert train(run, store).state == "done"
    n_left = len(np.unique(run.result().labels))
    assert n_left < 12, "a cluster dies as soon as it has lost a sample"
    assert run.result().cluster_centers.shape[0] >= n_left
    notes = [event["text"] for event in run.events()[0] if event["kind"] == "note"]
    assert f"Of 12 clusters {len(run.result().cluster_centers)} are left." in notes
    for page in ("explore", "choose", "train"):
        visitor = app(page, run=run.id)
        assert not visitor.exception
