"""Samples and labels among named arrays: found by name, and brought into form."""

from __future__ import annotations

import io

import numpy as np
import pytest
from scipy import sparse

from deepclust.data.dataset import NO_LABEL
from deepclust.data.reading.arrays.names import Named
from deepclust.data.reading.arrays.npz import read_npz
from deepclust.data.reading.arrays.samples import dataset_of, look_at_arrays

RNG = np.random.default_rng(0)


GREY = RNG.integers(0, 256, (6, 4, 5), dtype=np.uint8)
GREY[0, 0, :2] = 0, 255


@pytest.mark.parametrize("name", ["x", "X", "data", "images", "embeddings", "features", "arr_0", "whatever"])
def test_samples_are_found_under_many_names(npz, name):
    X = RNG.normal(size=(5, 3)).astype(np.float32)
    ds = read_npz(npz(**{name: X}), name="mine")
    assert np.array_equal(ds.X, X)
    assert (ds.name, ds.kind, ds.y, ds.n_train) == ("mine", "vector", None, None)


def test_official_split_is_joined(npz):
    ds = read_npz(npz(x_train=GREY[:4], x_test=GREY[4:], y_train=np.arange(4), y_test=np.arange(2)))
    assert ds.n_train == 4
    assert np.array_equal(ds.X, GREY.astype(np.float32) / np.float32(255))
    assert ds.y is not None
    assert ds.y.tolist() == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (GREY, GREY / 255),
        (GREY.astype(np.int64), GREY / 255),
        (GREY[..., None], GREY / 255),
        (GREY[:, None], GREY / 255),
        (np.stack([GREY] * 3, axis=3), np.stack([GREY] * 3, axis=3) / 255),
        (np.stack([GREY] * 3, axis=1), np.stack([GREY] * 3, axis=3) / 255),
        (np.stack([GREY] * 4, axis=3), np.stack([GREY] * 3, axis=3) / 255),
        (GREY / 255, GREY / 255),
        (GREY > 100, GREY > 100),
        ((GREY > 100).astype(np.uint8), GREY > 100),
        (GREY.astype(np.float64) * 2 - 255, GREY / 255),
        (GREY.astype(np.uint16) * 257, GREY / 255),
        (GREY.astype(np.int8), (GREY.astype(np.int8) + 128.0 - (GREY.astype(np.int8).min() + 128.0))),
        (np.full((2, 3, 3), 900.0), np.zeros((2, 3, 3))),
    ],
)
def test_pictures_come_out_between_0_and_1(npz, X, expected):
    ds = read_npz(npz(x=X))
    expected = np.asarray(expected, dtype=np.float64)
    if expected.max() > 1:
        expected = expected / expected.max()
    assert ds.kind == "image"
    assert ds.X.shape == expected.shape
    np.testing.assert_allclose(ds.X, expected, atol=1e-6)


def test_what_was_done_to_pictures_is_noted(npz):
    notes = read_npz(npz(x=GREY * 2.0, other=np.arange(3))).notes
    assert notes == ("Arrays that were not used: other.", "The pixel values 0 to 510 were scaled to 0 to 1.")


def test_vectors_keep_their_values(npz):
    X = RNG.normal(size=(5, 3)) * 1000
    np.testing.assert_array_equal(read_npz(npz(x=X)).X, X.astype(np.float32))


@pytest.mark.parametrize(
    ("y", "labels", "names"),
    [
        (np.array([2, 0, 1]), [2, 0, 1], None),
        (np.array([[2], [0], [1]]), [2, 0, 1], None),
        (np.array([2.0, 0.0, 1.0]), [2, 0, 1], None),
        (np.array([7, 3, 7]), [1, 0, 1], ("3", "7")),
        (np.array([-1, 3, 3]), [0, 1, 1], ("-1", "3")),
        (np.array(["dog", "cat", "dog"]), [1, 0, 1], ("cat", "dog")),
        (np.array([b"dog", b"cat", b"dog"]), [1, 0, 1], ("cat", "dog")),
        (np.array([True, False, True]), [1, 0, 1], ("False", "True")),
    ],
)
def test_labels_of_many_kinds(npz, y, labels, names):
    ds = read_npz(npz(x=np.eye(3), y=y))
    assert ds.y is not None
    assert ds.y.tolist() == labels
    assert ds.class_names == names


