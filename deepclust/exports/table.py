"""The clusters as a table: a row for each sample, safe to be opened by a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from deepclust.exports.view import View

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a program
CHUNK = 10_000  # rows


def defused(text: str) -> str:
    """A text that no spreadsheet will run: one that begins like a formula gets a ' in front."""
    return f"'{text}" if text.startswith(FORMULA) else text


def columns(view: View) -> list[str]:
    """What the columns of the table are called; the class is among them only where it may be told, and the names of saved
    selections only where there are any."""
    named = view.data is not None and view.data.ids is not None
    truth = ["class"] if view.classes is not None else []
    saved = ["selections"] if view.selections else []
    return ["row", *(["name"] if named else []), "cluster", "cluster_name", "confidence", *truth, *saved]


def rows(view: View) -> Iterator[list[str]]:
    """The cells of the table, sample by sample; rows count from 0."""
    ids = view.data.ids if view.data is not None else None
    y = view.classes
    cluster_names = {c: defused(view.name(c)) for c in view.clusters}
    class_names = {} if y is None else {c: defused(view.class_name(c)) for c in range(int(y.max()) + 1)}
    saved: dict[int, list[str]] = {}
    for name, samples in view.selections.items():
        for sample in samples.tolist():
            saved.setdefault(sample, []).append(name)
    for row, cluster in enumerate(view.labels.tolist()):
        cells = [str(row)]
        if ids is not None:
            cells.append(defused(bytes(ids[row]).decode("utf-8", "replace")))
        cells += [str(cluster), cluster_names[cluster], f"{view.best.confidence[row]:.4f}"]
        if y is not None:
            cells.append(class_names[int(y[row])])
        if view.selections:
            cells.append(defused("; ".join(saved.get(row, []))))
        yield cells


def write_table(view: View, target: IO[bytes]) -> None:
    """Write the table as CSV (UTF-8), some thousand rows at a time."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(view))
    for number, cells in enumerate(rows(view), start=1):
        writer.writerow(cells)
        if number % CHUNK == 0:
            target.write(text.getvalue().encode("utf-8", "replace"))
            text.seek(0)
            text.truncate()
    target.write(text.getvalue().encode("utf-8", "replace"))
