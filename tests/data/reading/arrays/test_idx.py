"""The format of MNIST, on small files that are written in it here."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.intake import receive, title_of
from deepclust.data.reading.arrays.idx import read_idx
from deepclust.data.reading.read import read_file

DICE = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 0x08, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


X = np.random.default_rng(0).integers(0, 256, (6, 5, 4)).astype(np.uint8)


Y = np.arange(6) % 3


def test_idx(tmp_path):
    x = DICE.integers(0, 256, (3, 4, 5)).astype(np.uint8)
    (tmp_path / "x.gz").write_bytes(gzip.compress(idx(x)))
    (tmp_path / "x").write_bytes(idx(x))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("gzip/x.gz", gzip.compress(idx(x)))
    for found in (read_idx(tmp_path / "x.gz"), read_idx(tmp_path / "x"), read_idx(tmp_path / "all.zip", "x.gz")):
        assert np.array_equal(found, x)


@pytest.mark.parametrize("content", [b"", b"\0\0\x08", idx(np.zeros((3, 4), np.uint8))[:-1], b"<html>404</html>"])
def test_no_idx(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="not an IDX file, or it is cut short"):
        read_idx(tmp_path / "x")
    (tmp_path / "x").write_bytes(gzip.compress(content + b"0" * 100)[:-20])
    with pytest.raises(ValueError, match="not an IDX file"):
        read_idx(tmp_path / "x")


def test_one_idx_file_and_a_set_of_them(tmp_path: Path) -> None:
    alone = tmp_path / "train-images-idx3-ubyte.gz"
    alone.write_bytes(gzip.compress(idx(X)))
    assert title_of(alone.name) == "train-images"
    assert np.allclose(read_file(alone).X * 255, X)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("a/train-images-idx3-ubyte.gz", gzip.compress(idx(X)))
        archive.writestr("a/train-labels-idx1-ubyte.gz", gzip.compress(idx(Y)))
        archive.writestr("a/t10k-images.idx3-ubyte", idx(X[:2]))
        archive.writestr("a/t10k-labels.idx1-ubyte", idx(Y[:2]))
    found = read_file(tmp_path / "set.zip")
    assert (found.n_train, found.feature_shape) == (6, (5, 4))
    assert found.y is not None
    assert found.y.tolist() == [*Y, *Y[:2]]


def test_idx_files_sent_together_find_each_other(tmp_path: Path) -> None:
    names = {"t10k-images-idx3-ubyte": idx(X), "t10k-labels-idx1-ubyte": idx(Y)}
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
    with open(tmp_path / "t10k-images-idx3-ubyte", "rb") as x, open(tmp_path / "t10k-labels-idx1-ubyte", "rb") as y:
        sent = receive(list(zip(names, (x, y), strict=True)), tmp_path / "own")
    found = read_file(sent.path, name=sent.title)
    assert found.y is not None
    assert found.y.tolist() == Y.tolist()


def test_labels_alone_and_pictures_that_do_not_belong_together(tmp_path: Path) -> None:
    (tmp_path / "labels.idx1-ubyte").write_bytes(idx(Y))
    with pytest.raises(ValueError, match="holds labels and no pictures"):
        read_file(tmp_path / "labels.idx1-ubyte")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name in "ab":
            archive.writestr(f"{name}-idx3-ubyte", idx(X))
    with pytest.raises(ValueError, match="which belong together is not known"):
        read_file(tmp_path / "set.zip")