def test_class_names_in_the_file_are_used(npz):
    ds = read_npz(npz(x=np.eye(2), y=[0, 1], class_names=np.array(["cat", "dog"])))
    assert ds.class_names == ("cat", "dog")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.eye(3), "y": [0, 1]}, r"3 samples but the labels 'y' have the shape \(2,\)"),
        ({"x": np.eye(3), "y": np.ones((3, 3))}, "Exactly one label per sample"),
        ({"x": np.eye(3), "y": 3}, "Exactly one label per sample"),
        ({"x": np.eye(3), "y": [0, 1.5, 2]}, r"label in row 1 \(counted from 0\) is 1.5"),
        ({"x": np.eye(3), "y": [0, 1, np.inf]}, "row 2 .* is inf, which names no class"),
        ({"x": np.eye(3), "y": [1j, 2, 3]}, "type complex128"),
        ({"x": np.eye(3), "y": np.array(["a", None, 3], dtype=object)}, "'y' holds Python objects.*astype"),
        ({"x": np.array([[1, 2], None], dtype=object)}, "'x' holds Python objects"),
        ({"x": np.zeros((0, 4))}, "is empty"),
        ({"x": np.zeros(4)}, "reshape"),
        ({"x": 4.0}, "one row per sample"),
        ({"x": np.array([[1, np.nan]])}, "1 value of 2 is NaN"),
        ({"x": np.full((2, 3, 3), np.nan)}, "18 values of 18 are NaN"),
        ({"x": np.array([["a", "b"]])}, "not numbers"),
        ({"x": np.array([[["a", "b"]]])}, "not numbers"),
        ({"x": np.zeros((3, 4, 4, 2))}, "neither vectors"),
        ({"x": np.zeros((3, 1, 2, 4, 4))}, "neither vectors"),
        ({"a": np.eye(3), "b": np.eye(3)}, "holds the arrays a, b, none of which"),
        ({"x_train": np.eye(3), "x_test": np.eye(4)}, "x_train has the shape .3, 3. .*Both parts of a split"),
        ({"x_train": np.eye(3), "x_test": 1.0}, "Both parts of a split"),
        ({"x_train": np.zeros((2, 2), "M8[s]"), "x_test": np.eye(2)}, "Both parts of a split"),
        ({"x_train": np.eye(3), "x_test": np.eye(3), "y_train": [1, 2], "y_test": [1, 2, 3]}, "labels 'y_train'"),
        ({}, "it is empty"),
    ],
)
def test_unusable_arrays_are_refused_with_advice(npz, arrays, words):
    with pytest.raises(ValueError, match=words):
        read_npz(npz(**arrays), name="mine")


def test_one_hot_rows_gaps_and_minus_one_are_labels(npz):
    X = RNG.normal(size=(6, 4))
    hot = read_npz(npz(x=X, y=np.eye(3)[[0, 1, 2, 2, 1, 0]]))
    assert hot.y.tolist() == [0, 1, 2, 2, 1, 0]
    for y in ([0, 1, np.nan, 1, 0, 1], [0, 1, -1, 1, 0, 1]):
        data = read_npz(npz(x=X, y=np.array(y)))
        assert data.judged.tolist()[2] == -1
        assert data.class_names == (NO_LABEL, "0", "1")
        assert int((data.judged >= 0).sum()) == 5


def test_splits_of_medmnist_pairs_the_other_way_round_and_one_array_per_class(npz):
    images, labels = RNG.integers(0, 256, (4, 8, 8), dtype=np.uint8), np.array([[0], [1], [0], [1]])
    parts = {f"{p}_{w}": a for p in ("train", "val", "test") for w, a in (("images", images), ("labels", labels))}
    data = read_npz(npz(**parts))
    assert (data.n_samples, data.n_train, data.y.tolist()) == (12, 8, [0, 1, 0, 1] * 3)
    X, y = RNG.normal(size=(4, 3)), np.array([0, 1, 1, 0])
    assert read_npz(npz(arr_0=y, arr_1=X)).y.tolist() == [0, 1, 1, 0]
    data = read_npz(npz(ash=X, birch=X[:2], cedar=X[:1]))
    assert (data.n_samples, data.class_names) == (7, ("ash", "birch", "cedar"))
    assert data.y.tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert "Each of these is a class of its own: ash, birch, cedar." in data.notes


