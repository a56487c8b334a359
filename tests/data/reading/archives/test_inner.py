"""One table or array out of a zip, a tar, a folder, or a file that was packed by itself."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepclust.data.reading.arrays.samples import ArrayLook
from deepclust.data.reading.read import look_at_file, read_file
from deepclust.data.reading.tables.columns import TableLook

X = np.random.default_rng(0).normal(size=(12, 3))
FRAME = pd.DataFrame(X, columns=list("abc")).assign(label=["ash", "birch"] * 6)
CSV = FRAME.to_csv(index=False).encode()


def packed(write: str) -> bytes:
    stream = io.BytesIO()
    if write == "npz":
        np.savez(stream, x=X)
    elif write == "npy":
        np.save(stream, X)
    else:
        FRAME.to_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["npz", "npy", "parquet"])
@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_packed_file_is_unpacked(tmp_path: Path, kind: str, ending: str, pack) -> None:
    (tmp_path / f"t.{kind}.{ending}").write_bytes(pack(packed(kind)))
    data = read_file(tmp_path / f"t.{kind}.{ending}")
    assert np.allclose(data.X, X)


def test_a_table_in_a_tar_and_in_a_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("a/b.csv")
        info.size = len(CSV)
        tar.addfile(info, io.BytesIO(CSV))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "t.csv").write_bytes(CSV)
    (tmp_path / "folder" / "readme.txt").write_text("hello")
    for name in ("t.tar.gz", "folder"):
        data = read_file(tmp_path / name)
        assert (data.feature_shape, data.class_names) == ((3,), ("ash", "birch"))


def test_of_several_tables_one_is_chosen_and_the_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "kaggle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sample_submission.csv", "id,label\n1,0\n2,0\n")
        archive.writestr("test.csv", "a,b,c\n1,2,3\n4,5,7\n")
        archive.writestr("train.csv", CSV)
    data = read_file(path)
    assert (data.n_samples, data.title) == (12, "kaggle")
    assert data.notes[0] == "The file train.csv was read; there are also sample_submission.csv, test.csv."
    look = look_at_file(path)
    assert isinstance(look, TableLook)
    assert look.files == ("train.csv", "sample_submission.csv", "test.csv")
    assert read_file(path, {"file": "test.csv"}).n_samples == 2
    assert look_at_file(path, "", {"file": "test.csv"}).n_rows == 2
    with pytest.raises(ValueError, match=r"has no file 'x\.csv'\. It has: train\.csv"):
        read_file(path, {"file": "x.csv"})


def test_of_several_files_of_arrays_one_is_chosen(tmp_path: Path) -> None:
    from scipy.io import savemat

    for name in "ab":
        savemat(tmp_path / f"{name}.mat", {"fea": X[: 6 if name == "a" else 12]})
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in "ab":
            archive.write(tmp_path / f"{name}.mat", f"{name}.mat")
    look = look_at_file(tmp_path / "two.zip")
    assert isinstance(look, ArrayLook)
    assert look.files == ("a.mat", "b.mat")
    assert [read_file(tmp_path / "two.zip", {"file": f"{n}.mat"}).n_samples for n in "ab"] == [6, 12]
