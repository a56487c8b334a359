"""Small photographs in colour: SVHN, CIFAR-10, STL-10."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import KILINC, kilinc, quoted
from deepclust.data.catalog.source import Arrays, Files, Source, remote
from deepclust.data.reading.archives.members import AGAIN, DAMAGE
from deepclust.data.reading.arrays.cifar_stl import read_cifar, read_stl

_NONE_STATED = "None stated by the authors."
_SVHN = "http://ufldl.stanford.edu/housenumbers/"


def svhn(files: Files) -> Arrays:
    """Training and test pictures of SVHN; the extra ones are left out."""
    train, test = (read_svhn(files[f"{part}_32x32.mat"]) for part in ("train", "test"))
    return {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}


def read_svhn(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A .mat file of SVHN: uint8 ``(n, 32, 32, 3)`` and the digit of each picture, int64 (10 stands for 0 in the file)."""
    from scipy.io import loadmat

    try:
        arrays = loadmat(str(path), variable_names=("X", "y"))
        return np.ascontiguousarray(np.moveaxis(arrays["X"], 3, 0)), arrays["y"].ravel().astype(np.int64) % 10
    except (*DAMAGE, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise ValueError(f"{path.name} is not a .mat file with the arrays X and y ({error}). {AGAIN}") from error


def binary_tar(files: Files, read: Callable[[Path], dict[str, tuple[np.ndarray, np.ndarray]]]) -> Arrays:
    """CIFAR-10 and STL-10."""
    (path,) = files.values()
    parts = read(path)
    return {f"{'xy'[i]}_{part}": pair[i] for part, pair in parts.items() for i in (0, 1)}


ENTRIES = (
    Entry(
        name="svhn",
        title="SVHN",
        summary="99,289 house numbers in colour from street pictures, neighbours in view.",
        kind="image",
        n_samples=99_289,
        n_classes=10,
        feature_shape=(32, 32, 3),
        licence="For non-commercial use only.",
        citation="Netzer et al.: Reading digits in natural images with unsupervised feature learning. NIPS workshop, 2011.",
        class_names=tuple("0123456789"),
        file="svhn.npz",
        source=Source(
            "svhn",
            (
                remote("train_32x32.mat", _SVHN + "train_32x32.mat", md5="e26dedcc434d2e4c54c9b2d4a06d8373"),
                remote("test_32x32.mat", _SVHN + "test_32x32.mat", md5="eb5a983be6a315427106f1b164d9cef3"),
            ),
            svhn,
            megabytes=246,
        ),
        reported=(
            kilinc(0.7680, 0.0130),
            *quoted(
                KILINC,
                ("IMSAT", 0.573, "± 0.039, on GIST features."),
                ("DEC", 0.119, "± 0.004; quoted there from Hu et al., 2017."),
            ),
        ),
    ),
    Entry(
        name="cifar10",
        title="CIFAR-10",
        summary="60,000 small photographs of animals and vehicles, hard without labels.",
        kind="image",
        n_samples=60_000,
        n_classes=10,
        feature_shape=(32, 32, 3),
        licence=_NONE_STATED,
        citation="Krizhevsky: Learning multiple layers of features from tiny images. University of Toronto, 2009.",
        class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        file="cifar10.npz",
        source=Source(
            "cifar10",
            (
                remote(
                    "cifar-10-binary.tar.gz",
                    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                    md5="c32a1d4ab5d03f1284b67883e8d87530",
                ),
            ),
            partial(binary_tar, read=read_cifar),
            megabytes=170,
        ),
    ),
    Entry(
        name="stl10",
        title="STL-10",
        summary="The 13,000 labelled photographs of STL-10; slow without a GPU.",
        kind="image",
        n_samples=13_000,
        n_classes=10,
        feature_shape=(96, 96, 3),
        licence=_NONE_STATED,
        citation="Coates, Lee, Ng: An analysis of single-layer networks in unsupervised feature learning. AISTATS, 2011.",
        class_names=("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"),
        file="stl10.npz",
        source=Source(
            "stl10",
            (
                remote(
                    "stl10_binary.tar.gz",
                    "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
                    md5="91f7769df0f17e558f3565bffb0c7dfb",
                ),
            ),
            partial(binary_tar, read=read_stl),
            megabytes=2640,
        ),
    ),
)