def test_arrays_in_folders(npz):
    X = RNG.normal(size=(4, 3))
    assert read_npz(npz(**{"mine/X": X, "mine/y": np.array([0, 1, 1, 0])})).y.tolist() == [0, 1, 1, 0]
    data = read_npz(npz(**{f"{'ab'[i % 2]}/{i}": X for i in range(4)}))
    assert (data.n_samples, data.class_names) == (4, ("a", "b"))


@pytest.mark.parametrize("factor", [1e35, 3e37, 1e60, 1e300, 1e-30, 1e-44, 1e-300])
def test_numbers_that_float32_cannot_square_are_read_in_another_unit(npz, factor):
    X = RNG.normal(size=(9, 3))
    data = read_npz(npz(x=X * factor))
    assert 1 <= np.abs(data.X).max() <= 10
    ratio = data.X.ravel() / X.ravel()
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
    assert data.notes[0].startswith("All numbers were divided by 1e")


def test_numbers_far_from_zero_are_counted_from_their_middle(npz):
    X = RNG.normal(size=(9, 3))
    X[:, 2] = 7  # which every float32 holds
    data = read_npz(npz(x=X + np.array([1e8, 0, 0])))
    np.testing.assert_allclose(data.X - data.X[0], X - X[0], atol=1e-6)
    assert (data.X[:, 2] == 7).all()
    assert data.notes == ("1 of the features are counted from their middle, so that small steps are kept.",)
    data = read_npz(npz(x=np.c_[X[:, 0] * 1e-3 + 1e20, np.full(9, 3e38)]))
    assert np.abs(data.X).max() < 1e6
    assert not data.X[:, 1].any()


@pytest.mark.parametrize(
    "x", [np.full((9, 3), 255, np.uint8), np.eye(9, dtype=np.float32) * 1e8, np.arange(9.0)[:, None]]
)
def test_ordinary_numbers_stay_as_they_are(npz, x):
    data = read_npz(npz(x=x))
    np.testing.assert_array_equal(data.X, x)
    assert data.notes == ()


