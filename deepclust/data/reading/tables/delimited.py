"""Tables in text form: csv, tsv and their kin, in any dialect, packed or not."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.data.reading.archives.packed import open_packed
from deepclust.data.reading.tables.csv_dialect import BLANKS, SNIFF, dialect_of
from deepclust.data.reading.tables.files import TableFile

if TYPE_CHECKING:
    from deepclust.data.reading.tables.files import Pieces

_STRAY_LINES = 200  # lines with an odd number of quotes that are looked at


class Delimited(TableFile):
    """A table of lines. header: whether the first row names the columns; None judges it."""

    may_choose_header = True

    def __init__(self, path: Path, label: str, header: bool | None = None) -> None:
        name = path.name.lower()
        with open_packed(path, label) as stream:
            start = stream.read(SNIFF)
        self.dialect = dialect = dialect_of(start, ".tsv" if ".tsv" in name else path.suffix.lower(), label, header)
        super().__init__(path, label, dialect.names, None)
        self.decimal, self.classes, self.has_header = dialect.decimal, dialect.classes, dialect.header
        self.notes += dialect.notes
        if not dialect.header and header is None and not dialect.classes:
            self.notes.append("The first line holds values, so the columns got names of their own.")
        self.n_lines, self.quoting = self._scan()
        if self.quoting == csv.QUOTE_NONE:
            self.notes.append("Quotes stand alone in some fields, so none of them was taken for the bounds of a text.")

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pandas as pd

        # without usecols: with it, pandas passes over lines that have too many fields
        dialect = self.dialect
        with (
            open_packed(self.path, self.label) as stream,
            pd.read_csv(
                stream,
                sep=dialect.separator,
                decimal=dialect.decimal,
                encoding=dialect.encoding,
                encoding_errors="replace",
                header=None,
                skiprows=dialect.skip,
                names=range(len(self.names)),
                na_values="?",
                skipinitialspace=True,
                quoting=self.quoting,
                chunksize=n,
                low_memory=False,
                on_bad_lines="error",
            ) as blocks,
        ):
            start = 0
            for frame in blocks:
                if not isinstance(frame.index, pd.RangeIndex):  # pandas takes what a line has too much for row names
                    raise ValueError(
                        f"{self.label}: line {dialect.skip + 1:,} has more fields than the {len(self.names)} columns. Correct that "
                        "line; a separator inside a text needs quotes around the text."
                    )
                yield start, frame[list(columns)]
                start += len(frame)
                if start >= most:
                    return

    def most_rows(self) -> int:
        return self.n_lines

    def _scan(self) -> tuple[int, Any]:
        """A number of rows that the file does not exceed, and whether quotes bound texts.

        A text between quotes may go over several lines; then lines have an odd number of quotes. Where every such line
        has all its fields, the quotes stand for inches, or were left over: none of them is taken for a bound.
        """
        n_lines, odd = 1, list[bytes]()
        with open_packed(self.path, self.label) as stream:
            rest = b""
            while block := stream.read(2**24):
                n_lines += block.count(b"\n") or block.count(b"\r")
                if len(odd) < _STRAY_LINES:
                    whole, _, rest = (rest + block).rpartition(b"\n")
                    odd += _odd_lines(whole)[: _STRAY_LINES - len(odd)]
            odd += _odd_lines(rest)
        encoding, separator = self.dialect.encoding.removesuffix("-sig"), self.dialect.separator
        widths = [
            len(line.split(None if separator == BLANKS else separator))
            for line in (bytes_.decode(encoding, "replace") for bytes_ in odd)
        ]
        stray = bool(widths) and all(width == len(self.names) for width in widths) and len(self.names) > 1
        return n_lines, csv.QUOTE_NONE if stray else csv.QUOTE_MINIMAL


def _odd_lines(content: bytes) -> list[bytes]:
    """The lines with an odd number of quotes."""
    if b'"' not in content:
        return []
    values = np.frombuffer(content, np.uint8)
    ends = np.append(np.flatnonzero(values == ord("\n")), len(values))
    in_line = np.searchsorted(ends, np.flatnonzero(values == ord('"')))
    odd = np.flatnonzero(np.bincount(in_line, minlength=len(ends)) % 2)[:_STRAY_LINES]
    return [content[(ends[i - 1] + 1 if i else 0) : ends[i]] for i in odd.tolist()]
