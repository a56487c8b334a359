"""What kind a file is, where its name does not say."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.kinds import kind_of_file
from deepclust.data.reading.read import read_file

X = np.random.default_rng(0).integers(0, 256, (6, 5, 4)).astype(np.uint8)


ROWS = "3 1:0.5 4:-1\n1 2:2 # a remark\n3 1:0.5\n"


def test_packed_files_of_no_known_kind_and_of_too_much(tmp_path: Path) -> None:
    (tmp_path / "notes.gz").write_bytes(gzip.compress(b"hello"))
    with pytest.raises(ValueError, match="Unpack it and give the file itself"):
        kind_of_file(tmp_path / "notes.gz")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(bytes(range(256)) * 99)[:40])
    with pytest.raises(ValueError, match="damaged"):
        kind_of_file(tmp_path / "cut.gz")
    (tmp_path / "bomb.svm.bz2").write_bytes(bz2.compress(ROWS.encode() * 10_000))
    with pytest.raises(ValueError, match="would unpack to more than"):
        read_file(tmp_path / "bomb.svm.bz2", max_bytes=100_000)
    (tmp_path / "wide.svm").write_text("1 1:1 99999999:1\n")
    with pytest.raises(ValueError, match=r"1 rows of 99,999,999 numbers need 0\.4 GiB"):
        read_file(tmp_path / "wide.svm", max_bytes=10_000)
    (tmp_path / "no.svm").write_text("a b c\n")
    with pytest.raises(ValueError, match="not in the LIBSVM format"):
        read_file(tmp_path / "no.svm")


def test_a_packed_csv_and_arrays_of_unknown_names(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n3,4\n"))
    assert read_file(tmp_path / "t.csv.gz").X.tolist() == [[1, 2], [3, 4]]
    np.savez(tmp_path / "n.npz", mine=np.eye(3), more=np.arange(7))
    found = read_file(tmp_path / "n.npz")
    assert np.array_equal(found.X, np.eye(3))
    assert found.notes == ("Arrays that were not used: more.",)
