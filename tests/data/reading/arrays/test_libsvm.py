"""The LIBSVM format."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.arrays.libsvm import read_libsvm
from deepclust.data.reading.read import read_file

X = np.random.default_rng(0).integers(0, 256, (6, 5, 4)).astype(np.uint8)


ROWS = "3 1:0.5 4:-1\n1 2:2 # a remark\n3 1:0.5\n"


def test_the_published_files(tmp_path):
    (tmp_path / "u.bz2").write_bytes(bz2.compress(b"6 1:-1 3:0.5 \n10 2:1 \n"))
    X, y = read_libsvm(tmp_path / "u.bz2", 4)
    assert X.tolist() == [[-1, 0, 0.5, 0], [0, 1, 0, 0]]
    assert y.tolist() == [6, 10]
    (tmp_path / "u.bz2").write_bytes(b"no bz2")
    with pytest.raises(ValueError, match="not in the LIBSVM format"):
        read_libsvm(tmp_path / "u.bz2", 4)


@pytest.mark.parametrize("name", ["rows.libsvm", "rows.svm.gz", "rows.bz2", "rows.t.bz2"])
def test_libsvm(tmp_path: Path, name: str) -> None:
    pack = {"2": bz2.compress, "z": gzip.compress}.get(name[-1], bytes)
    (tmp_path / name).write_bytes(pack(ROWS.encode()))
    found = read_file(tmp_path / name)
    assert found.X.tolist() == [[0.5, 0, 0, -1], [0, 2, 0, 0], [0.5, 0, 0, 0]]
    assert found.y is not None
    assert found.y.tolist() == [1, 0, 1]
    assert found.class_names == ("1", "3")
