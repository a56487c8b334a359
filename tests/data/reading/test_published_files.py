"""Uploads in the formats in which data are published, on small files that are written in these formats here."""

from __future__ import annotations

import bz2
import gzip
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from deepclust.data.intake import receive, title_of
from deepclust.data.reading import formats
from deepclust.data.reading.kinds import kind_of_file, read_file

X = np.random.default_rng(0).integers(0, 256, (6, 5, 4)).astype(np.uint8)
Y = np.arange(6) % 3


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 0x08, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


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


ROWS = "3 1:0.5 4:-1\n1 2:2 # a remark\n3 1:0.5\n"


@pytest.mark.parametrize("name", ["rows.libsvm", "rows.svm.gz", "rows.bz2", "rows.t.bz2"])
def test_libsvm(tmp_path: Path, name: str) -> None:
    pack = {"2": bz2.compress, "z": gzip.compress}.get(name[-1], bytes)
    (tmp_path / name).write_bytes(pack(ROWS.encode()))
    found = read_file(tmp_path / name)
    assert found.X.tolist() == [[0.5, 0, 0, -1], [0, 2, 0, 0], [0.5, 0, 0, 0]]
    assert found.y is not None
    assert found.y.tolist() == [1, 0, 1]
    assert found.class_names == ("1", "3")


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
    with pytest.raises(ValueError, match="too large"):
        read_file(tmp_path / "x.mat", max_bytes=100)


def tarred(path: Path, contents: dict[str, bytes]) -> Path:
    folder = path.parent / "in"
    folder.mkdir(exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            (folder / name).write_bytes(content)
            archive.add(folder / name, f"top/{name}")
    return path


def test_the_binary_archive_of_cifar_and_the_pickled_one(tmp_path: Path) -> None:
    names = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
    rows = np.random.default_rng(0).integers(0, 10, (6, 2, 3073)).astype(np.uint8)
    path = tarred(tmp_path / "c.tar.gz", {f"{n}.bin": r.tobytes() for n, r in zip(names, rows, strict=True)})
    found = read_file(path)
    train, test = formats.read_cifar(path).values()
    assert (found.n_train, found.n_samples, found.feature_shape) == (10, 12, (32, 32, 3))
    assert found.y is not None
    assert np.array_equal(np.asarray(found.class_names)[found.y].astype(int), np.append(train[1], test[1]))
    with pytest.raises(ValueError, match="pickled objects"):
        read_file(tarred(tmp_path / "p.tar.gz", dict.fromkeys(names, b"x")))


ARFF = """% a remark
@RELATION flowers
@ATTRIBUTE 'sepal length' NUMERIC
@attribute width real
@ATTRIBUTE class {setosa,'iris virginica'}

@DATA
% another
5.1, 3.5, setosa
?, 3.0, 'iris virginica'
4.7, 3.2, setosa
"""


def test_arff(tmp_path: Path) -> None:
    (tmp_path / "f.arff").write_text(ARFF)
    found = read_file(tmp_path / "f.arff")
    assert np.allclose(found.X, [[5.1, 3.5], [4.9, 3.0], [4.7, 3.2]])
    assert found.class_names == ("iris virginica", "setosa")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@data\n1,2\n", "no @attribute"),
        (ARFF.split("5.1")[0], "no @attribute"),
        ("hello\n", "no @attribute"),
        ("@attribute a real\n@data\n{0 1}\n", "sparse"),
    ],
)
def test_no_arff(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "f.arff").write_text(text)
    with pytest.raises(ValueError, match=words):
        read_file(tmp_path / "f.arff")


def test_a_packed_csv_and_arrays_of_unknown_names(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n3,4\n"))
    assert read_file(tmp_path / "t.csv.gz").X.tolist() == [[1, 2], [3, 4]]
    np.savez(tmp_path / "n.npz", mine=np.eye(3), more=np.arange(7))
    found = read_file(tmp_path / "n.npz")
    assert np.array_equal(found.X, np.eye(3))
    assert found.notes == ("Arrays that were not used: more.",)
