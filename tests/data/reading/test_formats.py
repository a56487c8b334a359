"""Readers of the official formats, on small files that are written in these formats here."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data.reading import formats

DICE = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 0x08, array.ndim, *array.shape) + array.tobytes()


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_idx(tmp_path):
    x = DICE.integers(0, 256, (3, 4, 5)).astype(np.uint8)
    (tmp_path / "x.gz").write_bytes(gzip.compress(idx(x)))
    (tmp_path / "x").write_bytes(idx(x))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("gzip/x.gz", gzip.compress(idx(x)))
    for found in (
        formats.read_idx(tmp_path / "x.gz"),
        formats.read_idx(tmp_path / "x"),
        formats.read_idx(tmp_path / "all.zip", "x.gz"),
    ):
        assert np.array_equal(found, x)


@pytest.mark.parametrize("content", [b"", b"\0\0\x08", idx(np.zeros((3, 4), np.uint8))[:-1], b"<html>404</html>"])
def test_no_idx(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="not an IDX file, or it is cut short"):
        formats.read_idx(tmp_path / "x")
    (tmp_path / "x").write_bytes(gzip.compress(content + b"0" * 100)[:-20])
    with pytest.raises(ValueError, match="not an IDX file"):
        formats.read_idx(tmp_path / "x")


def test_libsvm(tmp_path):
    (tmp_path / "u.bz2").write_bytes(bz2.compress(b"6 1:-1 3:0.5 \n10 2:1 \n"))
    X, y = formats.read_libsvm(tmp_path / "u.bz2", 4)
    assert X.tolist() == [[-1, 0, 0.5, 0], [0, 1, 0, 0]]
    assert y.tolist() == [6, 10]
    (tmp_path / "u.bz2").write_bytes(b"no bz2")
    with pytest.raises(ValueError, match="not in the LIBSVM format"):
        formats.read_libsvm(tmp_path / "u.bz2", 4)


def test_svhn(tmp_path):
    from scipy.io import savemat

    x = DICE.integers(0, 256, (32, 32, 3, 2)).astype(np.uint8)
    savemat(tmp_path / "s.mat", {"X": x, "y": np.array([[10], [3]], np.uint8)})
    found, y = formats.read_svhn(tmp_path / "s.mat")
    assert np.array_equal(found[1], x[..., 1])
    assert y.tolist() == [0, 3]
    (tmp_path / "s.mat").write_bytes(b"x" * 200)
    with pytest.raises(ValueError, match=r"not a \.mat file"):
        formats.read_svhn(tmp_path / "s.mat")


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
    found = formats.read_cifar(path)
    assert np.array_equal(found["train"][0], x[:5].reshape(-1, 32, 32, 3))
    assert np.array_equal(found["train"][1], y[:5].ravel())
    assert np.array_equal(found["test"][0], x[5])
    with pytest.raises(ValueError, match="lacks some of"):
        formats.read_cifar(tarred(tmp_path / "d.tar.gz", {"d/test_batch.bin": rows[0]}))
    with pytest.raises(ValueError, match="cut short"):
        formats.read_cifar(tarred(tmp_path / "d.tar.gz", {"d/test_batch.bin": rows[0][:-1]}))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match="not a tar archive, or it is cut short"):
        formats.read_cifar(path)


def test_stl_is_stored_column_by_column(tmp_path):
    x = DICE.integers(0, 256, (2, 96, 96, 3)).astype(np.uint8)
    stored = x.transpose(0, 3, 2, 1).tobytes()
    files = {
        f"{part}_{what}.bin": content
        for part in ("test", "train")
        for what, content in (("X", stored), ("y", bytes([1, 10])))
    }
    found = formats.read_stl(tarred(tmp_path / "s.tar.gz", files))
    assert np.array_equal(found["train"][0], x)
    assert found["test"][1].tolist() == [0, 9]
    with pytest.raises(ValueError, match="cut short"):
        formats.read_stl(tarred(tmp_path / "t.tar.gz", files | {"test_X.bin": stored[:-1]}))
    with pytest.raises(ValueError, match="lacks some"):
        formats.read_stl(tarred(tmp_path / "t.tar.gz", {"test_y.bin": b"1"}))


def test_turntable_views_are_ordered_by_number_and_averaged(tmp_path):
    x = DICE.integers(0, 256, (4, 8, 8, 3)).astype(np.uint8)
    with zipfile.ZipFile(tmp_path / "coil.zip", "w") as archive:
        for i, name in enumerate(("obj2__0", "obj10__5", "obj2__10", "obj2__5")):
            stream = io.BytesIO()
            Image.fromarray(x[i]).save(stream, "PNG")
            archive.writestr(f"coil/{name}.png", stream.getvalue())
        archive.writestr("coil/readme.txt", "hello")
    found, y = formats.read_turntable(tmp_path / "coil.zip", 4)
    mean = x[[0, 3, 2, 1]].reshape(4, 4, 2, 4, 2, 3).mean(axis=(2, 4))
    assert np.abs(found - mean).max() <= 1
    assert y.tolist() == [1, 1, 1, 9]
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("a.txt", "")
    with pytest.raises(ValueError, match="no picture that is called"):
        formats.read_turntable(tmp_path / "none.zip", 4)


def test_numbers_in_an_archive_within_an_archive(tmp_path):
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        info = tarfile.TarInfo("mfeat/mfeat-fou")
        info.size = 12
        tar.addfile(info, io.BytesIO(b" 1 2.5\n 3 4\n"))
    middle = io.BytesIO()
    with zipfile.ZipFile(middle, "w") as archive:
        archive.writestr("UCI/train/X_train.txt", "7 8\n")
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("mfeat.tar", inner.getvalue())
        archive.writestr("UCI.zip", middle.getvalue())
        archive.writestr("p.tra", "1, 2\n3, 4\n")
        archive.writestr("bad", "1 two\n")
    assert formats.read_numbers(tmp_path / "m.zip", "mfeat-fou").tolist() == [[1, 2.5], [3, 4]]
    assert formats.read_numbers(tmp_path / "m.zip", "X_train.txt").tolist() == [[7, 8]]
    assert formats.read_numbers(tmp_path / "m.zip", "p.tra", ",").tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="does not hold nothing"):
        formats.read_numbers(tmp_path / "m.zip", "nothing")
    with pytest.raises(ValueError, match="bad is no table of numbers"):
        formats.read_numbers(tmp_path / "m.zip", "bad")
