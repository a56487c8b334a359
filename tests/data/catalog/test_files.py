"""Readers of published files that one family of data sets needs."""

from __future__ import annotations

import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from deepclust.data.catalog.objects import read_turntable
from deepclust.data.catalog.photos import read_svhn
from deepclust.data.catalog.uci import read_numbers

DICE = np.random.default_rng(0)


def test_svhn(tmp_path):
    from scipy.io import savemat

    x = DICE.integers(0, 256, (32, 32, 3, 2)).astype(np.uint8)
    savemat(tmp_path / "s.mat", {"X": x, "y": np.array([[10], [3]], np.uint8)})
    found, y = read_svhn(tmp_path / "s.mat")
    assert np.array_equal(found[1], x[..., 1])
    assert y.tolist() == [0, 3]
    (tmp_path / "s.mat").write_bytes(b"x" * 200)
    with pytest.raises(ValueError, match=r"not a \.mat file"):
        read_svhn(tmp_path / "s.mat")


def test_turntable_views_are_ordered_by_number_and_averaged(tmp_path):
    x = DICE.integers(0, 256, (4, 8, 8, 3)).astype(np.uint8)
    with zipfile.ZipFile(tmp_path / "coil.zip", "w") as archive:
        for i, name in enumerate(("obj2__0", "obj10__5", "obj2__10", "obj2__5")):
            stream = io.BytesIO()
            Image.fromarray(x[i]).save(stream, "PNG")
            archive.writestr(f"coil/{name}.png", stream.getvalue())
        archive.writestr("coil/readme.txt", "hello")
    found, y = read_turntable(tmp_path / "coil.zip", 4)
    mean = x[[0, 3, 2, 1]].reshape(4, 4, 2, 4, 2, 3).mean(axis=(2, 4))
    assert np.abs(found - mean).max() <= 1
    assert y.tolist() == [1, 1, 1, 9]
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("a.txt", "")
    with pytest.raises(ValueError, match="no picture that is called"):
        read_turntable(tmp_path / "none.zip", 4)


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
    assert read_numbers(tmp_path / "m.zip", "mfeat-fou").tolist() == [[1, 2.5], [3, 4]]
    assert read_numbers(tmp_path / "m.zip", "X_train.txt").tolist() == [[7, 8]]
    assert read_numbers(tmp_path / "m.zip", "p.tra", ",").tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="does not hold nothing"):
        read_numbers(tmp_path / "m.zip", "nothing")
    with pytest.raises(ValueError, match="bad is no table of numbers"):
        read_numbers(tmp_path / "m.zip", "bad")