def smooth(n: int, side: int, colours: int = 1) -> np.ndarray:
    """Pictures (n, side, side, colours) whose neighbours are alike."""
    place = np.add.outer(np.arange(side), np.arange(side)) / 4
    waves = 128 + 60 * np.sin(place + np.arange(n)[:, None, None]) + RNG.normal(0, 5, (n, side, side))
    return np.stack([waves // (c + 1) for c in range(colours)], axis=3).clip(0, 255).astype(np.uint8)


def test_flat_pictures_are_offered_as_pictures(npz):
    pictures = smooth(30, 12, 3)
    grey, planar = pictures[..., 0], pictures.transpose(0, 3, 1, 2)
    for flat, expected in ((grey, grey), (pictures, pictures), (planar, pictures)):
        data = read_npz(npz(x=flat.reshape(30, -1)))
        np.testing.assert_allclose(data.X * 255, expected, atol=1e-4)
        assert "Each row is a picture of" in data.notes[0]
    named = Named({"x": grey.reshape(30, -1)})
    look = look_at_arrays(named, "a")
    assert look is not None
    assert look.pictures == (12, 12)
    assert dataset_of(named, "a", "", 2**30, pictures=None).feature_shape == (144,)
    assert dataset_of(named, "a", "", 2**30, pictures=[9, 16]).feature_shape == (9, 16)
    with pytest.raises(ValueError, match="are no pictures of 5 × 5"):
        dataset_of(named, "a", "", 2**30, pictures=[5, 5])
    assert look_at_arrays(Named({"x": RNG.integers(0, 256, (30, 144))}), "a") is None


def test_long_samples_are_series_unless_someone_says_that_they_are_pictures(npz):
    X = RNG.normal(size=(6, 64, 4))
    data = read_npz(npz(x=X))
    assert (data.kind, data.feature_shape) == ("vector", (256,))
    assert "taken for series" in data.notes[0]
    assert dataset_of({"x": X}, "a", "", 2**30, pictures=[64, 4]).feature_shape == (64, 4)
    assert read_npz(npz(x=RNG.integers(0, 256, (6, 64, 4)).astype(np.uint8))).kind == "image"


def test_gaps_are_filled_as_in_tables(npz):
    X = RNG.normal(size=(9, 2))
    X[3, 0], X[4, 1] = np.nan, np.inf
    data = read_npz(npz(x=X))
    assert data.X[3, 0] == np.float32(np.median(np.delete(X[:, 0], 3)))
    assert "2 missing values (NaN or infinite) were filled with the median of their column." in data.notes
    pictures = RNG.random((5, 3, 3))
    pictures[0, 0, 0] = np.nan
    data = read_npz(npz(x=pictures))
    assert data.X[0, 0, 0] == np.float32(np.nanmin(pictures))


def test_times_and_coordinates_keep_their_differences(npz):
    X = np.column_stack([1.7e12 + np.arange(50), 5_500_000 + np.arange(50) / 100])
    for array in (X, X.astype(np.int64) if (X % 1 == 0).all() else X):
        data = read_npz(npz(x=array))
        assert len(np.unique(data.X[:, 0])) == len(np.unique(data.X[:, 1])) == 50
    data = read_npz(npz(x=np.array([[1e300], [2e300]])))
    assert data.X.tolist() == [[1.0], [2.0]]


def test_which_matrix_is_meant_is_asked(npz):
    arrays = {"audio": RNG.normal(size=(9, 4)), "video": RNG.normal(size=(9, 3)), "kind": np.arange(9) % 3}
    with pytest.raises(ValueError, match=r"holds the arrays audio, video, kind, none of which.*--x NAME"):
        read_npz(npz(**arrays))
    look = look_at_arrays(Named(arrays), "a")
    assert look is not None
    assert (look.x, look.y, look.shapes["audio"]) == (None, "kind", (9, 4))
    assert read_npz(npz(**arrays), x="video", y="kind").n_classes == 3


def test_one_hot_labels_of_a_split_and_a_sparse_matrix_by_places(npz):
    hot = np.eye(3)[[0, 1, 2, 0]]
    data = read_npz(npz(x_train=np.eye(4), y_train=hot, x_test=np.eye(4), y_test=hot))
    assert data.y.tolist() == [0, 1, 2, 0] * 2
    stream = io.BytesIO()
    sparse.save_npz(stream, sparse.coo_array(([5.0, 2.0], ([0, 1], [2, 0])), shape=(2, 3)))
    stream.seek(0)
    assert read_npz(stream).X.tolist() == [[0, 0, 5], [2, 0, 0]]


@pytest.mark.parametrize("names", ["{0}_{1}", "{0}/{1}", "{0}_set_{1}", "{1}_{0}"])
def test_splits_of_other_names(npz, names):
    arrays = {}
    for part, n in (("train", 6), ("val", 3), ("test", 3)):
        arrays[names.format(part, "data")], arrays[names.format(part, "target")] = (
            RNG.normal(size=(n, 4)),
            np.arange(n) % 3,
        )
    data = read_npz(npz(**arrays))
    assert (data.n_samples, data.n_train, data.y.tolist()) == (12, 9, [0, 1, 2] * 4)


def test_labels_of_other_names_are_found_where_only_one_can_be_meant(npz):
    X, kinds = RNG.normal(size=(12, 4)), np.arange(12) % 3
    assert read_npz(npz(X=X, species=kinds, sex=kinds % 2)).n_classes == 3
    assert read_npz(npz(X=X, colour=np.array(["red", "blue"])[kinds % 2])).class_names == ("blue", "red")
    assert read_npz(npz(X=X, a=kinds, b=kinds)).y is None
    assert read_npz(npz(X=X, time=np.arange(12) * 7)).notes == ("Arrays that were not used: time.",)
