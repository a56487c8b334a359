"""MNIST and the sets made in its image: 28 x 28 grey pictures in the IDX format."""

from __future__ import annotations

from functools import partial

from deepclust.data.catalog.downloads import Remote
from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import (
    KILINC,
    SHAHAM,
    SHAHAM_ANSWER,
    TZOREFF,
    Reported,
    dec_da,
    kilinc,
    localmap,
    n2d,
    quoted,
    tzoreff,
    yang,
)
from deepclust.data.catalog.source import Arrays, Files, Source, remote
from deepclust.data.reading.arrays.idx import read_idx

_DIGIT_NAMES = tuple("0123456789")
_NONE_STATED = "None stated by the authors."
_LECUN = "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. Proc. IEEE, 1998."
_COHEN = (
    "Cohen, Afshar, Tapson, van Schaik: EMNIST, an extension of MNIST to handwritten letters. arXiv 1702.05373, 2017."
)
_IDX = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def mnist_like(files: Files) -> Arrays:
    """The four IDX files of MNIST and its kin."""
    return {
        f"{what}_{part}": read_idx(files[f"{start}-{name}-ubyte.gz"])
        for part, start in (("train", "train"), ("test", "t10k"))
        for what, name in (("x", "images-idx3"), ("y", "labels-idx1"))
    }


def emnist(files: Files, split: str, first_label: int) -> Arrays:
    """A part of EMNIST; the pictures lie on their side in the file and are turned upright."""
    arrays: Arrays = {}
    for part in ("train", "test"):
        start = f"emnist-{split}-{part}"
        x = read_idx(files["gzip.zip"], f"{start}-images-idx3-ubyte.gz")
        y = read_idx(files["gzip.zip"], f"{start}-labels-idx1-ubyte.gz")
        arrays |= {f"x_{part}": x.swapaxes(1, 2), f"y_{part}": y - first_label}
    return arrays


def _idx_files(*md5: str, at: tuple[str, ...]) -> tuple[Remote, ...]:
    """The four files of MNIST, below each of these addresses."""
    return tuple(
        remote(name, *(base + name for base in at), md5=digest) for name, digest in zip(_IDX, md5, strict=True)
    )


def _emnist(split: str, first_label: int) -> Source:
    archive = remote(
        "gzip.zip",
        "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
        md5="58c8d27c78d21e728a6bc7b3cc06412e",
    )
    return Source("emnist", (archive,), partial(emnist, split=split, first_label=first_label), megabytes=562)


_MNIST = Source(
    "mnist",
    _idx_files(
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
        at=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
    ),
    mnist_like,
    megabytes=12,
)

