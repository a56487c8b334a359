"""The table of data sets that can be picked by name; what an entry can do is in ``entry``."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from deepclust.data.catalog.entry import Entry, data_folder
from deepclust.data.catalog.published import Published
from deepclust.data.catalog.synthetic import Blobs, DrawnPoints, Moons, Rings, Spirals
from deepclust.data.dataset import Dataset
from deepclust.params import params_of

__all__ = ["CATALOG", "Entry", "data_folder", "find_entry", "load_dataset", "published_on"]


def find_entry(name: str) -> Entry:
    """An entry of the catalog by name; ValueError, with the names that come close, if there is none."""
    entry = CATALOG.get(name)
    if entry is None:
        close = difflib.get_close_matches(str(name).lower(), CATALOG, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
        raise ValueError(f"There is no data set {name!r}. {hint}There are: {', '.join(CATALOG)}.")
    return entry


def load_dataset(name: str, **options: Any) -> Dataset:
    """Load a data set of the catalog by name. ValueError for an unknown name, option or value, or a missing file."""
    return find_entry(name).load(**options)


def published_on(ref: Mapping[str, Any]) -> tuple[Published, ...]:
    """Results of others on the data that a reference names; none for a subset or data that were prepared otherwise."""
    entry = CATALOG.get(str(ref.get("name")))
    return () if entry is None or ref.get("subset") or ref.get("prepare") else entry.published


# The field order of Entry: name, title, summary, kind, samples, classes, shape, licence, citation, class names, file.
_DIGIT_NAMES = tuple("0123456789")
_DRAWN_LICENCE = "Free: drawn on demand."
_NONE_STATED = "None stated by the authors."
_UCI = "CC BY 4.0 (UCI Machine Learning Repository)."
_COIL_LICENCE = "None stated with the file; the authors offer it for research."
_LECUN = "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. Proc. IEEE, 1998."


def _drawn(name: str, title: str, summary: str, drawn: type[DrawnPoints], n_classes: int, citation: str = "") -> Entry:
    n_samples = params_of(drawn)["n_samples"].default
    return Entry(name, title, summary, "vector", n_samples, n_classes, (2,), _DRAWN_LICENCE, citation, drawn=drawn)


_COHEN = (
    "Cohen, Afshar, Tapson, van Schaik: EMNIST, an extension of MNIST to handwritten letters. arXiv 1702.05373, 2017."
)
_LEWIS = "Lewis, Yang, Rose, Li: RCV1, a new benchmark collection for text categorization research. JMLR 5, 2004."
_RCV1_LICENCE = "For research only (Reuters Corpus Volume I)."
_ROOTS = ("corporate and industrial", "government and social", "markets", "economics")
_GROUPS = (
    "alt.atheism",
    "comp.graphics",
    "comp.os.ms-windows.misc",
    "comp.sys.ibm.pc.hardware",
    "comp.sys.mac.hardware",
    "comp.windows.x",
    "misc.forsale",
    "rec.autos",
    "rec.motorcycles",
    "rec.sport.baseball",
    "rec.sport.hockey",
    "sci.crypt",
    "sci.electronics",
    "sci.med",
    "sci.space",
    "soc.religion.christian",
    "talk.politics.guns",
    "talk.politics.mideast",
    "talk.politics.misc",
    "talk.religion.misc",
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
            "spirals", "Spirals", "Arms winding around one another: only neighbourhoods tell them apart.", Spirals, 3
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
            "mnist.npz",
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
            "mnist.npz",
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
            ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
            "fashion_mnist.npz",
        ),
        Entry(
            "kmnist",
            "KMNIST",
            "70,000 cursive Japanese characters; each class is written in several ways.",
            "image",
            70_000,
            10,
            (28, 28),
            "CC BY-SA 4.0",
            "Clanuwat et al.: Deep learning for classical Japanese literature. arXiv 1812.01718, 2018.",
            ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
            "kmnist.npz",
        ),
        Entry(
            "emnist-letters",
            "EMNIST letters",
            "145,600 handwritten letters, small and capital ones in one class of 26.",
            "image",
            145_600,
            26,
            (28, 28),
            _NONE_STATED,
            _COHEN,
            tuple("abcdefghijklmnopqrstuvwxyz"),
            "emnist_letters.npz",
        ),
        Entry(
            "emnist-digits",
            "EMNIST digits",
            "280,000 handwritten digits, drawn like MNIST from the same archive.",
            "image",
            280_000,
            10,
            (28, 28),
            _NONE_STATED,
            _COHEN,
            _DIGIT_NAMES,
            "emnist_digits.npz",
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
            "usps.npz",
        ),
        Entry(
            "svhn",
            "SVHN",
            "99,289 house numbers in colour from street pictures, neighbours in view.",
            "image",
            99_289,
            10,
            (32, 32, 3),
            "For non-commercial use only.",
            "Netzer et al.: Reading digits in natural images with unsupervised feature learning. NIPS workshop, 2011.",
            _DIGIT_NAMES,
            "svhn.npz",
        ),
        Entry(
            "cifar10",
            "CIFAR-10",
            "60,000 small photographs of animals and vehicles, hard without labels.",
            "image",
            60_000,
            10,
            (32, 32, 3),
            _NONE_STATED,
            "Krizhevsky: Learning multiple layers of features from tiny images. University of Toronto, 2009.",
            ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            "cifar10.npz",
        ),
        Entry(
            "stl10",
            "STL-10",
            "The 13,000 labelled photographs of STL-10; slow without a GPU.",
            "image",
            13_000,
            10,
            (96, 96, 3),
            _NONE_STATED,
            "Coates, Lee, Ng: An analysis of single-layer networks in unsupervised feature learning. AISTATS, 2011.",
            ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"),
            "stl10.npz",
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
            "coil20.npz",
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
            "coil100.npz",
        ),
        Entry(
            "ytf",
            "YouTube Faces",
            "10,000 faces of 41 people out of videos, as the papers on clustering use them.",
            "image",
            10_000,
            41,
            (55, 55, 3),
            "For research only.",
            "Wolf, Hassner, Maoz: Face recognition in unconstrained videos. CVPR, 2011; as prepared for JULE, CVPR 2016.",
            file="ytf.npz",
        ),
        Entry(
            "olivetti",
            "Olivetti faces",
            "400 faces: ten pictures of each of forty people.",
            "image",
            400,
            40,
            (64, 64),
            "Free with credit to AT&T Laboratories Cambridge.",
            "Samaria, Harter: Parameterisation of a stochastic model for human face identification. WACV, 1994.",
            tuple(f"person {i}" for i in range(1, 41)),
            "olivetti.npz",
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
            "notmnist.npz",
        ),
        Entry(
            "optdigits",
            "Optical digits",
            "5,620 digits of 8 × 8, the whole set that Digits is a part of.",
            "image",
            5620,
            10,
            (8, 8),
            _UCI,
            "Alpaydin, Kaynak: Optical recognition of handwritten digits. UCI, 1998.",
            _DIGIT_NAMES,
            "optdigits.npz",
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
            "pendigits.npz",
            divisor=100.0,
        ),
        Entry(
            "letter",
            "Letter recognition",
            "20,000 printed capital letters as a table of 16 measures.",
            "vector",
            20_000,
            26,
            (16,),
            _UCI,
            "Slate: Letter recognition. UCI, 1991.",
            tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            "letter.npz",
            divisor=15.0,
        ),
        Entry(
            "har",
            "Smartphone activities",
            "10,299 moments of people walking, sitting or lying: 561 features of their phones.",
            "vector",
            10_299,
            6,
            (561,),
            _UCI,
            "Anguita et al.: A public domain dataset for human activity recognition using smartphones. ESANN, 2013.",
            ("walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying"),
            "har.npz",
        ),
        Entry(
            "mfeat",
            "Multiple features",
            "2,000 digits as six descriptions side by side, standardised: a table of 649 columns.",
            "vector",
            2000,
            10,
            (649,),
            _UCI,
            "Duin: Multiple features. UCI, 1998.",
            _DIGIT_NAMES,
            "mfeat.npz",
        ),
        Entry(
            "newsgroups",
            "20 Newsgroups",
            "18,846 messages on twenty subjects as tf-idf of 2,000 words.",
            "text",
            18_846,
            20,
            (2000,),
            _NONE_STATED,
            "Lang: NewsWeeder, learning to filter netnews. ICML, 1995.",
            _GROUPS,
            "newsgroups.npz",
        ),
        Entry(
            "rcv1",
            "Reuters (RCV1)",
            "685,071 news texts under four roots; tf-idf of 2,000 words. Needs 8 GB of memory.",
            "text",
            685_071,
            4,
            (2000,),
            _RCV1_LICENCE,
            _LEWIS,
            _ROOTS,
            "rcv1.npz",
        ),
        Entry(
            "rcv1-10k",
            "Reuters-10k",
            "10,000 texts drawn at random from Reuters (RCV1); the papers' own draw is not published.",
            "text",
            10_000,
            4,
            (2000,),
            _RCV1_LICENCE,
            _LEWIS,
            _ROOTS,
            "rcv1_10k.npz",
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
            "reuters21578.npz",
        ),
    )
}
