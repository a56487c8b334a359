"""The Python form of CIFAR: its few values are taken out, and nothing of it is ever run."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.arrays.cifar_pickled import values_of
from deepclust.data.reading.read import read_file
from tests.data.reading.arrays.test_cifar_stl import tarred

DICE = np.random.default_rng(0)


def batch(n: int, protocol: int) -> bytes:
    pixels = DICE.integers(0, 256, (n, 3072)).astype(np.uint8)
    return pickle.dumps(
        {b"data": pixels, b"fine_labels": [i % 3 for i in range(n)], b"filenames": [b"x.png"] * n}, protocol
    )


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_cifar_100_is_read_in_every_protocol(tmp_path: Path, protocol: int) -> None:
    train, test = batch(6, protocol), batch(3, protocol)
    meta = pickle.dumps({"fine_label_names": ["ash", "birch", "cedar"], "coarse_label_names": ["tree"]}, protocol)
    files = {"cifar-100-python/train": train, "cifar-100-python/test": test, "cifar-100-python/meta": meta}
    data = read_file(tarred(tmp_path / "c.tar.gz", files))
    assert (data.n_samples, data.n_train, data.feature_shape) == (9, 6, (32, 32, 3))
    assert data.class_names == ("ash", "birch", "cedar")
    pixels = pickle.loads(train)[b"data"]
    assert np.allclose(data.X[4, 2, 3] * 255, pixels[4].reshape(3, 32, 32)[:, 2, 3])


def test_the_text_form_of_python_2() -> None:
    text = b"(dp0\nS'labels'\np1\n(lp2\nI1\naI2\nas."
    assert values_of(text) == {"labels": [1, 2]}


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.putenv, ("DEEPCLUST_RAN", "1")


@pytest.mark.parametrize("evil", [Evil(), [Evil()], {"a": Evil()}, np.array([{}], dtype=object), np.ones(3)])
def test_what_would_run_or_is_no_array_of_bytes_is_refused(tmp_path: Path, evil: object) -> None:
    files = {"train": pickle.dumps({b"data": evil, b"fine_labels": [1]}), "test": batch(2, 4), "meta": batch(1, 4)}
    with pytest.raises(ValueError, match=r"pickled objects that are not those of CIFAR.*are refused"):
        read_file(tarred(tmp_path / "p.tar.gz", files))
    assert os.getenv("DEEPCLUST_RAN") is None
