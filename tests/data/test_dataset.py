"""What a data set refuses, says of itself and warns of."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.data.dataset import Dataset, check_n_clusters
from deepclust.data.look import warnings_of


def points(n: int = 60, d: int = 2) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)


def test_numbers_of_another_type_become_float32_and_int64():
    ds = Dataset("a", np.arange(6).reshape(3, 2), y=np.array([0, 1, 0], dtype=np.uint8))
    assert ds.X.dtype == np.float32
    assert ds.X.flags.c_contiguous
    assert ds.y is not None
    assert ds.y.dtype == np.int64
    assert (ds.n_samples, ds.feature_shape, ds.n_classes, ds.title) == (3, (2,), 2, "a")


def test_a_column_order_array_becomes_contiguous():
    assert Dataset("a", np.asfortranarray(points())).X.flags.c_contiguous


def test_nan_and_infinity_are_counted_and_placed():
    X = points(5, 3)
    X[3, 1], X[4, 0], X[4, 2] = np.nan, np.inf, -np.inf
    with pytest.raises(ValueError, match=r"3 values of 15 are NaN or infinite \(the first in row 3.*2 rows"):
        Dataset("a", X)


@pytest.mark.parametrize("largest", [1e300, -1e300, 2e15])
def test_a_number_whose_square_is_too_big_for_float32_is_named(largest):
    with pytest.raises(
        ValueError, match=r"a holds numbers up to .*e\+.*beyond 1e\+15 .*Divide all numbers, or standardise"
    ):
        Dataset("a", np.array([[1.0], [largest]]))
    assert Dataset("a", np.array([[1.0], [9e14]])).n_samples == 2


@pytest.mark.parametrize(
    ("X", "kind", "words"),
    [
        (np.zeros((0, 3)), "vector", "nothing in them"),
        (np.zeros((3, 0)), "vector", "nothing in them"),
        (np.zeros(3), "vector", r"reshape\(-1, 1\)"),
        (np.float32(3.0), "vector", "one row per sample"),
        (np.zeros((3, 4, 4)), "vector", "Flatten them"),
        (np.zeros((3, 16)), "image", "height, width"),
        (np.zeros((3, 4, 4, 2)), "image", "height, width"),
        (np.array([["a"], ["b"]]), "vector", "not numbers"),
        (np.array([[1j], [2j]]), "vector", "not numbers"),
        (np.zeros((3, 2)), "sound", "kind='sound' is not known"),
    ],
)
def test_samples_that_cannot_be_clustered_are_refused(X, kind, words):
    with pytest.raises(ValueError, match=words):
        Dataset("a", X, kind=kind)


@pytest.mark.parametrize(
    ("y", "names", "words"),
    [
        (np.zeros(3, dtype=int), None, r"5 samples but labels of the shape \(3,\), that is 3"),
        (np.zeros((5, 1), dtype=int), None, "Exactly one label per sample"),
        (np.array([0, -1, 0, 0, 0]), None, "from 0 on"),
        (np.zeros(5), None, "not float64"),
        (np.arange(5), ("a", "b"), "only 2 class names"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y, names, words):
    with pytest.raises(ValueError, match=words):
        Dataset("a", points(5), y=y, class_names=names)


@pytest.mark.parametrize("n_train", [0, -1, 61])
def test_a_training_split_lies_within_the_samples(n_train):
    with pytest.raises(ValueError, match="n_train"):
        Dataset("a", points(60), n_train=n_train)


def test_fingerprint_follows_values_and_shape_but_not_name_or_labels():
    X = points(4, 4)
    first = Dataset("a", X)
    assert first.fingerprint == Dataset("b", X.copy(), y=np.arange(4)).fingerprint
    assert first.fingerprint != Dataset("a", X.reshape(2, 8)).fingerprint
    assert first.fingerprint != Dataset("a", X + 1).fingerprint
    assert len(first.fingerprint) == 16
    int(first.fingerprint, 16)


@pytest.mark.parametrize(
    ("X", "kind", "sentence"),
    [
        (np.zeros((1797, 8, 8)), "image", "1,797 pictures · 8 × 8 · grey"),
        (np.zeros((1, 4, 6, 3)), "image", "1 picture · 4 × 6 · colour"),
        (np.zeros((500, 2)), "vector", "500 points · 2 features"),
        (np.zeros((3, 1)), "text", "3 texts · 1 feature"),
    ],
)
def test_describe(X, kind, sentence):
    assert Dataset("a", X, kind=kind).describe() == sentence


def test_class_names_decide_the_number_of_classes():
    ds = Dataset("a", points(3), y=np.array([0, 1, 1]), class_names=("a", "b", "c"))
    assert ds.n_classes == 3
    assert Dataset("a", points(3)).n_classes is None


def test_nothing_to_warn_of():
    assert warnings_of(Dataset("a", points(), y=np.arange(60) % 3)) == []


def test_warnings_count_constant_features_and_copies():
    X = points(60, 3)
    X[:, 1] = 7
    X[5] = X[9] = X[2]
    found = warnings_of(Dataset("a", X))
    assert found == [
        "1 of 3 features is the same in every sample and carries no information.",
        "2 samples are exact copies of another sample.",
    ]


def test_empty_borders_of_pictures_are_no_warning_but_mostly_empty_pictures_are():
    X = np.abs(points(60, 16)).reshape(60, 4, 4)
    X[:, 0] = 0
    assert warnings_of(Dataset("a", X, kind="image")) == []
    X[:, :3] = 0
    found = warnings_of(Dataset("a", X, kind="image"))
    assert found == ["12 of 16 pixel values are the same in every sample and carry no information."]


@pytest.mark.parametrize(
    ("ds", "words"),
    [
        (Dataset("a", points(5)), "Only 5 samples"),
        (Dataset("a", np.ones((60, 2))), "All samples are the same"),
        (Dataset("a", points() * [1, 1e4]), "very different scales"),
        (Dataset("a", abs(points(60, 4).reshape(60, 2, 2)) / 100, kind="image"), "very dark"),
        (Dataset("a", points(), y=np.zeros(60, dtype=int)), "All labels are the same"),
        (Dataset("a", points(), y=np.arange(60)), "a label of its own"),
    ],
)
def test_each_warning(ds, words):
    found = warnings_of(ds)
    assert len(found) == 1
    assert words in found[0]


def test_check_n_clusters():
    ds = Dataset("a", points(4))
    check_n_clusters(ds, 4)
    check_n_clusters(4, 1)
    with pytest.raises(ValueError, match=r"4 samples cannot form 5 clusters.*at most 4"):
        check_n_clusters(ds, 5)
    with pytest.raises(ValueError, match="from 1 to 4"):
        check_n_clusters(4, 0)


def test_a_class_is_called_by_its_name_or_its_number():
    y = np.array([0, 1, 1])
    assert Dataset("a", points(3), y=y, class_names=("cat", "dog")).class_name(1) == "dog"
    assert Dataset("a", points(3), y=y).class_name(1) == "1"


def test_feature_names_are_those_of_vectors_one_each():
    X = np.eye(3, dtype=np.float32)
    named = Dataset("t", X, feature_names=("a", "b", "c"))
    assert named.feature_name(1) == "b"
    assert Dataset("t", X).feature_name(1) == "feature 1"
    for data, kind in ((X[:, :2], "vector"), (X[None], "image")):
        with pytest.raises(ValueError, match="one name for every feature"):
            Dataset("t", data, kind=kind, feature_names=("a", "b", "c"))
