"""All runs as rows: what was asked, what differs from the preset, and scores that tell nothing which is hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepclust.engine.judging.overview import averaged, from_preset, grouped, in_words, matching, ordered, overview
from deepclust.engine.training.train import train
from deepclust.runs.remarks import Remarks, say_of


@pytest.fixture
def done(ask, store):
    """A finished k-means run with a name, a tag and a note."""
    run = ask(n_init=2)
    assert train(run, store).state == "done"
    say_of(run, Remarks("the first", ("keep",), "looks right"))
    return run


def test_a_row_says_what_was_asked_and_what_came_out(done):
    (row,) = overview([done])
    assert (row["id"], row["name"], row["method"], row["k"], row["seed"]) == (done.id, "the first", "KMeans", 3, 0)
    assert (row["tags"], row["note"], row["state"], row["differs"]) == (["keep"], "looks right", "done", "Starts 2")
    assert row["silhouette"] == done.metrics()["silhouette"]
    assert row["n_used"] == 3


def test_scores_against_the_labels_are_told_where_they_are_revealed_alone(done):
    assert overview([done])[0]["acc"] is None
    revealed = overview([done], {done.config.fingerprint})[0]
    assert (revealed["acc"], revealed["nmi"]) == (done.metrics()["acc"], done.metrics()["nmi"])


def test_what_has_not_ended_has_no_scores_and_an_unknown_method_no_presets(ask):
    run = ask()
    assert overview([run], {run.config.fingerprint})[0]["acc"] is None
    assert from_preset(replace(run.config, method="Unheard")) == {}


def test_differences_are_those_from_the_preset(ask):
    config = ask("AEKMeans").config
    assert from_preset(replace(config, preset=None, params={"n_clusters": 5})) == {}
    differs = from_preset(replace(config, params={**config.params, "learning_rate": 0.25}))
    assert differs["learning_rate"] == 0.25
    assert "n_clusters" not in differs
    assert "Learning rate 0.25" in in_words("AEKMeans", differs)


def row(**values):
    empty = dict.fromkeys(("name", "method", "data", "preset", "differs", "state", "device", "note", "group", "id"), "")
    return {
        **empty,
        "k": 10,
        "seed": 0,
        "tags": [],
        "acc": None,
        "nmi": None,
        "silhouette": None,
        "seconds": None,
    } | values


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("", [0, 1, 2]),
        ("ddls", [0, 2]),
        ("DDLS k=10", [0]),
        ("k=1", [2]),
        ("seed=3", [1]),
        ("keep this", [1]),
        ("ddls keep", []),
    ],
)
def test_every_word_of_a_search_is_somewhere_in_a_row(search, expected):
    rows = [row(method="DDLS"), row(method="KMeans", seed=3, tags=["keep"], note="This one"), row(method="DDLS", k=1)]
    assert [rows.index(found) for found in matching(rows, search)] == expected


def test_groups_keep_the_order_and_a_row_is_in_the_group_of_each_of_its_tags():
    rows = [row(id="1", tags=["a", "b"]), row(id="2", tags=["b"]), row(id="3")]
    assert {name: [r["id"] for r in members] for name, members in grouped(rows, "tags").items()} == {
        "a": ["1"],
        "b": ["1", "2"],
        "": ["3"],
    }
    assert list(grouped([row(k=12), row(k=3)], "k")) == ["12", "3"]


def test_a_group_has_means_and_spreads_of_what_is_known():
    averages = averaged([row(silhouette=0.2, acc=0.5), row(silhouette=0.4), row()])
    assert averages["silhouette"] == pytest.approx(0.3)
    assert averages["silhouette_sd"] == pytest.approx(0.1 * 2**0.5)
    assert (averages["acc"], averages["acc_sd"], averages["nmi"]) == (0.5, None, None)


def test_rows_without_a_value_come_last_in_either_order():
    rows = [row(name=name, acc=acc) for name, acc in (("b", None), ("", 0.5), ("A", 0.9), ("c", 0.0))]
    assert [r["acc"] for r in ordered(rows, "acc", True)] == [0.9, 0.5, 0.0, None]
    assert [r["acc"] for r in ordered(rows, "acc", False)] == [0.0, 0.5, 0.9, None]
    assert [r["name"] for r in ordered(rows, "name", False)] == ["A", "b", "c", ""]
