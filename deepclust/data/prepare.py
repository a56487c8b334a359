"""What can be done to samples before training: scale, standardise, PCA, tf-idf, a subset, one part; and what suggests itself, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset

#: What each way is called, and the kinds of data that it makes sense for.
HOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "none": ("Leave as it is", ("image", "vector", "text")),
    "scale": ("Scale all to 0 … 1 by one factor", ("vector",)),
    "standardise": ("Standardise every column", ("vector", "text")),
    "pca": ("PCA", ("image", "vector", "text")),
    "tfidf": ("Counts to tf-idf", ("vector",)),
}
PARTS = ("train", "test")  # of an official split
MOST_FOR_PCA = 8192  # features: the covariance matrix has their square
ROWS = 8192  # at a time where float64 is needed


@dataclass(frozen=True)
class Suggestion:
    """A way to prepare (a key of HOWS) and the reason, as a sentence."""

    how: str
    reason: str


def suggest(dataset: Dataset) -> Suggestion:
    """What usually helps with data of this kind, by the samples alone."""
    if dataset.kind == "image":
        return Suggestion("none", "Pictures are learned best as they are: brightness from 0 to 1.")
    if dataset.kind == "text":
        return Suggestion(
            "none", "Texts are tf-idf already: rare words count more, long texts no more than short ones."
        )
    X = dataset.X
    low, high = float(X.min()), float(X.max())
    n_zeros = X.size - np.count_nonzero(X)
    sample = X[:ROWS]
    if low >= 0 and X.shape[1] >= 50 and n_zeros > 0.7 * X.size and np.array_equal(sample, np.rint(sample)):
        return Suggestion(
            "tfidf", f"All values are whole numbers and {n_zeros / X.size:.0%} are 0, as counts of words are."
        )
    spread = moments(X)[1]
    spread = spread[spread > 0]
    ratio = float(spread.max() / spread.min()) if spread.size else 1.0
    if ratio > 10:
        return Suggestion(
            "standardise",
            f"The widest column varies {ratio:,.0f} times as much as the narrowest and would decide the clusters alone.",
        )
    if max(abs(low), abs(high)) > 10:
        return Suggestion(
            "scale", f"All columns vary alike, but reach from {low:g} to {high:g}: networks learn small numbers faster."
        )
    return Suggestion("none", f"All columns vary alike, between {low:.3g} and {high:.3g}.")


def prepare(dataset: Dataset, how: str, n_components: int = 50) -> Dataset:
    """The data set with its samples prepared. how: a key of HOWS; n_components: dimensions that PCA keeps.

    ValueError for a way that is unknown or not for this kind of data.
    """
    if how not in HOWS:
        raise ValueError(f"how={how!r} is not known. Use one of {', '.join(HOWS)}.")
    if dataset.kind not in HOWS[how][1]:
        kinds = ", ".join(h for h, (_, kinds) in HOWS.items() if dataset.kind in kinds)
        raise ValueError(f"{how!r} is not for data of the kind {dataset.kind!r}. Use one of {kinds}.")
    if how == "none":
        return dataset
    flat = dataset.X.reshape(dataset.n_samples, -1)
    if how == "pca":
        X, share = pca(flat, n_components)
        note = f"Reduced by PCA to {X.shape[1]} dimensions, which hold {share:.1%} of the variance."
        return replace(dataset, X=X, kind="vector", notes=(*dataset.notes, note), feature_names=())
    X = {"scale": scale, "standardise": standardise, "tfidf": tfidf}[how](flat)
    note = {
        "scale": "All values were scaled to 0 … 1 by one factor.",
        "standardise": "Every column was standardised: mean 0, standard deviation 1.",
        "tfidf": "Counts were turned into tf-idf with rows of unit length.",
    }[how]
    return replace(dataset, X=X, notes=(*dataset.notes, note))


def scale(X: np.ndarray) -> np.ndarray:
    """``(n, d)`` to [0, 1] by the smallest and largest of all values, so that columns keep their proportions."""
    low, high = float(X.min()), float(X.max())
    if high == low:
        return np.zeros_like(X, np.float32)
    scaled: np.ndarray = np.subtract(X, np.float32(low), dtype=np.float32)
    scaled /= np.float32(high - low)
    return np.clip(scaled, 0.0, 1.0, out=scaled)


def standardise(X: np.ndarray) -> np.ndarray:
    """``(n, d)`` with the mean 0 and the standard deviation 1 in every column; constant columns become 0."""
    mean, spread = moments(X)
    known: np.ndarray = np.subtract(X, mean.astype(np.float32), dtype=np.float32)
    known *= np.where(spread > 0, 1.0 / np.where(spread > 0, spread, 1.0), 0.0).astype(np.float32)
    return known


def moments(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of every column in float64; a constant column has exactly 0. Works in blocks of rows."""
    first = X[0].astype(np.float64)  # sums around the first row: no digits are lost far from 0
    total, squares = np.zeros(X.shape[1]), np.zeros(X.shape[1])
    for start in range(0, len(X), ROWS):
        block = X[start : start + ROWS] - first
        total += block.sum(axis=0)
        squares += np.einsum("ij,ij->j", block, block)
    mean = total / len(X)
    return first + mean, np.sqrt(np.maximum(squares / len(X) - mean**2, 0.0))


