"""Results: kept whole in an npz without pickle."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.disk import load_arrays, save_arrays
from deepclust.results import ClusterResult


def result(**changes) -> ClusterResult:
    arrays = {"labels": np.array([0, 1, 1]), "embedding": np.arange(6, dtype=np.float32).reshape(3, 2)}
    return ClusterResult(**{**arrays, **changes})


def test_what_was_saved_is_loaded(tmp_path):
    further = {"softmax(Z)": np.ones((3, 4), np.float32)}
    before = result(
        cluster_centers=np.eye(2, dtype=np.float32), seconds=2.5, spaces=further, extras={"norms": np.arange(5)}
    )
    before.save(tmp_path / "result.npz")
    after = ClusterResult.load(tmp_path / "result.npz")
    for name in ("labels", "embedding", "cluster_centers"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
        assert getattr(after, name).dtype == getattr(before, name).dtype
    assert after.spectral_embedding is None
    assert after.probabilities is None
    assert after.seconds == 2.5
    assert list(after.spaces) == ["softmax(Z)"]
    np.testing.assert_array_equal(after.spaces["softmax(Z)"], further["softmax(Z)"])
    np.testing.assert_array_equal(after.extras["norms"], np.arange(5))


@pytest.mark.parametrize("name", ["embedding", "spectral_embedding", "probabilities"])
def test_arrays_of_another_length_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} has 5 rows, but there are 3 labels"):
        result(**{name: np.zeros((5, 2))})


def test_a_further_space_of_another_length_is_refused():
    with pytest.raises(ValueError, match="Z has 5 rows, but there are 3 labels"):
        result(spaces={"Z": np.zeros((5, 2))})


def test_saving_leaves_no_unfinished_file_and_replaces_the_old_one(tmp_path):
    path = tmp_path / "a.npz"
    save_arrays(path, {"x": np.zeros(3)})
    save_arrays(path, {"x": np.ones(3)})
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]
    np.testing.assert_array_equal(load_arrays(path)["x"], np.ones(3))


def test_pickled_content_is_never_read(tmp_path):
    np.savez(tmp_path / "bad.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_arrays(tmp_path / "bad.npz")


def test_a_damaged_file_is_an_error(tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"PK no zip at all")
    with pytest.raises((ValueError, OSError)):
        ClusterResult.load(tmp_path / "bad.npz")
