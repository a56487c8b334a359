"""Handwritten digits that are smaller than those of MNIST."""

from __future__ import annotations

import gzip
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import KILINC, dec_da, kilinc, localmap, measured, n2d, quoted, yang
from deepclust.data.catalog.source import Arrays, Files, Source, from_openml, remote
from deepclust.data.catalog.uci import ADDRESS, LICENCE, train_and_test
from deepclust.data.reading.arrays.libsvm import read_libsvm

_DIGIT_NAMES = tuple("0123456789")
_LIBSVM = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"
_CLUSTPY = "ClustPy 0.0.3"
_SKLEARN = "scikit-learn 1.9.1"


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """The digits that come with scikit-learn: float32 ``(1797, 8, 8)`` in [0, 1] and int64 ``(1797,)``.

    Read from scikit-learn's own file, because importing ``sklearn.datasets`` takes about two seconds.
    """
    package = find_spec("sklearn")
    home = Path(package.origin).parent if package and package.origin else Path()
    file = home / "datasets" / "data" / "digits.csv.gz"
    if file.is_file():
        with gzip.open(file, "rt") as stream:
            table = np.loadtxt(stream, delimiter=",", dtype=np.float32)
        pixels, y = table[:, :-1], table[:, -1].astype(np.int64)
    else:
        from sklearn.datasets import load_digits as from_sklearn

        bunch = from_sklearn()
        pixels, y = bunch.data.astype(np.float32), bunch.target.astype(np.int64)
    return (pixels / np.float32(16.0)).reshape(-1, 8, 8), y


def usps(files: Files) -> Arrays:
    """USPS as LIBSVM has it: pixels in [-1, 1] and labels 1 to 10; here 0 to 255 and the digit."""
    arrays: Arrays = {}
    for part, name in (("train", "usps.bz2"), ("test", "usps.t.bz2")):
        X, y = read_libsvm(files[name], 256)
        arrays[f"x_{part}"] = np.rint((X.reshape(-1, 16, 16) + 1) * 127.5).clip(0, 255).astype(np.uint8)
        arrays[f"y_{part}"] = (y - 1).astype(np.uint8)
    return arrays


def optdigits_of_openml(files: Files) -> Arrays:
    """Optical digits as openml.org has them, without their official split."""
    arrays = from_openml((28,), files)
    return {"x": arrays["x"].reshape(-1, 8, 8) / 16, "y": arrays["y"]}


ENTRIES = (
    Entry(
        name="digits",
        title="Digits",
        summary="Small handwritten digits that come with the app and train in seconds.",
        kind="image",
        n_samples=1797,
        n_classes=10,
        feature_shape=(8, 8),
        licence=LICENCE,
        citation="Alpaydin, Kaynak: Optical recognition of handwritten digits. UCI, 1998; as packaged by scikit-learn.",
        class_names=_DIGIT_NAMES,
        bundled=load_digits,
        reported=(
            localmap(0.943, 0.912, 0.003, 5),
            measured("t-SNE + k-means", 0.945, 0.911, _SKLEARN),
            measured("UMAP + k-means", 0.881, 0.883, f"umap-learn 0.5.12 and {_SKLEARN}"),
            measured("DDC", 0.886, 0.865, _CLUSTPY),
            measured("N2D", 0.888, 0.860, f"{_CLUSTPY} and umap-learn 0.5.12"),
            measured("SpectralNet", 0.837, 0.815, "spectralnet 1.1.0", "With autoencoder and Siamese network."),
            measured("Ward", 0.840, 0.858, _SKLEARN),
            measured("VaDE", 0.814, 0.809, _CLUSTPY),
            measured("Spectral clustering", 0.808, 0.832, _SKLEARN),
            measured("k-means", 0.792, 0.738, _SKLEARN, "Ten starts."),
            measured("DEC", 0.770, 0.778, _CLUSTPY),
            measured("IDEC", 0.767, 0.749, _CLUSTPY),
            measured("AE + k-means", 0.766, 0.733, _CLUSTPY),
        ),
    ),
    Entry(
        name="usps",
        title="USPS",
        summary="9,298 digits from envelopes of the US postal service.",
        kind="image",
        n_samples=9298,
        n_classes=10,
        feature_shape=(16, 16),
        licence="None stated by the authors.",
        citation="Hull: A database for handwritten text recognition research. IEEE TPAMI, 1994.",
        class_names=_DIGIT_NAMES,
        file="usps.npz",
        source=Source(
            "usps",
            (
                remote("usps.bz2", _LIBSVM + "usps.bz2", md5="ec16c51db3855ca6c91edd34d0e9b197"),
                remote("usps.t.bz2", _LIBSVM + "usps.t.bz2", md5="8ea070ee2aca1ac39742fdd1ef5ed118"),
            ),
            usps,
            megabytes=8,
        ),
        reported=(
            dec_da(0.987, 0.962),
            n2d(0.958, 0.901),
            localmap(0.964, 0.912, 0.001, 3),
            *yang(
                ("Dual autoencoder (DSCDAN)", 0.869, 0.857, "own"),
                ("ConvAE + MI + RS", 0.831, 0.827, "own"),
                ("ConvAE + RS", 0.798, 0.752, "own"),
                ("ConvAE + MI", 0.785, 0.744, "own"),
                ("ConvAE", 0.698, 0.652, "own"),
                ("JULE", 0.950, 0.913, "quoted"),
                ("DEPICT", 0.899, 0.906, "quoted"),
                ("DEC", 0.762, 0.767, "rerun"),
                ("IDEC", 0.761, 0.785, "rerun"),
                ("SC-LS", 0.746, 0.755, "quoted"),
                ("AC-GDL", 0.725, 0.825, "quoted"),
                ("k-means", 0.668, 0.601, "quoted"),
                ("NMF", 0.652, 0.693, "quoted"),
                ("SC-Ncut", 0.649, 0.794, "quoted"),
                ("VaDE", 0.566, 0.512, "quoted"),
            ),
            kilinc(0.9651, 0.0026, on_test=False),
            *quoted(KILINC, ("JULE", 0.95)),
        ),
    ),
    Entry(
        name="optdigits",
        title="Optical digits",
        summary="5,620 digits of 8 × 8, the whole set that Digits is a part of.",
        kind="image",
        n_samples=5620,
        n_classes=10,
        feature_shape=(8, 8),
        licence=LICENCE,
        citation="Alpaydin, Kaynak: Optical recognition of handwritten digits. UCI, 1998.",
        class_names=_DIGIT_NAMES,
        file="optdigits.npz",
        source=Source(
            "optdigits",
            (remote("optdigits.zip", ADDRESS + "80/optical+recognition+of+handwritten+digits.zip"),),
            partial(train_and_test, train="optdigits.tra", test="optdigits.tes", shape=(8, 8), joined=False),
            megabytes=2,
            otherwise=optdigits_of_openml,
        ),
    ),
)
