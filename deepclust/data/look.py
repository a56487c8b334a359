"""Look before you train: what stands out in a data set, counted once and said in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.prepare import Suggestion, moments, suggest

FEW_SAMPLES = 50  # below this the maps and scores of the app say little
SHOWN_GROUPS = 20


@dataclass(frozen=True)
class Facts:
    """What can be seen of a data set without training.

    low, high: the range of all values. n_constant: features that are the same in every sample. n_copies: samples
    that are exact copies of an earlier one; copies: rows of the first such groups. class_sizes: None without labels.
    """

    low: float
    high: float
    n_features: int
    n_constant: int
    constant: tuple[int, ...]
    n_copies: int
    copies: tuple[tuple[int, ...], ...]
    class_sizes: tuple[int, ...] | None
    megabytes: float
    warnings: tuple[str, ...]
    suggestion: Suggestion


def facts_of(dataset: Dataset) -> Facts:
    """Count what stands out. Takes some tenths of a second for 70,000 pictures of 28 x 28."""
    flat = dataset.X.reshape(dataset.n_samples, -1)
    low, high = flat.min(axis=0), flat.max(axis=0)
    constant = np.flatnonzero(low == high)
    n_copies, copies = _copies(flat)
    sizes = None
    if dataset.y is not None:
        sizes = tuple(int(c) for c in np.bincount(dataset.y, minlength=dataset.n_classes or 0))
    return Facts(
        low=float(low.min()),
        high=float(high.max()),
        n_features=flat.shape[1],
        n_constant=len(constant),
        constant=tuple(int(i) for i in constant[:1000]),
        n_copies=n_copies,
        copies=copies,
        class_sizes=sizes,
        megabytes=dataset.X.nbytes / 1e6,
        warnings=tuple(_warnings(dataset, low, high, n_copies, sizes)),
        suggestion=suggest(dataset),
    )


def warnings_of(dataset: Dataset) -> list[str]:
    """Plain sentences on what may spoil the clustering of a data set that is otherwise usable."""
    return list(facts_of(dataset).warnings)


def row_hashes(flat: np.ndarray) -> np.ndarray:
    """A 64-bit number for each row of ``(n, d)``: the same for rows of the same bytes, and hardly ever for others."""
    rows = np.ascontiguousarray(flat).view(np.uint8).data.cast("B")
    width = len(rows) // len(flat)
    return np.fromiter((hash(bytes(rows[i : i + width])) for i in range(0, len(rows), width)), np.int64, len(flat))


def _copies(flat: np.ndarray) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """How many rows are exact copies of an earlier row, and the first groups of equal rows; hashes are checked."""
    hashes = row_hashes(flat)
    order = np.argsort(hashes, kind="stable")
    starts = np.flatnonzero(np.append(True, hashes[order][1:] != hashes[order][:-1]))
    lengths = np.diff(np.append(starts, len(order)))
    n_copies = 0
    groups = []
    for start, length in zip(starts[lengths > 1], lengths[lengths > 1], strict=True):
        rows = order[start : start + length]
        same = rows[(flat[rows] == flat[rows[0]]).all(axis=1)]
        n_copies += len(same) - 1
        if len(same) > 1:
            groups.append(tuple(int(r) for r in same[:100]))
    return n_copies, tuple(sorted(groups)[:SHOWN_GROUPS])


def _warnings(
    dataset: Dataset, low: np.ndarray, high: np.ndarray, n_copies: int, sizes: tuple[int, ...] | None
) -> list[str]:
    found = []
    n, d = dataset.n_samples, len(low)
    if n < FEW_SAMPLES:
        found.append(
            f"Only {_count(n, 'sample')}: networks need hundreds to learn from; take the result as a demonstration."
        )
    n_constant = int((low == high).sum())
    if n_constant == d:
        found.append("All samples are the same: there is nothing to cluster.")
    elif n_constant > (d // 2 if dataset.kind == "image" else 0):  # empty borders are usual
        noun = "pixel value" if dataset.kind == "image" else "feature"
        does = (
            "is the same in every sample and carries" if n_constant == 1 else "are the same in every sample and carry"
        )
        found.append(f"{n_constant:,} of {d:,} {noun}s {does} no information.")
    if n_copies and n_constant < d:
        are = "is an exact copy" if n_copies == 1 else "are exact copies"
        found.append(f"{_count(n_copies, 'sample')} {are} of another sample.")
    if dataset.kind == "image" and n_constant < d and high.max() < 0.1:
        found.append(f"The pictures are very dark: the brightest value is {high.max():.2g} of 1.")
    if dataset.kind == "vector":
        spread = moments(dataset.X)[1][low != high]
        if spread.size > 1 and spread.max() > 100 * spread.min():
            found.append(
                "The features are on very different scales: the widest varies "
                f"{spread.max() / spread.min():,.0f} times as much as the narrowest and will decide the clusters. "
                "Standardise the columns if that is not wanted."
            )
    if sizes is not None and n > 1:
        there = np.count_nonzero(sizes)
        if there == 1:
            found.append("All labels are the same, so ACC and NMI say nothing here.")
        elif there == n:
            found.append("Every sample has a label of its own, so ACC and NMI say nothing here.")
        elif there > n / 5 or there > 1000:
            found.append(
                f"There are {there:,} classes for {n:,} samples. Is the column of the labels really one of classes?"
            )
    return found


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
