"""MATLAB files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from deepclust.data.reading.read import read_file

pytestmark = pytest.mark.usefixtures("at_once")

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


def cell(*parts: object) -> np.ndarray:
    array = np.empty(len(parts), object)
    array[:] = parts
    return array


def test_cells_of_names_are_labels_and_structs_are_looked_into(tmp_path: Path) -> None:
    flat = X.reshape(6, 20).astype(float)
    savemat(tmp_path / "cell.mat", {"fea": flat, "labels": cell(*(["ash"], ["birch"]) * 3)[:, None]})
    assert read_file(tmp_path / "cell.mat").class_names == ("ash", "birch")
    savemat(tmp_path / "struct.mat", {"data": {"X": flat, "y": Y[:, None]}}, do_compression=True)
    data = read_file(tmp_path / "struct.mat")
    assert (data.feature_shape, data.n_classes) == ((20,), 3)
    assert data.notes == ("The struct data was looked into: X, y.",)


def test_a_cell_of_matrices_is_several_to_choose_from(tmp_path: Path) -> None:
    views = cell(X.reshape(6, 20).astype(float), X[:, 0].astype(float))
    savemat(tmp_path / "views.mat", {"X": views[:, None], "Y": Y[:, None]})
    with pytest.raises(ValueError, match=r"X \(cell 1\), X \(cell 2\), Y, none of which is known"):
        read_file(tmp_path / "views.mat")
    data = read_file(tmp_path / "views.mat", {"x": "X (cell 2)", "y": "Y"})
    assert (data.feature_shape, data.n_classes) == ((4,), 3)


def test_flat_pictures_of_matlab_stand_column_by_column(tmp_path: Path) -> None:
    place = np.add.outer(np.arange(10), 3 * np.arange(10)) / 9
    faces = (128 + 90 * np.sin(place + np.arange(20)[:, None, None])).astype(np.uint8)
    savemat(tmp_path / "orl.mat", {"fea": faces.transpose(0, 2, 1).reshape(20, 100)})
    np.testing.assert_allclose(read_file(tmp_path / "orl.mat").X * 255, faces, atol=1e-4)


def test_cells_of_version_7_3(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "new.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["X"] = X.reshape(6, 20).T
        references = []
        for i, word in enumerate(["ash", "birch"] * 3):
            part = file.create_dataset(f"#refs#/{i}", data=np.array([[ord(c)] for c in word], np.uint16))
            part.attrs["MATLAB_class"] = np.bytes_("char")
            references.append(part.ref)
        file.create_dataset("labels", data=np.array([references], h5py.ref_dtype), dtype=h5py.ref_dtype)
    with open(path, "r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file")
    assert read_file(path).class_names == ("ash", "birch")
