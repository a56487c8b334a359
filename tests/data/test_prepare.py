"""Preparation and subsets, against numbers worked by hand and plain loops; and what stands out in a data set."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from deepclust.data import prepare as module
from deepclust.data.dataset import Dataset
from deepclust.data.look import facts_of, row_hashes
from deepclust.data.prepare import (
    HOWS,
    apply,
    moments,
    pca,
    prepare,
    scale,
    standardise,
    subset,
    suggest,
    take_part,
    tfidf,
)

DICE = np.random.default_rng(0)


def test_scale_keeps_the_proportions_of_columns():
    assert scale(np.array([[0, 10], [5, 20]], np.float32)).tolist() == [[0, 0.5], [0.25, 1]]
    assert scale(np.full((2, 2), 7, np.float32)).tolist() == [[0, 0], [0, 0]]


def test_standardise():
    X = np.array([[1, 5, 100], [3, 5, 300], [5, 5, 200]], np.float32)
    s = math.sqrt(8 / 3)
    assert np.allclose(standardise(X)[:, 0], [-2 / s, 0, 2 / s])
    assert standardise(X)[:, 1].tolist() == [0, 0, 0]
    assert np.allclose(standardise(X).std(axis=0), [1, 0, 1])


def test_tfidf_by_plain_loops():
    X = np.array([[2, 0, 1], [0, 0, 3], [0, 0, 0], [1, 4, 1]], np.float32)
    expected = np.zeros_like(X)
    for i in range(4):
        for j in range(3):
            if X[i, j]:
                with_it = sum(X[k, j] > 0 for k in range(4))
                expected[i, j] = (1 + math.log(X[i, j])) * (math.log(5 / (1 + with_it)) + 1)
        length = math.sqrt(sum(v * v for v in expected[i]))
        expected[i] /= length or 1
    assert np.allclose(tfidf(X), expected, atol=1e-6)
    with pytest.raises(ValueError, match="needs counts from 0 on, but the smallest value is -1"):
        tfidf(np.array([[-1.0, 2]], np.float32))


def test_pca_agrees_with_the_singular_values():
    X = (DICE.normal(size=(50, 6)) * [5, 3, 1, 1, 1, 0.1] + 7).astype(np.float32)
    reduced, share = pca(X, 2)
    u, s, _ = np.linalg.svd(X - X.mean(axis=0, dtype=np.float64), full_matrices=False)
    assert np.allclose(np.abs(reduced), np.abs(u[:, :2] * s[:2]), atol=1e-4)
    assert share == pytest.approx((s[:2] ** 2).sum() / (s**2).sum(), abs=1e-6)
    assert pca(X[:3], 50)[0].shape == (3, 2)
    assert pca(np.ones((4, 3), np.float32), 2)[1] == 1.0
    for bad in ((X, 0), (np.zeros((2, 8193), np.float32), 2)):
        with pytest.raises(ValueError, match="is not possible here"):
            pca(*bad)


def test_prepare_knows_which_way_is_for_which_data():
    table = Dataset("t", DICE.random((60, 4)))
    pictures = Dataset("p", DICE.random((60, 4, 5)), kind="image")
    for how, (_, kinds) in HOWS.items():
        for ds in (table, pictures):
            if ds.kind in kinds:
                assert len(prepare(ds, how, 3).notes) == (how != "none")
            else:
                with pytest.raises(ValueError, match="is not for data of the kind 'image'"):
                    prepare(ds, how)
    reduced = prepare(pictures, "pca", 3)
    assert (reduced.kind, reduced.feature_shape) == ("vector", (3,))
    assert prepare(table, "none") is table
    with pytest.raises(ValueError, match="how='magic' is not known"):
        prepare(table, "magic")


@pytest.mark.parametrize(
    ("X", "kind", "how", "words"),
    [
        (DICE.random((60, 4, 4)), "image", "none", "as they are"),
        (DICE.random((60, 4)), "text", "none", "already"),
        (DICE.random((60, 4)), "vector", "none", "vary alike"),
        (DICE.random((60, 2)) * [1, 5000], "vector", "standardise", "times as much"),
        (DICE.random((60, 4)) * 100, "vector", "scale", "reach from"),
        (DICE.poisson(0.1, (60, 80)), "vector", "tfidf", "whole numbers"),
        (np.ones((60, 4)), "vector", "none", "vary alike"),
    ],
)
def test_what_suggests_itself(X, kind, how, words):
    found = suggest(Dataset("a", X, kind=kind))
    assert found.how == how
    assert words in found.reason


def labelled() -> Dataset:
    y = np.repeat([0, 1, 2], [70, 20, 10])
    return Dataset("a", np.arange(100.0)[:, None], y=y, n_train=80, ids=np.arange(100).astype("S"), title="A")


def test_a_random_subset_keeps_order_ids_and_split():
    ds = subset(labelled(), 30, seed=1)
    rows = ds.X.ravel().astype(int)
    assert rows.tolist() == sorted(set(rows))
    assert np.array_equal(ds.y, labelled().y[rows])
    assert ds.ids.tolist() == [str(r).encode() for r in rows]
    assert ds.n_train == (rows < 80).sum()
    assert (ds.title, ds.notes) == ("A, 30 samples", ("30 of 100 samples, drawn at random with seed 1.",))
    assert np.array_equal(subset(labelled(), 30, seed=1).X, ds.X)
    assert not np.array_equal(subset(labelled(), 30, seed=2).X, ds.X)
    assert subset(labelled(), 100).n_samples == 100


@pytest.mark.parametrize(("n", "counts"), [(10, [7, 2, 1]), (33, [23, 7, 3]), (1, [1, 0, 0])])
def test_a_stratified_subset_keeps_the_shares_and_says_that_it_looked(n, counts):
    ds = subset(labelled(), n, stratified=True)
    assert np.bincount(ds.y, minlength=3).tolist() == counts
    assert "the labels were looked at" in ds.notes[0]


def test_subsets_that_are_not_possible():
    for n in (0, 101):
        with pytest.raises(ValueError, match="Ask for 1 to 100"):
            subset(labelled(), n)
    with pytest.raises(ValueError, match="has no labels"):
        subset(Dataset("a", np.eye(3)), 2, stratified=True)


def test_the_parts_of_an_official_split():
    train, test = (apply(labelled(), {"part": part, "prepare": {"how": "scale"}}) for part in ("train", "test"))
    assert (train.n_samples, test.n_samples) == (80, 20)
    assert (train.X.max(), test.X.min()) == (np.float32(79 / 99), np.float32(80 / 99)), "both are scaled alike"
    assert (test.y.tolist(), test.ids[0]) == ([1] * 10 + [2] * 10, b"80")
    assert (train.title, train.n_train) == ("A, train part", None)
    assert train.notes[-1] == "The train part: 80 of 100 samples."
    few = apply(labelled(), {"part": "test", "subset": {"n": 30, "seed": 1}})
    assert few.X.min() >= 80
    for data in (Dataset("a", np.eye(3)), replace(labelled(), n_train=100)):
        with pytest.raises(ValueError, match="has no official train and test part"):
            take_part(data, "train")
    with pytest.raises(ValueError, match=r"part='both' is not known. Use one of train, test"):
        take_part(labelled(), "both")


def test_apply_takes_the_part_first():
    ds = apply(labelled(), {"name": "x", "subset": {"n": 50}, "prepare": {"how": "standardise"}})
    assert abs(float(ds.X.mean())) < 1e-6
    assert apply(labelled(), {"subset": None, "prepare": {}}).n_samples == 100
    with pytest.raises(ValueError, match=r"prepare has no option 'k'\. It has: how, n_components"):
        apply(labelled(), {"prepare": {"k": 3}})


# -- facts ------------------------------------------------------------------------------------------------------------


def test_facts():
    X = DICE.random((80, 5)).astype(np.float32)
    X[:, 2] = 0.5
    X[70], X[71], X[9] = X[3], X[3], X[8]
    facts = facts_of(Dataset("a", X, y=np.arange(80) % 4, class_names=("a", "b", "c", "d", "e")))
    assert (facts.n_features, facts.n_constant, facts.constant) == (5, 1, (2,))
    assert (facts.n_copies, facts.copies) == (3, ((3, 70, 71), (8, 9)))
    assert facts.class_sizes == (20, 20, 20, 20, 0)
    assert (facts.low, facts.high) == (X.min(), X.max())
    assert facts.megabytes == pytest.approx(80 * 5 * 4 / 1e6)
    assert facts.suggestion.how == "none"
    assert facts_of(Dataset("a", X)).class_sizes is None


def test_hashes_tell_rows_apart():
    X = np.unique(DICE.integers(0, 3, (3000, 12)).astype(np.float32), axis=0)
    assert len(np.unique(row_hashes(X))) == len(X)
    assert row_hashes(X[[5, 7, 5]])[[0, 2]].tolist() == [row_hashes(X)[5]] * 2


def test_moments_in_blocks_and_far_from_zero(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 7)
    X = (DICE.normal(size=(100, 3)) * [1, 1e-2, 0] + [0, 1e4, 3]).astype(np.float32)
    mean, spread = moments(X)
    assert np.allclose(mean, X.mean(axis=0, dtype=np.float64), rtol=1e-9)
    assert np.allclose(spread, X.std(axis=0, dtype=np.float64), rtol=1e-6)
    assert spread[2] == 0


def test_equal_hashes_alone_are_no_copies(monkeypatch):
    monkeypatch.setattr("deepclust.data.look.row_hashes", lambda flat: np.zeros(len(flat), np.uint64))
    assert facts_of(Dataset("a", np.arange(60.0)[:, None])).n_copies == 0


def test_too_many_classes_are_doubted():
    ds = Dataset("a", DICE.random((90, 3)), y=np.arange(90) // 2)
    assert "There are 45 classes for 90 samples" in " ".join(facts_of(ds).warnings)
