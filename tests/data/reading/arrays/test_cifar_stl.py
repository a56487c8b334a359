"""The binary archives of CIFAR-10 and STL-10, on small copies."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.arrays.cifar_stl import read_cifar, read_stl
from deepclust.data.reading.read import read_file

DICE = np.random.default_rng(0)


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_cifar(tmp_path):
    x = DICE.integers(0, 256, (6, 2, 32, 32, 3)).astype(np.uint8)
    y = DICE.integers(0, 10, (6, 2)).astype(np.uint8)
    rows = [
        b"".join(bytes([label]) + picture.transpose(2, 0, 1).tobytes() for label, picture in zip(*pair, strict=True))
        for pair in zip(y, x, strict=True)
    ]
    names = ["test_batch.bin", *(f"data_batch_{i}.bin" for i in (3, 1, 2, 5, 4))]
    order = [5, 2, 0, 1, 4, 3]
    path = tarred(tmp_path / "c.tar.gz", {f"d/{n}": rows[i] for n, i in zip(names, order, strict=True)})
    found = read_cifar(path)
    assert np.array_equal(found["train"][0], x[:5].reshape(-1, 32, 32, 3))
    assert np.array_equal(found["train"][1], y[:5].ravel())
    assert np.array_equal(found["test"][0], x[5])
    with pytest.raises(ValueError, match="lacks some of"):
        read_cifar(tarred(tmp_path / "d.tar.gz", {"d/test_batch.bin": rows[0]}))
    with pytest.raises(ValueError, match="cut short"):
        read_cifar(tarred(tmp_path / "d.tar.gz", {"d/test_batch.bin": rows[0][:-1]}))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match="not a tar archive, or it is cut short"):
        read_cifar(path)


def test_stl_is_stored_column_by_column(tmp_path):
    x = DICE.integers(0, 256, (2, 96, 96, 3)).astype(np.uint8)
    stored = x.transpose(0, 3, 2, 1).tobytes()
    files = {
        f"{part}_{what}.bin": content
        for part in ("test", "train")
        for what, content in (("X", stored), ("y", bytes([1, 10])))
    }
    found = read_stl(tarred(tmp_path / "s.tar.gz", files))
    assert np.array_equal(found["train"][0], x)
    assert found["test"][1].tolist() == [0, 9]
    with pytest.raises(ValueError, match="cut short"):
        read_stl(tarred(tmp_path / "t.tar.gz", files | {"test_X.bin": stored[:-1]}))
    with pytest.raises(ValueError, match="lacks some"):
        read_stl(tarred(tmp_path / "t.tar.gz", {"test_y.bin": b"1"}))


def test_the_binary_archive_of_cifar_and_the_pickled_one(tmp_path: Path) -> None:
    names = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
    rows = np.random.default_rng(0).integers(0, 10, (6, 2, 3073)).astype(np.uint8)
    path = tarred(tmp_path / "c.tar.gz", {f"{n}.bin": r.tobytes() for n, r in zip(names, rows, strict=True)})
    found = read_file(path)
    train, test = read_cifar(path).values()
    assert (found.n_train, found.n_samples, found.feature_shape) == (10, 12, (32, 32, 3))
    assert found.y is not None
    assert np.array_equal(np.asarray(found.class_names)[found.y].astype(int), np.append(train[1], test[1]))
    with pytest.raises(ValueError, match="pickled objects"):
        read_file(tarred(tmp_path / "p.tar.gz", dict.fromkeys(names, b"x")))
