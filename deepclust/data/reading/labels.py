"""Labels of any writing to numbers and names of classes, and how columns and arrays of labels are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from deepclust.data.dataset import NO_LABEL
from deepclust.data.reading.source import shorten
from deepclust.data.reading.tables.cells import number

# By the last word of a name, the surest first
LABEL_WORDS = (
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "y",
    "species",
    "variety",
    "category",
    "diagnosis",
    "cluster",
    "emotion",
    "breed",
    "group",
    "type",
    "outcome",
    "digit",
    "truth",
    "gt",
    "answer",
    "annotation",
    "subtype",
    "survived",
    "churn",
    "exited",
    "attrition",
    "fraud",
)


def classes_of(
    labels: np.ndarray, keep: np.ndarray | None, notes: list[str], names: Sequence[str] = ()
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Texts to int64 0..k-1 and the names of the classes, numbers in their own order.

    A gap, and -1 beside two numbers or more from 0 on, is no label: it becomes the class NO_LABEL, the first one, which does not count.
    names: what the numbers 0, 1, ... are called.
    """
    labels = np.char.strip(labels if keep is None else labels[keep])
    values, y = np.unique(labels, return_inverse=True)
    plain = [_plain_number(str(value)) for value in values]
    numbers = [number(text) for text in plain]
    present = [n for n in numbers if n is not None]
    numeric = len(present) == sum(text != "" for text in plain)
    unlabelled = numeric and len(present) > 2 and min(present) == -1
    none = [text == "" or (unlabelled and n == -1) for text, n in zip(plain, numbers, strict=True)]
    keys = [
        (not gap, n if numeric and n is not None else 0.0, text)
        for gap, n, text in zip(none, numbers, plain, strict=True)
    ]
    order = sorted(range(len(values)), key=keys.__getitem__)
    classes: list[str] = []
    rank = np.empty(len(values), np.int64)
    for i in order:
        called = (
            NO_LABEL
            if none[i]
            else names[int(plain[i])]
            if plain[i].isdigit() and int(plain[i]) < len(names)
            else plain[i]
        )
        if not classes or classes[-1] != called:
            classes.append(called)
        rank[i] = len(classes) - 1
    if any(none):
        n = int(np.asarray(none)[y].sum())
        rows = "One row has no label: it does" if n == 1 else f"{n:,} rows have no label: they do"
        notes.append(f"{rows} not count in the scores.")
    folded = {name.casefold() for name in classes}
    if len(folded) < len(classes):
        pairs = sorted((n for n in classes if sum(n.casefold() == m.casefold() for m in classes) > 1), key=str.casefold)
        notes.append(
            f"Some labels differ only in upper and lower case and count as different classes: {shorten(pairs)}."
        )
    return rank[y], tuple(classes)


def _plain_number(text: str) -> str:
    return text.removesuffix(".0")


def words_of(name: str) -> list[str]:
    """The words of a column's name in lower case: "CustomerID" and "customer_id" are both customer, id."""
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+", name)]


def label_rank(name: str) -> int:
    """How surely a column of this name holds labels: 0 for the surest."""
    words = [w for w in words_of(name) if w in LABEL_WORDS]
    return min((LABEL_WORDS.index(w) for w in words), default=len(LABEL_WORDS))
