"""The table of data sets that can be picked by name; what an entry can do is in ``entry``."""

from __future__ import annotations

import difflib
from typing import Any

from deepclust.data.dataset import Dataset
from deepclust.data.entry import Entry, data_folder
from deepclust.data.synthetic import Blobs, DrawnPoints, Moons, Rings, Spirals
from deepclust.params import params_of

__all__ = ["CATALOG", "Entry", "data_folder", "load_dataset"]


def load_dataset(name: str, **options: Any) -> Dataset:
    """Load a data set of the catalog by name. ValueError for an unknown name, option or value, or a missing file."""
    entry = CATALOG.get(name)
    if entry is None:
        close = difflib.get_close_matches(str(name).lower(), CATALOG, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
        raise ValueError(f"There is no data set {name!r}. {hint}There are: {', '.join(CATALOG)}.")
    return entry.load(**options)


_DIGIT_NAMES = tuple("0123456789")
_DRAWN_LICENCE = "Free: drawn on demand."
_NONE_STATED = "None stated by the authors."
_UCI = "CC BY 4.0 (UCI Machine Learning Repository)."
_COIL_LICENCE = "None stated with the file; the authors offer it for research."
_LECUN = "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. Proc. IEEE, 1998."


def _drawn(
    name: str, title: str, summary: str, drawn: type[DrawnPoints], n_classes: int, citation: str = ""
) -> Entry:
    n_samples = params_of(drawn)["n_samples"].default
    return Entry(
        name, title, summary, "vector", n_samples, n_classes, (2,), _DRAWN_LICENCE, citation, drawn=drawn
    )


CATALOG: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            "digits",
            "Digits",
            "Small handwritten digits that come with the app and train in seconds.",
            "image",
            1797,
            10,
            (8, 8),
            _UCI,
            "Alpaydin, Kaynak: Optical recognition of handwritten digits. UCI, 1998; as packaged by scikit-learn.",
            _DIGIT_NAMES,
        ),
        _drawn(
            "moons",
            "Moons",
            "Two half circles that grip each other: easy for the eye, impossible for k-means.",
            Moons,
            2,
        ),
        _drawn("rings", "Rings", "Circles inside one another, which no straight line can part.", Rings, 2),
        _drawn("blobs", "Blobs", "Round groups of points, the case that k-means is made for.", Blobs, 4),
        _drawn(
            "spirals",
            "Spirals",
            "Arms winding around one another: only neighbourhoods tell them apart.",
            Spirals,
            3,
        ),
        Entry(
            "mnist",
            "MNIST",
            "70,000 handwritten digits, the field's standard test.",
            "image",
            70_000,
            10,
            (28, 28),
            _NONE_STATED,
            _LECUN,
            _DIGIT_NAMES,
            file="mnist.npz",
        ),
        Entry(
            "mnist-test",
            "MNIST test set",
            "The 10,000 test digits of MNIST, for shorter runs; several papers report on them.",
            "image",
            10_000,
            10,
            (28, 28),
            _NONE_STATED,
            _LECUN,
            _DIGIT_NAMES,
            file="mnist.npz",
            part="test",
        ),
        Entry(
            "fashion-mnist",
            "Fashion-MNIST",
            "70,000 pieces of clothing; several classes look alike, so it is much harder than digits.",
            "image",
            70_000,
            10,
            (28, 28),
            "MIT",
            "Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking. arXiv 1708.07747, 2017.",
            (
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            file="fashion_mnist.npz",
        ),
        Entry(
            "usps",
            "USPS",
            "9,298 digits from envelopes of the US postal service.",
            "image",
            9298,
            10,
            (16, 16),
            _NONE_STATED,
            "Hull: A database for handwritten text recognition research. IEEE TPAMI, 1994.",
            _DIGIT_NAMES,
            file="usps.npz",
        ),
        Entry(
            "coil20",
            "COIL-20",
            "20 objects on a turntable, 72 grey views each.",
            "image",
            1440,
            20,
            (32, 32),
            _COIL_LICENCE,
            "Nene, Nayar, Murase: Columbia Object Image Library (COIL-20). CUCS-005-96, 1996.",
            tuple(f"object {i}" for i in range(1, 21)),
            file="coil20.npz",
        ),
        Entry(
            "coil100",
            "COIL-100",
            "100 objects on a turntable, 72 colour views each; resized otherwise than in the papers.",
            "image",
            7200,
            100,
            (32, 32, 3),
            _COIL_LICENCE,
            "Nene, Nayar, Murase: Columbia Object Image Library (COIL-100). CUCS-006-96, 1996.",
            tuple(f"object {i}" for i in range(1, 101)),
            file="coil100.npz",
        ),
        Entry(
            "notmnist",
            "notMNIST",
            "10,000 letters A to J in many typefaces, a stress test after digits.",
            "image",
            10_000,
            10,
            (28, 28),
            _NONE_STATED,
            "Bulatov: notMNIST dataset, 2011.",
            tuple("ABCDEFGHIJ"),
            file="notmnist.npz",
        ),
        Entry(
            "pendigits",
            "Pen digits",
            "Digits as the path of a pen: a table of 16 coordinates, no pictures.",
            "vector",
            10_992,
            10,
            (16,),
            _UCI,
            "Alpaydin, Alimoglu: Pen-based recognition of handwritten digits. UCI, 1998.",
            _DIGIT_NAMES,
            file="pendigits.npz",
            divisor=100.0,
        ),
        Entry(
            "reuters21578",
            "Reuters-21578",
            "7,522 news texts on ten topics of very unequal size; not the Reuters sets of the papers.",
            "text",
            7522,
            10,
            (2000,),
            "For research only (Reuters-21578, Distribution 1.0).",
            "Lewis: Reuters-21578 text categorization test collection, 1997.",
            tuple(f"topic {i}" for i in range(1, 11)),
            file="reuters21578.npz",
        ),
    )
}