def tfidf(X: np.ndarray) -> np.ndarray:
    """Counts ``(n, d)`` to (1 + ln count) (ln((1 + n) / (1 + rows with it)) + 1), rows of unit length. ValueError below 0."""
    if X.min() < 0:
        raise ValueError(
            f"tf-idf needs counts from 0 on, but the smallest value is {X.min():g}. Leave the data as they are."
        )
    rows_with = np.count_nonzero(X, axis=0)
    rarity = (np.log((1 + len(X)) / (1 + rows_with)) + 1).astype(np.float32)
    weights = np.zeros_like(X, np.float32)
    np.log(X, out=weights, where=X > 0, dtype=np.float32)
    weights += X > 0
    weights *= rarity
    length = np.sqrt(np.einsum("ij,ij->i", weights, weights))[:, None]
    weights /= np.where(length > 0, length, 1)
    return weights


def pca(X: np.ndarray, n_components: int) -> tuple[np.ndarray, float]:
    """``(n, d)`` to its ``n_components`` directions of largest variance ``(n, k)``, and their share of the variance.

    k is n_components or what there is; signs are chosen so that the largest weight of a direction is positive.
    ValueError for less than one component or too many features.
    """
    n, d = X.shape
    if n_components < 1 or d > MOST_FOR_PCA:
        raise ValueError(
            f"PCA from {d:,} features to {n_components} dimensions is not possible here. Ask for at least 1 dimension, and "
            f"have at most {MOST_FOR_PCA:,} features (smaller pictures, fewer columns)."
        )
    mean = X.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((d, d))
    for start in range(0, n, ROWS):
        block = X[start : start + ROWS] - mean
        covariance += block.T @ block
    values, vectors = np.linalg.eigh(covariance)
    k = min(n_components, d, max(1, n - 1))
    vectors = vectors[:, ::-1][:, :k]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(k)])
    reduced = np.empty((n, k), np.float32)
    for start in range(0, n, ROWS):
        reduced[start : start + ROWS] = (X[start : start + ROWS] - mean) @ vectors
    total = float(values.sum())
    return reduced, float(values[::-1][:k].sum()) / total if total > 0 else 1.0


