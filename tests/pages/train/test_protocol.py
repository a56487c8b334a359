"""The switch of the papers' protocol on Train, and both parts on Explore and in the table of a group."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config, over_seeds
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from tests.pages.conftest import blobs

SWITCH = "Train on the train part, judge the test part"


@pytest.fixture
def ref(store: RunStore) -> dict[str, str]:
    """`blobs` with every third sample in the test part."""
    data = blobs()
    rows = [i for i in range(120) if i % 3] + list(range(0, 120, 3))
    return keep_dataset(replace(data, X=data.X[rows], y=data.y[rows], n_train=80), store.datasets)


@pytest.fixture
def runs(store: RunStore, ref: dict[str, str]) -> list[Run]:
    part = {**ref, "part": "train"}
    config = make_config(part, open_dataset(part, store.datasets), "KMeans", values={"n_clusters": 3, "n_init": 2})
    runs = [store.create(c) for c in over_seeds(config, [0, 1])]
    for run in runs:
        assert train(run, store).state == "done"
    return runs


def reveal(visitor: AppTest) -> None:
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception


def switches(visitor: AppTest) -> list:
    return [t for t in visitor.toggle if t.label == SWITCH]


def test_data_with_an_official_split_offer_the_switch_and_the_run_keeps_it(
    app: Callable[..., AppTest], store: RunStore, ref: dict[str, str]
) -> None:
    visitor = app("train")
    assert switches(visitor) == [], "the digits have no split"
    visitor.session_state["dataset"] = ref
    visitor.session_state["method"] = "KMeans"
    visitor.run()
    reveal(visitor)
    switches(visitor)[0].set_value(True).run()
    next(b for b in visitor.button if b.label == "Train").click().run()
    assert not visitor.exception
    (run,) = store.runs()
    assert (run.config.dataset, run.config.n_samples) == ({**ref, "part": "train"}, 80)
    assert run.config.labels_seen, "those of all samples had been revealed"
    assert switches(visitor)[0].value is True
    switches(visitor)[0].set_value(False).run()
    assert not visitor.exception


def test_explore_says_which_part_is_which(app: Callable[..., AppTest], runs: list[Run]) -> None:
    visitor = app("explore", run=runs[0].id)
    table = visitor.table[0].value
    assert list(table[""]) == ["Train part", "Test part, placed", "Test part, by itself"]
    assert list(table["Samples"]) == ["80", "40", "40"]
    assert "ACC" not in table.columns
    reveal(visitor)
    assert list(visitor.table[0].value["ACC"]) != ["–"] * 3


def test_explore_shows_samples_of_the_test_part_where_they_were_placed(
    app: Callable[..., AppTest], runs: list[Run], ref: dict[str, str], store: RunStore
) -> None:
    visitor = app("explore", run=runs[0].id)
    shown = "Show samples of the test part"
    assert not any("Test samples in cluster" in h.value for h in visitor.html)
    next(t for t in visitor.toggle if t.label == shown).set_value(True).run()
    assert not visitor.exception
    (rows,) = (h.value for h in visitor.html if "Test samples in cluster" in h.value)
    test = open_dataset(runs[0].config.test_part, store.datasets)
    counts = np.bincount(load_model(runs[0]).predict(test.X))
    assert [int(n) for n in re.findall(r"(\d+) samples", rows)] == counts.tolist()
    assert "mostly" not in rows
    reveal(visitor)
    assert any("Test samples in cluster" in h.value and "mostly" in h.value for h in visitor.html)


def test_the_table_of_a_group_has_columns_for_both_parts(app: Callable[..., AppTest], runs: list[Run]) -> None:
    visitor = app("train", run=runs[0].id)
    assert not [name for name in visitor.table[0].value.columns if "ACC" in name]
    reveal(visitor)
    table = visitor.table[0].value
    assert {"Train ACC", "Test ACC, placed", "Test ACC, by itself"} <= set(table.columns)
    assert "±" in table["Test ACC, placed"][0]
    assert any("test part was not" in c.value for c in visitor.caption)
