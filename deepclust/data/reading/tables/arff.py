"""Tables in ARFF, the format of Weka and OpenML: a header that names the columns, then rows as in a csv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepclust.data.reading.tables.files import TableFile

if TYPE_CHECKING:
    from deepclust.data.reading.tables.files import Pieces

_ATTRIBUTE = re.compile(r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|(\S+))\s""", re.IGNORECASE)
MAX_HEADER = 16 * 2**20  # characters


class Arff(TableFile):
    """Dense ARFF files; values "?" are missing. ValueError for sparse ones and for a header without an end."""

    def __init__(self, path: Path, label: str) -> None:
        names: list[str] = []
        self.skip, seen = 0, 0
        with open(path, encoding="utf-8-sig", errors="replace") as stream:
            for line in stream:
                self.skip, seen = self.skip + 1, seen + len(line)
                named = _ATTRIBUTE.match(line.strip() + " ")
                if named:
                    names.append(next(g for g in named.groups() if g is not None))
                if line.strip().lower() == "@data":
                    break
                if seen > MAX_HEADER:
                    raise ValueError(
                        f"{label} has no end of its header. An ARFF file has a line @data before its rows."
                    )
            first = next((text for text in (row.strip() for row in stream) if text and text[0] != "%"), "")
        if not names or not first:
            raise ValueError(
                f"{label} holds no @attribute lines with rows after @data, so it is no ARFF table. Save it as .csv."
            )
        if first.startswith("{"):
            raise ValueError(
                f"{label} is a sparse ARFF file, which is not read. Save it as a .csv, or in the LIBSVM format."
            )
        super().__init__(path, label, names, None)

    def pieces(self, columns: Sequence[int], n: int, most: float = float("inf")) -> Pieces:
        import pandas as pd

        with pd.read_csv(
            self.path,
            skiprows=self.skip,
            header=None,
            names=range(len(self.names)),
            comment="%",
            na_values="?",
            quotechar="'",
            escapechar="\\",
            skipinitialspace=True,
            encoding_errors="replace",
            chunksize=n,
            low_memory=False,
        ) as blocks:
            start = 0
            for frame in blocks:
                yield start, frame[list(columns)]
                start += len(frame)
                if start >= most:
                    return

    def most_rows(self) -> int:
        with open(self.path, "rb") as stream:
            return 1 + sum(block.count(b"\n") for block in iter(lambda: stream.read(2**24), b""))
