"""From published files to the arrays of a catalog data set: one recipe each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from deepclust.data.reading import formats

Arrays = dict[str, np.ndarray]
Files = Mapping[str, Path]  # by name; only "folder" where scikit-learn fetches and keeps them by itself

RCV1_ROOTS = ("CCAT", "GCAT", "MCAT", "ECAT")
VOCABULARY = 2000


def mnist_like(files: Files) -> Arrays:
    """The four IDX files of MNIST and its kin."""
    return {
        f"{what}_{part}": formats.read_idx(files[f"{start}-{name}-ubyte.gz"])
        for part, start in (("train", "train"), ("test", "t10k"))
        for what, name in (("x", "images-idx3"), ("y", "labels-idx1"))
    }


def emnist(files: Files, split: str, first_label: int) -> Arrays:
    """A part of EMNIST; the pictures lie on their side in the file and are turned upright."""
    found: Arrays = {}
    for part in ("train", "test"):
        start = f"emnist-{split}-{part}"
        x = formats.read_idx(files["gzip.zip"], f"{start}-images-idx3-ubyte.gz")
        y = formats.read_idx(files["gzip.zip"], f"{start}-labels-idx1-ubyte.gz")
        found |= {f"x_{part}": x.swapaxes(1, 2), f"y_{part}": y - first_label}
    return found


def usps(files: Files) -> Arrays:
    """USPS as LIBSVM has it: pixels in [-1, 1] and labels 1 to 10; here 0 to 255 and the digit."""
    found: Arrays = {}
    for part, name in (("train", "usps.bz2"), ("test", "usps.t.bz2")):
        X, y = formats.read_libsvm(files[name], 256)
        found[f"x_{part}"] = np.rint((X.reshape(-1, 16, 16) + 1) * 127.5).clip(0, 255).astype(np.uint8)
        found[f"y_{part}"] = (y - 1).astype(np.uint8)
    return found


def svhn(files: Files) -> Arrays:
    """Training and test pictures of SVHN; the extra ones are left out."""
    train, test = (formats.read_svhn(files[f"{part}_32x32.mat"]) for part in ("train", "test"))
    return {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}


def binary_tar(files: Files, read: Callable[[Path], dict[str, tuple[np.ndarray, np.ndarray]]]) -> Arrays:
    """CIFAR-10 and STL-10."""
    (path,) = files.values()
    parts = read(path)
    return {f"{'xy'[i]}_{part}": pair[i] for part, pair in parts.items() for i in (0, 1)}


def coil(files: Files) -> Arrays:
    """COIL at 32 x 32, every pixel the mean of 4 x 4 of the published ones."""
    (path,) = files.values()
    x, y = formats.read_turntable(path, 32)
    return {"x": x, "y": y}


def ytf(files: Files) -> Arrays:
    """YouTube Faces as JULE prepared it, and all papers on clustering after it: 41 people, 55 x 55 in colour."""
    from deepclust.data.reading.hdf5 import read_arrays_hdf5

    (path,) = files.values()
    arrays = read_arrays_hdf5(path, path.name)
    if not {"data", "labels"} <= set(arrays):
        raise ValueError(f"{path.name} holds {', '.join(arrays)}, but data and labels are needed.")
    y = arrays["labels"].ravel().astype(np.int64)
    return {"x": np.moveaxis(arrays["data"], 1, 3), "y": y - y.min()}


def rcv1(files: Files, n_drawn: int | None) -> Arrays:
    """Reuters as Xie et al. 2016 (DEC) took it: articles under ONE of four roots, 2,000 frequent words, tf-idf.

    The words are those of scikit-learn's copy of RCV1-v2 with the highest number of articles; rows have unit length.
    ``n_drawn`` articles are drawn at random with seed 0; the draw of the papers is not published.
    """
    from sklearn.datasets import fetch_rcv1

    whole_set = fetch_rcv1(data_home=str(files["folder"]))
    names = list(whole_set.target_names)
    roots = whole_set.target[:, [names.index(root) for root in RCV1_ROOTS]].toarray()
    rows = np.flatnonzero(roots.sum(axis=1) == 1)
    y = roots[rows].argmax(axis=1)
    X = whole_set.data[rows]
    words = np.sort(np.argsort(-X.getnnz(axis=0), kind="stable")[:VOCABULARY])
    if n_drawn is not None:
        drawn = np.sort(np.random.default_rng(0).permutation(len(rows))[:n_drawn])
        X, y = X[drawn], y[drawn]
    dense = X[:, words].astype(np.float32).toarray()
    dense /= np.maximum(np.sqrt(np.einsum("ij,ij->i", dense, dense))[:, None], 1e-12)
    return {"x": dense.astype(np.float16), "y": y}


def newsgroups(files: Files) -> Arrays:
    """20 Newsgroups without headers, footers and quotes, as tf-idf of 2,000 words."""
    from sklearn.datasets import fetch_20newsgroups

    from deepclust.data.reading.texts import tfidf_of_texts

    bunch = fetch_20newsgroups(
        data_home=str(files["folder"]), subset="all", shuffle=False, remove=("headers", "footers", "quotes")
    )
    return {"x": tfidf_of_texts(bunch.data, VOCABULARY)[0], "y": bunch.target}


def olivetti(files: Files) -> Arrays:
    """Ten faces of each of forty people."""
    from sklearn.datasets import fetch_olivetti_faces

    bunch = fetch_olivetti_faces(data_home=str(files["folder"]))
    return {"x": bunch.images.astype(np.float32), "y": bunch.target}


def train_and_test(files: Files, train: str, test: str, shape: tuple[int, ...], joined: bool) -> Arrays:
    """UCI tables with the label in the last column, in two files."""
    (path,) = files.values()
    parts = [formats.read_numbers(path, name, ",") for name in (train, test)]
    x, y = ([f(p) for p in parts] for f in (lambda p: p[:, :-1].reshape(-1, *shape), lambda p: p[:, -1]))
    if joined:
        return {"x": np.concatenate(x).astype(np.uint8), "y": np.concatenate(y).astype(np.uint8)}
    return {"x_train": x[0] / 16, "y_train": y[0], "x_test": x[1] / 16, "y_test": y[1]}


def letter(files: Files) -> Arrays:
    """Letter recognition: the letter stands first in each line."""
    (path,) = files.values()
    lines = formats.find_member(path, "letter-recognition.data").decode("ascii").split()
    return {
        "x": np.array([line.split(",")[1:] for line in lines], np.uint8),
        "y": np.array([ord(line[0]) - ord("A") for line in lines], np.uint8),
    }


def har(files: Files) -> Arrays:
    """Smartphone activities: 561 features in [-1, 1]."""
    (path,) = files.values()
    found: Arrays = {}
    for part in ("train", "test"):
        found[f"x_{part}"] = formats.read_numbers(path, f"X_{part}.txt").astype(np.float32)
        found[f"y_{part}"] = formats.read_numbers(path, f"y_{part}.txt").ravel().astype(np.uint8) - 1
    return found


MFEAT_VIEWS = ("fac", "fou", "kar", "mor", "pix", "zer")


def mfeat(files: Files) -> Arrays:
    """Multiple Features: six descriptions of the same digits side by side, each column standardised; 200 of each digit."""
    (path,) = files.values()
    x = np.concatenate([formats.read_numbers(path, f"mfeat-{view}") for view in MFEAT_VIEWS], axis=1)
    return {"x": _standardised(x), "y": np.arange(len(x)) // 200}


def from_openml(ids: tuple[int, ...], files: Files) -> Arrays:
    """The same table from openml.org (ARFF), through scikit-learn; several ids are views side by side."""
    from sklearn.datasets import fetch_openml

    home = str(files["folder"])
    bunches = [fetch_openml(data_id=i, as_frame=False, parser="liac-arff", data_home=home) for i in ids]
    x = np.concatenate([np.asarray(bunch.data, np.float64) for bunch in bunches], axis=1)
    y = np.unique(bunches[0].target, return_inverse=True)[1]
    if len(ids) > 1:
        x = _standardised(x)
    elif x.shape[1] == 64:  # optdigits
        x = x.reshape(-1, 8, 8) / 16
    return {"x": x, "y": y}


def _standardised(x: np.ndarray) -> np.ndarray:
    spread = x.std(axis=0)
    result: np.ndarray = ((x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)).astype(np.float32)
    return result