def subset(dataset: Dataset, n: int, seed: int = 0, stratified: bool = False) -> Dataset:
    """n samples drawn at random without replacement, in their old order.

    stratified: every class keeps its share (up to rounding); this looks at the labels to choose samples, and says so.
    ValueError for an n that is not possible, or stratified without labels.
    """
    if not 1 <= n <= dataset.n_samples:
        raise ValueError(
            f"A subset of {n:,} of {dataset.n_samples:,} samples is not possible. Ask for 1 to {dataset.n_samples:,}."
        )
    if stratified and dataset.y is None:
        raise ValueError(f"{dataset.title} has no labels, so a subset cannot keep their shares. Draw it at random.")
    if n == dataset.n_samples:
        return dataset
    dice = np.random.default_rng(seed)
    if stratified and dataset.y is not None:
        rows = _stratified(dataset.y, n, dice)
        how = "with the share of every class kept (the labels were looked at to draw them)"
    else:
        rows, how = np.sort(dice.permutation(dataset.n_samples)[:n]), "at random"
    n_train = None if dataset.n_train is None else int((rows < dataset.n_train).sum())
    note = f"{n:,} of {dataset.n_samples:,} samples, drawn {how} with seed {seed}."
    return _at(
        dataset, rows, n_train=n_train or None, title=f"{dataset.title}, {n:,} samples", notes=(*dataset.notes, note)
    )


def has_parts(dataset: Dataset) -> bool:
    """Whether there is an official split, with samples on both sides."""
    return dataset.n_train not in (None, dataset.n_samples)


def take_part(dataset: Dataset, part: str) -> Dataset:
    """The train part or the test part of an official split, a member of PARTS. ValueError where there is none."""
    if part not in PARTS:
        raise ValueError(f"part={part!r} is not known. Use one of {', '.join(PARTS)}.")
    if not has_parts(dataset):
        raise ValueError(
            f"{dataset.title} has no official train and test part. Train on all of it, or bring a file that holds x_train and "
            "x_test."
        )
    rows = slice(None, dataset.n_train) if part == "train" else slice(dataset.n_train, None)
    taken = len(range(dataset.n_samples)[rows])
    return _at(
        dataset,
        rows,
        n_train=None,
        title=f"{dataset.title}, {part} part",
        notes=(*dataset.notes, f"The {part} part: {taken:,} of {dataset.n_samples:,} samples."),
    )


def _at(dataset: Dataset, rows: np.ndarray | slice, **changes: Any) -> Dataset:
    """The data set with those of its samples alone, whatever is kept of each; ``changes`` are those of `replace`."""
    return replace(
        dataset,
        X=dataset.X[rows],
        y=None if dataset.y is None else dataset.y[rows],
        ids=None if dataset.ids is None else dataset.ids[rows],
        pictures=None if dataset.pictures is None else dataset.pictures[rows],
        columns=tuple(replace(column, values=column.values[rows]) for column in dataset.columns),
        **changes,
    )


def _stratified(y: np.ndarray, n: int, dice: np.random.Generator) -> np.ndarray:
    """Row numbers, sorted: of each class its share of n, the largest remainders rounded up."""
    classes, counts = np.unique(y, return_counts=True)
    exact = n * counts / len(y)
    take = np.floor(exact).astype(np.int64)
    order = np.argsort(take - exact, kind="stable")  # largest remainder first
    take[order[: n - int(take.sum())]] += 1
    drawn = [dice.permutation(np.flatnonzero(y == c))[:k] for c, k in zip(classes, take, strict=True)]
    return np.sort(np.concatenate(drawn))


def apply(dataset: Dataset, asked: Mapping[str, Any]) -> Dataset:
    """Subset, preparation and part as a reference asks for them, in this order: both parts are prepared alike.

    asked: may hold ``"subset": {"n", "seed", "stratified"}``, ``"prepare": {"how", "n_components"}`` and ``"part": "train"``
    or ``"test"``. ValueError for other keys and values.
    """
    for key, allowed, work in (
        ("subset", {"n", "seed", "stratified"}, subset),
        ("prepare", {"how", "n_components"}, prepare),
    ):
        options = asked.get(key)
        if not options:
            continue
        unknown = sorted(set(options) - allowed)
        if unknown:
            raise ValueError(
                f"{key} has no option {', '.join(map(repr, unknown))}. It has: {', '.join(sorted(allowed))}."
            )
        try:
            dataset = work(dataset, **options)
        except TypeError as error:
            raise ValueError(f"{key}={dict(options)!r} is not complete ({error}).") from error
    return take_part(dataset, asked["part"]) if "part" in asked else dataset
