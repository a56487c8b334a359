"""Dataset: samples, optional labels and what is known about them; checks that say what to do about bad input."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from deepclust.neighbors import LARGEST

Kind = Literal["image", "vector", "text"]
NO_LABEL = "(no label)"  # the name of the class of samples without a label, which count in no score


@dataclass(frozen=True, eq=False)
class OwnColumn:
    """A column of the table that samples came from, as its owner knows it: to look at, never to train with.

    values: float32 (n,), NaN where there is none; numbers, or, with ``words``, the place of each value among them.
    """

    name: str
    values: np.ndarray
    words: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples of one kind and, if known, their true classes.

    X: float32 ``(n, *feature_shape)``: pictures ``(n, h, w)`` or ``(n, h, w, 3)`` in [0, 1], else ``(n, d)``.
    y: int64 ``(n,)`` class of each sample, 0..n_classes-1; used for judging only, never for training.
    n_train: the first ``n_train`` rows are the official training split, if the field has one.
    notes: plain sentences on what was done on reading (left-out files, scaling).
    ids: what the samples are called where they come from (file names, an id column), UTF-8 bytes ``(n,)``.
    left_out: files or rows that could not be used, each with its reason.
    pictures: uint8 ``(n, h, w)`` or ``(n, h, w, 3)`` that the vectors X were made of, to be shown in their place.
    features: the title of the network that made X of them; empty where X is what was measured.
    columns: of the table that the samples came from, without its labels.
    feature_names: what the features of vectors and texts are called where they come from; empty where they have only numbers.

    Numbers of another type are converted. ValueError for anything that cannot be clustered: no sample, no
    feature, NaN or infinity, labels of another length.
    """

    name: str
    X: np.ndarray
    y: np.ndarray | None = None
    class_names: tuple[str, ...] | None = None
    kind: Kind = "vector"
    n_train: int | None = None
    title: str = ""
    notes: tuple[str, ...] = ()
    ids: np.ndarray | None = None
    left_out: tuple[str, ...] = ()
    pictures: np.ndarray | None = None
    features: str = ""
    columns: tuple[OwnColumn, ...] = ()
    feature_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        set_field = object.__setattr__  # the class is frozen for everybody else
        set_field(self, "title", self.title or self.name)
        set_field(self, "X", _checked_samples(self.X, self.kind, self.title))
        if self.class_names is not None:
            set_field(self, "class_names", tuple(str(c) for c in self.class_names))
        if self.y is not None:
            set_field(self, "y", _checked_labels(self.y, self.n_samples, self.class_names, self.title))
        if self.n_train is not None and not 0 < self.n_train <= self.n_samples:
            raise ValueError(
                f"{self.title}: n_train={self.n_train} is not a number of the {self.n_samples:,} samples. "
                f"Give a whole number from 1 to {self.n_samples}, or None where there is no official split."
            )
        if self.ids is not None and (self.ids.shape != (self.n_samples,) or self.ids.dtype.kind != "S"):
            raise ValueError(
                f"{self.title}: ids of the shape {self.ids.shape} and type {self.ids.dtype} do not name the "
                f"{self.n_samples:,} samples. Give one name per sample as UTF-8 bytes, or none at all."
            )
        if self.feature_names and (self.kind == "image" or len(self.feature_names) != self.X.shape[1]):
            raise ValueError(
                f"{self.title}: {len(self.feature_names):,} feature_names do not name features of the shape {self.feature_shape} of "
                f"kind {self.kind!r}. Give one name for every feature of vectors or texts, or none at all."
            )
        if self.pictures is not None and not (
            self.pictures.dtype == np.uint8
            and len(self.pictures) == self.n_samples
            and self.pictures.size
            and (self.pictures.ndim == 3 or (self.pictures.ndim == 4 and self.pictures.shape[3] in (1, 3)))
        ):
            raise ValueError(
                f"{self.title}: pictures of the shape {self.pictures.shape} and type {self.pictures.dtype} do not show the "
                f"{self.n_samples:,} samples. Give one for each as uint8, (n, height, width) or (n, height, width, 3)."
            )

    def name_of(self, row: int) -> str:
        """What a sample is called: its id, or its row number."""
        return f"row {row}" if self.ids is None else bytes(self.ids[row]).decode("utf-8", "replace")

    def feature_name(self, number: int) -> str:
        """What a feature is called, counted from 0 through a sample: its name, or its number."""
        return self.feature_names[number] if self.feature_names else f"feature {number}"

    def class_name(self, number: int) -> str:
        """What a true class is called: its name, or its number."""
        return str(number) if self.class_names is None else self.class_names[number]

    @property
    def n_samples(self) -> int:
        return int(self.X.shape[0])

    @property
    def feature_shape(self) -> tuple[int, ...]:
        return tuple(int(s) for s in self.X.shape[1:])

    @property
    def n_classes(self) -> int | None:
        """Number of true classes; None without labels."""
        if self.y is None:
            return None
        return len(self.class_names) if self.class_names is not None else int(self.y.max()) + 1

    @property
    def judged(self) -> np.ndarray | None:
        """y with -1 for samples that have no label: what scores are computed from; None without labels."""
        if self.y is None or self.class_names is None or NO_LABEL not in self.class_names:
            return self.y
        return np.where(self.y == self.class_names.index(NO_LABEL), -1, self.y)

    @property
    def pictured(self) -> bool:
        """Whether samples are shown as pictures: they are such, or were made of such."""
        return self.kind == "image" or self.pictures is not None

    @property
    def shown_shape(self) -> tuple[int, ...]:
        """The shape of one sample as `shown` gives it."""
        return self.feature_shape if self.pictures is None else self.pictures.shape[1:]

    def shown(self, rows: int | Sequence[int] | np.ndarray) -> np.ndarray:
        """Samples as people see them, float32: the pictures ``(m, h, w[, 3])`` in [0, 1] that there are, else the vectors."""
        if self.pictures is None:
            return self.X[rows]
        shown: np.ndarray = np.divide(self.pictures[rows], np.float32(255.0), dtype=np.float32)
        return shown

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that name the samples (not the labels): same bytes and shape, same fingerprint."""
        digest = hashlib.sha256(repr(self.X.shape).encode())
        digest.update(self.X.view(np.uint8).data.cast("B"))
        return digest.hexdigest()[:16]

    def describe(self) -> str:
        """One short sentence, labels left out: "1,797 pictures · 8 × 8 · grey"."""
        if self.kind == "image":
            height, width = self.feature_shape[:2]
            colour = "colour" if len(self.feature_shape) == 3 else "grey"
            return f"{_count(self.n_samples, 'picture')} · {height} × {width} · {colour}"
        if self.features:
            size = _count(self.feature_shape[0], "feature")
            return f"{_count(self.n_samples, 'picture')} · {size} by {self.features}"
        noun = "text" if self.kind == "text" else "point"
        return f"{_count(self.n_samples, noun)} · {_count(self.feature_shape[0], 'feature')}"


def check_size(X: np.ndarray, title: str) -> None:
    """ValueError where samples hold numbers whose squares do not fit into float32; NaN and infinity pass."""
    with np.errstate(invalid="ignore"):
        largest = max(float(X.max()), -float(X.min()))
    if LARGEST < largest < np.inf:
        raise ValueError(
            f"{title} holds numbers up to {largest:.3g}, and beyond {LARGEST:g} float32 cannot hold their squares, which "
            "distances are made of. Divide all numbers, or standardise every feature."
        )


def check_n_clusters(dataset: Dataset | int, n_clusters: int) -> None:
    """ValueError when a data set (or a number of samples) is too small for ``n_clusters`` clusters."""
    n_samples = dataset.n_samples if isinstance(dataset, Dataset) else int(dataset)
    if n_clusters < 1:
        raise ValueError(f"{n_clusters} clusters are not possible. Ask for a whole number from 1 to {n_samples}.")
    if n_clusters > n_samples:
        raise ValueError(
            f"{_count(n_samples, 'sample')} cannot form {n_clusters} clusters: every cluster needs at least one "
            f"sample. Ask for at most {n_samples} clusters, or add data."
        )


def _checked_samples(X: np.ndarray, kind: str, title: str) -> np.ndarray:
    X = np.asarray(X)
    if kind not in get_args(Kind):
        raise ValueError(f"{title}: kind={kind!r} is not known. Use one of {', '.join(map(repr, get_args(Kind)))}.")
    if X.dtype.kind not in "fiub":
        raise ValueError(f"{title}: the samples have the type {X.dtype}, not numbers. Convert them to float32 first.")
    if X.size == 0:
        raise ValueError(
            f"{title}: the samples have the shape {X.shape}, so there is nothing in them. "
            "At least one sample with one feature is needed."
        )
    if X.ndim < 2:
        raise ValueError(
            f"{title}: the samples have the shape {X.shape}, but one row per sample and one column per feature are "
            "needed. Reshape a single column with x.reshape(-1, 1)."
        )
    if kind == "image" and not (X.ndim == 3 or (X.ndim == 4 and X.shape[3] in (1, 3))):
        raise ValueError(
            f"{title}: pictures of the shape {X.shape} are not known. Use (n, height, width) for grey or "
            "(n, height, width, 3) for colour."
        )
    if kind != "image" and X.ndim != 2:
        raise ValueError(
            f"{title}: samples of kind {kind!r} have the shape {X.shape}, but (n, features) is needed. "
            "Flatten them, or set kind='image' for pictures."
        )
    check_size(X, title)
    X = np.ascontiguousarray(X, dtype=np.float32)
    finite_rows = np.isfinite(X).reshape(len(X), -1).all(axis=1)
    if not finite_rows.all():
        n_bad = int(X.size - np.isfinite(X).sum())
        raise ValueError(
            f"{title}: {_count(n_bad, 'value')} of {X.size:,} {'is' if n_bad == 1 else 'are'} NaN or infinite (the "
            f"first in row {int(finite_rows.argmin())}, counted from 0). Only finite numbers can be clustered: remove "
            f"the {_count(int((~finite_rows).sum()), 'row')} concerned or fill the gaps, then load again."
        )
    return X


def _checked_labels(y: np.ndarray, n_samples: int, class_names: tuple[str, ...] | None, title: str) -> np.ndarray:
    y = np.asarray(y)
    if y.ndim != 1 or len(y) != n_samples:
        raise ValueError(
            f"{title}: there are {n_samples:,} samples but labels of the shape {y.shape}, that is {len(y) if y.ndim else 1:,}. "
            f"Exactly one label per sample is needed, shape ({n_samples},): correct the labels or leave them out."
        )
    if y.dtype.kind not in "iub" or int(y.min()) < 0:
        raise ValueError(
            f"{title}: labels must be whole numbers from 0 on, not {y.dtype} with the smallest value {y.min()!r}. "
            "Number the classes 0, 1, 2, ... and put their names into class_names."
        )
    y = np.ascontiguousarray(y, dtype=np.int64)
    if class_names is not None and int(y.max()) >= len(class_names):
        raise ValueError(
            f"{title}: a label is {int(y.max())}, but there are only {len(class_names)} class names. "
            "Give one name per class, or none at all."
        )
    return y


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
