"""Tables of measures, all from the UCI repository."""

from __future__ import annotations

from functools import partial

import numpy as np

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.source import Arrays, Files, Source, from_openml, remote
from deepclust.data.catalog.uci import ADDRESS, LICENCE, read_numbers, train_and_test
from deepclust.data.reading.archives.members import find_member

_DIGIT_NAMES = tuple("0123456789")
MFEAT_VIEWS = ("fac", "fou", "kar", "mor", "pix", "zer")


def letter(files: Files) -> Arrays:
    """Letter recognition: the letter stands first in each line."""
    (path,) = files.values()
    lines = find_member(path, "letter-recognition.data").decode("ascii").split()
    return {
        "x": np.array([line.split(",")[1:] for line in lines], np.uint8),
        "y": np.array([ord(line[0]) - ord("A") for line in lines], np.uint8),
    }


def har(files: Files) -> Arrays:
    """Smartphone activities: 561 features in [-1, 1]."""
    (path,) = files.values()
    arrays: Arrays = {}
    for part in ("train", "test"):
        arrays[f"x_{part}"] = read_numbers(path, f"X_{part}.txt").astype(np.float32)
        arrays[f"y_{part}"] = read_numbers(path, f"y_{part}.txt").ravel().astype(np.uint8) - 1
    return arrays


def mfeat(files: Files) -> Arrays:
    """Multiple Features: six descriptions of the same digits side by side, each column standardised; 200 of each digit."""
    (path,) = files.values()
    x = np.concatenate([read_numbers(path, f"mfeat-{view}") for view in MFEAT_VIEWS], axis=1)
    return {"x": _standardised(x), "y": np.arange(len(x)) // 200}


def mfeat_of_openml(files: Files) -> Arrays:
    """Multiple Features as openml.org has them: one table per description."""
    arrays = from_openml((12, 14, 16, 18, 20, 22), files)
    return {"x": _standardised(arrays["x"]), "y": arrays["y"]}


def _standardised(x: np.ndarray) -> np.ndarray:
    spread = x.std(axis=0)
    result: np.ndarray = ((x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)).astype(np.float32)
    return result


ENTRIES = (
    Entry(
        name="pendigits",
        title="Pen digits",
        summary="Digits as the path of a pen: a table of 16 coordinates, no pictures.",
        kind="vector",
        n_samples=10_992,
        n_classes=10,
        feature_shape=(16,),
        licence=LICENCE,
        citation="Alpaydin, Alimoglu: Pen-based recognition of handwritten digits. UCI, 1998.",
        class_names=_DIGIT_NAMES,
        file="pendigits.npz",
        divisor=100.0,
        source=Source(
            "pendigits",
            (remote("pendigits.zip", ADDRESS + "81/pen+based+recognition+of+handwritten+digits.zip"),),
            partial(train_and_test, train="pendigits.tra", test="pendigits.tes", shape=(16,), joined=True),
            megabytes=1,
            otherwise=partial(from_openml, (32,)),
        ),
    ),
    Entry(
        name="letter",
        title="Letter recognition",
        summary="20,000 printed capital letters as a table of 16 measures.",
        kind="vector",
        n_samples=20_000,
        n_classes=26,
        feature_shape=(16,),
        licence=LICENCE,
        citation="Slate: Letter recognition. UCI, 1991.",
        class_names=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        file="letter.npz",
        divisor=15.0,
        source=Source(
            "letter",
            (remote("letter.zip", ADDRESS + "59/letter+recognition.zip"),),
            letter,
            megabytes=1,
            otherwise=partial(from_openml, (6,)),
        ),
    ),
    Entry(
        name="har",
        title="Smartphone activities",
        summary="10,299 moments of people walking, sitting or lying: 561 features of their phones.",
        kind="vector",
        n_samples=10_299,
        n_classes=6,
        feature_shape=(561,),
        licence=LICENCE,
        citation="Anguita et al.: A public domain dataset for human activity recognition using smartphones. ESANN, 2013.",
        class_names=("walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying"),
        file="har.npz",
        source=Source(
            "har",
            (remote("har.zip", ADDRESS + "240/human+activity+recognition+using+smartphones.zip"),),
            har,
            megabytes=61,
            otherwise=partial(from_openml, (1478,)),
        ),
    ),
    Entry(
        name="mfeat",
        title="Multiple features",
        summary="2,000 digits as six descriptions side by side, standardised: a table of 649 columns.",
        kind="vector",
        n_samples=2000,
        n_classes=10,
        feature_shape=(649,),
        licence=LICENCE,
        citation="Duin: Multiple features. UCI, 1998.",
        class_names=_DIGIT_NAMES,
        file="mfeat.npz",
        source=Source(
            "mfeat",
            (remote("mfeat.zip", ADDRESS + "72/multiple+features.zip"),),
            mfeat,
            megabytes=2,
            otherwise=mfeat_of_openml,
        ),
    ),
)
