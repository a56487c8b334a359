"""What every file of a table can do: give the first rows of all columns, and blocks of rows of some."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import shorten

if TYPE_CHECKING:
    import pandas as pd

    Pieces = Iterator[tuple[int, pd.DataFrame]]

BLOCK_ROWS = 50_000
MAX_COLUMNS = 20_000


class TableFile:
    """A table on disk. n_rows: None where only reading tells. notes: what was noticed on opening.

    decimal: how fractions are written in cells of text. classes: names of the classes 0, 1, ... of the last column;
    class_names: of the numbers in other columns.
    sheets: of a workbook, this one first. has_header: whether the names of the columns stand in it. may_choose_header:
    whether it can be opened with the other opinion. nameless: the columns to which the header gives no name.
    """

    decimal = "."
    has_header = True
    may_choose_header = False
    classes: tuple[str, ...] = ()
    class_names: Mapping[str, Sequence[str]] = {}
    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, label: str, names: Sequence[str], n_rows: int | None) -> None:
        if len(names) > MAX_COLUMNS:
            raise ValueError(
                f"{label} has {len(names):,} columns; at most {MAX_COLUMNS:,} are allowed. Save it as an .npz of one array "
                "instead, or with fewer columns."
            )
        self.path, self.label, self.n_rows = path, label, n_rows
        self.names, self.notes = unique_names(names)
        self.nameless = {name for name, given in zip(self.names, names, strict=True) if not str(given).strip()}

    def called(self, column: str | None) -> Sequence[str]:
        """What the numbers 0, 1, ... of a column mean, where the table says so."""
        if self.classes and column == self.names[-1]:
            return self.classes
        return self.class_names.get(column or "", ())

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        """The columns with these numbers, piece by piece, each with the number of its first row.

        A piece holds up to n rows of all or some of the columns, named by their numbers; the pieces of a column come in
        the order of the rows, and none begins after row ``most``.
        """
        raise NotImplementedError

    def most_rows(self) -> int:
        """A number of rows that the file does not exceed."""
        raise NotImplementedError

    def head(self, n: int) -> pd.DataFrame:
        """The first n rows of all columns."""
        import pandas as pd

        found: dict[int, list[pd.Series]] = {i: [] for i in range(len(self.names))}
        with table_in_words(self.label):
            for _, piece in self.pieces(range(len(self.names)), n, n):
                for i in piece.columns:
                    found[i].append(piece[i])
            columns = {self.names[i]: pd.concat(f, ignore_index=True) for i, f in found.items() if f}
        return pd.DataFrame(columns).head(n) if columns else pd.DataFrame(columns=self.names)

    def blocks(self, names: Sequence[str]) -> Iterator[tuple[int, pd.DataFrame]]:
        """All rows of these columns, piece by piece: see `pieces`, with the names of the columns."""
        places = [self.names.index(n) for n in dict.fromkeys(names)]
        with table_in_words(self.label):
            for start, piece in self.pieces(places, BLOCK_ROWS):
                yield start, piece.set_axis([self.names[i] for i in piece.columns], axis=1)


def unique_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Column names without doubles and gaps, and a sentence if any had to be changed."""
    found: dict[str, None] = {}
    changed = []
    for i, given in enumerate(names):
        plain = " ".join(str(given).split())[:80] or f"column {i + 1}"
        name, number = plain, 2
        while name in found:
            name, number = f"{plain} ({number})", number + 1
        if name != plain:
            changed.append(name)
        found[name] = None
    notes = [f"Columns of the same name got a number: {shorten(changed)}."] if changed else []
    return list(found), notes


@contextlib.contextmanager
def table_in_words(label: str) -> Iterator[None]:
    """Errors of the packages that read tables as a sentence; that of a ragged csv names the line."""
    with in_words(label, " as a table", "Save it again as .csv or .parquet"):
        try:
            yield
        except ValueError as error:
            fields = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
            if not fields:
                raise
            raise ValueError(
                f"{label}: line {int(fields[2]):,} has {fields[3]} fields where {fields[1]} are expected. Correct that "
                "line; a separator inside a text needs quotes around the text."
            ) from error