ENTRIES = (
    Entry(
        name="mnist",
        title="MNIST",
        summary="70,000 handwritten digits, the field's standard test.",
        kind="image",
        n_samples=70_000,
        n_classes=10,
        feature_shape=(28, 28),
        licence=_NONE_STATED,
        citation=_LECUN,
        class_names=_DIGIT_NAMES,
        file="mnist.npz",
        source=_MNIST,
        reported=(
            *yang(
                ("Dual autoencoder (DSCDAN)", 0.978, 0.941, "own"),
                ("ConvAE + MI + RS", 0.957, 0.910, "own"),
                ("ConvAE + RS", 0.841, 0.803, "own"),
                ("ConvAE + MI", 0.835, 0.800, "own"),
                ("ConvAE", 0.776, 0.745, "own"),
                ("DEPICT", 0.965, 0.917, "rerun"),
                ("JULE", 0.964, 0.913, "rerun"),
                ("ClusterGAN", 0.950, 0.890, "quoted"),
                ("VaDE", 0.945, 0.876, "quoted"),
                ("IDEC", 0.881, 0.867, "rerun"),
                ("InfoGAN", 0.870, 0.840, "quoted"),
                ("DEC", 0.863, 0.834, "rerun"),
                ("DASC", 0.801, 0.784, "rerun"),
                ("SpectralNet (code space)", 0.800, 0.814, "code"),
                ("SC-LS", 0.714, 0.706, "quoted"),
                ("SC-Ncut", 0.656, 0.731, "quoted"),
                ("k-means", 0.532, 0.500, "quoted"),
                ("NMF", 0.471, 0.452, "quoted"),
                ("AC-GDL", 0.113, 0.017, "quoted"),
            ),
            dec_da(0.985, 0.960),
            n2d(0.979, 0.942),
            *tzoreff(0.92, 0.974, "On the train and on the test part alike."),
            *quoted(
                TZOREFF,
                ("Neural Clustering", 0.966),
                ("DEPICT", 0.965),
                ("DBC", 0.964),
                ("DCC", 0.963),
                ("VaDE", 0.944),
                ("DEC", 0.843),
                ("DCN", 0.83),
                ("JULE", 0.80),
            ),
            *quoted(KILINC, ("IMSAT", 0.984, "± 0.004.")),
            Reported(
                "DCN",
                0.83,
                None,
                "authors",
                "Yang et al., ICML 2017",
                "NMI 0.81 and ARI 0.75; its normaliser is not named.",
            ),
            Reported(
                "SpectralNet",
                0.971,
                None,
                "authors",
                SHAHAM,
                "All 70,000 pictures, code space and Siamese affinities, with the autoencoder weights published by the authors of "
                "VaDE.",
            ),
        ),
    ),
    Entry(
        name="mnist-test",
        title="MNIST test set",
        summary="The 10,000 test digits of MNIST, for shorter runs; several papers report on them.",
        kind="image",
        n_samples=10_000,
        n_classes=10,
        feature_shape=(28, 28),
        licence=_NONE_STATED,
        citation=_LECUN,
        class_names=_DIGIT_NAMES,
        file="mnist.npz",
        part="test",
        source=_MNIST,
        reported=(
            *yang(
                ("Dual autoencoder (DSCDAN)", 0.980, 0.946, "own"),
                ("ConvAE + MI + RS", 0.961, 0.914, "own"),
                ("ConvAE + RS", 0.850, 0.801, "own"),
                ("ConvAE + MI", 0.844, 0.796, "own"),
                ("ConvAE", 0.781, 0.751, "own"),
                ("DEPICT", 0.963, 0.915, "rerun"),
                ("JULE", 0.961, 0.915, "rerun"),
                ("AC-GDL", 0.933, 0.864, "quoted"),
                ("DEC", 0.856, 0.830, "rerun"),
                ("IDEC", 0.846, 0.802, "quoted"),
                ("SpectralNet (code space)", 0.817, 0.821, "code"),
                ("DASC", 0.804, 0.780, "quoted"),
                ("SC-LS", 0.740, 0.756, "quoted"),
                ("SC-Ncut", 0.660, 0.704, "quoted"),
                ("k-means", 0.546, 0.501, "quoted"),
                ("NMF", 0.479, 0.467, "quoted"),
            ),
            dec_da(0.983, 0.958),
            n2d(0.948, 0.882),
            localmap(0.850, 0.864, 0.051, 5),
            kilinc(0.9832, 0.0008),
            kilinc(0.9780, 0.0018, "T1 to T4"),
            kilinc(0.9684, 0.0029, "T1 and T3"),
            kilinc(0.7252, 0.0620, "T1 and T2"),
            *tzoreff(0.92, 0.974, "On the train and on the test part alike.", held_out=True),
            *quoted(
                KILINC,
                ("IMSAT", 0.984, "± 0.004."),
                ("JULE", 0.961),
                ("AAE (30 clusters)", 0.959, "± 0.0113; 30 clusters, several for a digit."),
                ("VaDE", 0.9406),
                ("GMVAE (30 clusters)", 0.9277, "± 0.0160; 30 clusters, several for a digit."),
                ("AAE (16 clusters)", 0.9045, "± 0.0205; 16 clusters, several for a digit."),
                ("CatGAN (20 clusters)", 0.903, "20 clusters, several for a digit."),
                ("GMVAE (16 clusters)", 0.8782, "± 0.0533; 16 clusters, several for a digit."),
                ("DEC", 0.843),
                ("GMVAE", 0.8231, "± 0.0375."),
                ("AE + k-means", 0.8184, "Quoted there from Xie et al., 2016."),
                ("k-means", 0.5349, "Quoted there from Xie et al., 2016."),
            ),
            *(
                Reported(
                    f"Nearest centre, {where}",
                    acc,
                    None,
                    "others",
                    SHAHAM_ANSWER,
                    "Centres of k-means on the train part, each test sample to the nearest; NMI is not given.",
                    held_out=True,
                )
                for where, acc in (("codes of VaDE", 0.776), ("pixels", 0.546))
            ),
        ),
    ),
    Entry(
        name="fashion-mnist",
        title="Fashion-MNIST",
        summary="70,000 pieces of clothing; several classes look alike, so it is much harder than digits.",
        kind="image",
        n_samples=70_000,
        n_classes=10,
        feature_shape=(28, 28),
        licence="MIT",
        citation="Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking. arXiv 1708.07747, 2017.",
        class_names=(
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
        source=Source(
            "fashion-mnist",
            _idx_files(
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
                at=(
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                ),
            ),
            mnist_like,
            megabytes=31,
        ),
        reported=(
            dec_da(0.586, 0.636),
            n2d(0.672, 0.684),
            *yang(
                ("Dual autoencoder (DSCDAN)", 0.662, 0.645, "own"),
                ("ConvAE + MI + RS", 0.656, 0.640, "own"),
                ("ConvAE + RS", 0.614, 0.597, "own"),
                ("ConvAE + MI", 0.592, 0.609, "own"),
                ("ConvAE", 0.546, 0.556, "own"),
                ("ClusterGAN", 0.630, 0.640, "quoted"),
                ("InfoGAN", 0.610, 0.590, "quoted"),
                ("VaDE", 0.578, 0.630, "quoted"),
                ("JULE", 0.563, 0.608, "quoted"),
                ("IDEC", 0.529, 0.557, "quoted"),
                ("DEC", 0.518, 0.546, "rerun"),
                ("SC-Ncut", 0.508, 0.575, "quoted"),
                ("SC-LS", 0.496, 0.497, "quoted"),
                ("k-means", 0.474, 0.512, "quoted"),
                ("NMF", 0.434, 0.425, "quoted"),
                ("DEPICT", 0.392, 0.392, "quoted"),
                ("AC-GDL", 0.112, 0.010, "quoted"),
            ),
        ),
    ),
    Entry(
        name="kmnist",
        title="KMNIST",
        summary="70,000 cursive Japanese characters; each class is written in several ways.",
        kind="image",
        n_samples=70_000,
        n_classes=10,
        feature_shape=(28, 28),
        licence="CC BY-SA 4.0",
        citation="Clanuwat et al.: Deep learning for classical Japanese literature. arXiv 1812.01718, 2018.",
        class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        file="kmnist.npz",
        source=Source(
            "kmnist",
            _idx_files(
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
                at=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
            ),
            mnist_like,
            megabytes=21,
        ),
    ),
    Entry(
        name="emnist-letters",
        title="EMNIST letters",
        summary="145,600 handwritten letters, small and capital ones in one class of 26.",
        kind="image",
        n_samples=145_600,
        n_classes=26,
        feature_shape=(28, 28),
        licence=_NONE_STATED,
        citation=_COHEN,
        class_names=tuple("abcdefghijklmnopqrstuvwxyz"),
        file="emnist_letters.npz",
        source=_emnist("letters", 1),
    ),
    Entry(
        name="emnist-digits",
        title="EMNIST digits",
        summary="280,000 handwritten digits, drawn like MNIST from the same archive.",
        kind="image",
        n_samples=280_000,
        n_classes=10,
        feature_shape=(28, 28),
        licence=_NONE_STATED,
        citation=_COHEN,
        class_names=_DIGIT_NAMES,
        file="emnist_digits.npz",
        source=_emnist("digits", 0),
    ),
    Entry(
        name="notmnist",
        title="notMNIST",
        summary="10,000 letters A to J in many typefaces, a stress test after digits.",
        kind="image",
        n_samples=10_000,
        n_classes=10,
        feature_shape=(28, 28),
        licence=_NONE_STATED,
        citation="Bulatov: notMNIST dataset, 2011.",
        class_names=tuple("ABCDEFGHIJ"),
        file="notmnist.npz",
    ),
)
