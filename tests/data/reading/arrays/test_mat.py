"""MATLAB files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from deepclust.data.reading.read import read_file

X = np.random.default_rng(0).integers(0, 256, (6, 5, 4)).astype(np.uint8)


Y = np.arange(6) % 3


def test_matlab_by_fea_and_gnd_and_with_the_samples_last(tmp_path: Path) -> None:
    savemat(tmp_path / "faces.mat", {"fea": X.reshape(6, 20), "gnd": Y[:, None] + 1.0})
    found = read_file(tmp_path / "faces.mat")
    assert np.array_equal(found.X, X.reshape(6, 20))
    assert found.class_names == ("1", "2", "3")
    colour = np.random.default_rng(1).integers(0, 256, (32, 32, 3, 6)).astype(np.uint8)
    savemat(tmp_path / "train_32x32.mat", {"X": colour, "y": Y[:, None]}, do_compression=True)
    found = read_file(tmp_path / "train_32x32.mat")
    assert np.allclose(found.X[4] * 255, colour[..., 4])
    assert "came last" in found.notes[0]


def test_matlab_7_3_is_hdf5_with_its_axes_turned_round(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "new.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["X"], file["Y"] = X.reshape(6, 20).T, Y[None]
    with open(path, "r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file")
    found = read_file(path)
    assert np.array_equal(found.X, X.reshape(6, 20))
    assert found.y is not None
    assert found.y.tolist() == Y.tolist()


def test_matlab_files_that_cannot_be_read(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"X": X})
    content = (tmp_path / "x.mat").read_bytes()
    (tmp_path / "cut.mat").write_bytes(content[:250])
    (tmp_path / "text.mat").write_bytes(b"hello")
    savemat(tmp_path / "words.mat", {"X": "hello", "s": {"a": 1}})
    for name, words in (("cut", "cannot be read"), ("text", "cannot be read"), ("words", "no array of numbers")):
        with pytest.raises(ValueError, match=words):
            read_file(tmp_path / f"{name}.mat")
    with pytest.raises(ValueError, match="would unpack to"):
        read_file(tmp_path / "x.mat", max_bytes=50)
