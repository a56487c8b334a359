"""Decoded pictures on their way into one array, and what is said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepclust.data.reading.pictures.decoding import Decoded, Size, reason_of
from deepclust.data.reading.pictures.scale import on_one_scale
from deepclust.data.reading.source import shorten


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures: X float32 ``(n, h, w[, 3])`` in [0, 1] of those that are ``kept``, and why others are not.

    members: the file that each comes from. sizes: those that they had. remarks: what was done to them, as sentences.
    """

    X: np.ndarray
    kept: list[str]
    members: list[str]
    sizes: Counter[Size]
    broken: dict[str, str]
    remarks: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[str]:
        return reasons_of(self.broken)

    def notes(self, strangers: Mapping[str, str]) -> list[str]:
        return [*_notes(strangers, self.broken, self.sizes, (self.X.shape[1], self.X.shape[2])), *self.remarks]


class Stack:
    """Pictures on their way in: those of 8 bits as bytes in one array, deeper ones by their numbers until all are there."""

    def __init__(self, places: Sequence[tuple[str, int]], size: Size) -> None:
        self.places = {place: i for i, place in enumerate(places)}
        self.several = Counter(name for name, _ in places)
        self.bytes = np.empty((len(places), *size, 3), dtype=np.uint8)
        self.deep: dict[int, np.ndarray] = {}
        self.is_grey = True
        self.done: set[int] = set()
        self.sizes: Counter[Size] = Counter()
        self.broken = {self._called(*place): "cut short" for place in places}
        self.n_gaps = self.n_with_pages = 0

    def put(self, name: str, page: int, decoded: Decoded | Exception) -> None:
        """Add a picture, or the error that stands in its place."""
        if isinstance(decoded, Exception):
            self.broken[self._called(name, page)] = reason_of(decoded)
            return
        row, pixels = self.places[name, page], decoded.pixels
        self.sizes[decoded.had] += 1
        self.n_gaps += decoded.n_gaps
        self.n_with_pages += decoded.n_pages > 1
        if pixels.dtype != np.uint8:
            self.deep[row] = pixels
        else:
            pixels = pixels[..., None] if pixels.ndim == 2 else pixels
            if self.is_grey and pixels.shape[2] == 3:
                self.is_grey = bool((pixels == pixels[..., :1]).all())
            self.bytes[row] = pixels
        self.done.add(row)
        del self.broken[self._called(name, page)]

    def pictures(self, broken: dict[str, str], every_page: bool) -> Pictures:
        """All that could be read, float32 in [0, 1]."""
        rows = sorted(self.done)
        if len(rows) < len(self.places):
            self.bytes = self.bytes[rows]
        if self.is_grey:  # the colours are given up before there are four bytes for one
            self.bytes = np.ascontiguousarray(self.bytes[..., 0])
        X: np.ndarray = np.divide(self.bytes, np.float32(255.0), dtype=np.float32)
        remarks = []
        if self.deep:
            sentence = on_one_scale(self.deep)
            remarks += [sentence] if sentence else []
            for i, row in enumerate(rows):
                if row in self.deep:
                    X[i] = self.deep[row] if self.is_grey else self.deep[row][..., None]
        if self.n_gaps:
            remarks.append(
                f"{self.n_gaps:,} pixels are no numbers (NaN, or no data) and were made as dark as the darkest."
            )
        if self.n_with_pages and not every_page:
            files = "One file has" if self.n_with_pages == 1 else f"{self.n_with_pages:,} files have"
            remarks.append(
                f"{files} several pages, of which the first was read. Choose all pages to make each a picture."
            )
        places = list(self.places)
        kept = [self._called(*places[row]) for row in rows]
        return Pictures(X, kept, [places[row][0] for row in rows], self.sizes, broken, tuple(remarks))

    def _called(self, name: str, page: int) -> str:
        return f"{name} (page {page + 1})" if self.several[name] > 1 else name


def _notes(strangers: Mapping[str, str], broken: dict[str, str], sizes: Counter[Size], size: Size | None) -> list[str]:
    found = []
    masks = [n for n, why in strangers.items() if why.startswith("a mask")]
    if masks:
        found.append(f"Left out, masks of other pictures: {shorten(masks)}.")
    if others := [n for n in strangers if n not in masks]:
        found.append(f"Left out, not a picture: {shorten(others)}.")
    if broken:
        found.append(f"Left out, could not be read: {shorten(reasons_of(broken))}.")
    n_resized = sum(count for s, count in sizes.items() if s != size)
    if n_resized and size is not None:
        found.append(
            f"{n_resized:,} pictures were resized to {size[0]} × {size[1]} (scaled to fill, edges cut evenly)."
        )
    return found


def reasons_of(broken: dict[str, str]) -> list[str]:
    return [f"{name} ({reason})" for name, reason in broken.items()]
