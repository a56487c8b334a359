"""Cells of AnnData files: dense and sparse, old and new, with what obs says of them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy import sparse

from deepclust.data.reading.read import read_file

DICE = np.random.default_rng(0)
X = np.where(DICE.random((30, 8)) < 0.5, 0, DICE.random((30, 8))).astype(np.float32)
KINDS = np.arange(30) % 3
TEXT = h5py.string_dtype()


def cells(path: Path, how: str = "csr") -> Path:
    with h5py.File(path, "w") as file:
        if how == "dense":
            file["X"] = X
        else:
            matrix = (sparse.csr_array if how == "csr" else sparse.csc_array)(X)
            group = file.create_group("X")
            group.attrs["encoding-type"], group.attrs["shape"] = f"{how}_matrix", X.shape
            for part in ("data", "indices", "indptr"):
                group[part] = getattr(matrix, part)
        obs = file.create_group("obs")
        obs.attrs["_index"] = "barcode"
        obs["barcode"] = np.array([f"cell {i}" for i in range(30)], dtype=TEXT)
        obs["n_counts"] = X.sum(axis=1)
        for name, codes, words in (("louvain", KINDS % 2, ["0", "1"]), ("cell_type", KINDS, ["B", "NK", "T"])):
            column = obs.create_group(name)
            column["codes"], column["categories"] = codes.astype(np.int8), np.array(words, dtype=TEXT)
        file["obsm/X_pca"] = X[:, :2]
    return path


@pytest.mark.parametrize("how", ["dense", "csr", "csc"])
def test_the_matrix_the_cell_types_and_the_barcodes(tmp_path: Path, how: str) -> None:
    data = read_file(cells(tmp_path / "a.h5ad", how))
    assert np.allclose(data.X, X)
    assert data.class_names == ("B", "NK", "T")
    assert data.y is not None
    assert data.y.tolist() == KINDS.tolist()
    assert data.name_of(7) == "cell 7"
    assert any("louvain, n_counts" in note for note in data.notes)


def test_another_matrix_and_other_labels_can_be_chosen(tmp_path: Path) -> None:
    data = read_file(cells(tmp_path / "a.h5ad"), {"x": "X_pca", "y": "louvain"})
    assert (data.feature_shape, data.n_classes) == ((2,), 2)


def test_a_matrix_that_is_too_large_gives_way_to_a_reduced_one(tmp_path: Path) -> None:
    data = read_file(cells(tmp_path / "a.h5ad"), max_bytes=900)
    assert data.feature_shape == (2,)
    assert "too large for memory" in data.notes[0]


def test_older_files_keep_obs_as_one_table(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "old.h5ad", "w") as file:
        file["X"] = X
        table = np.zeros(30, dtype=[("index", "S8"), ("cell_type", "i1")])
        table["index"], table["cell_type"] = [f"c{i}" for i in range(30)], KINDS
        file["obs"] = table
        file["uns/cell_type_categories"] = np.array(["B", "NK", "T"], dtype=TEXT)
    data = read_file(tmp_path / "old.h5ad")
    assert (data.class_names, data.name_of(3)) == (("B", "NK", "T"), "c3")


def test_a_file_without_a_matrix(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        file["obs/a"] = np.arange(3)
    with pytest.raises(ValueError, match="holds no matrix X"):
        read_file(tmp_path / "a.h5ad")
