"""Workbooks of Excel and OpenOffice, by their sheets. Formulas are not computed: what was shown on saving is read."""

from __future__ import annotations

import contextlib
import math
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepclust.data.reading.archives.zips import check_sizes
from deepclust.data.reading.source import shorten
from deepclust.data.reading.tables.files import TableFile
from deepclust.data.reading.tables.header import top_of

if TYPE_CHECKING:
    from deepclust.data.reading.tables.files import Pieces

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAX_BYTES = 2**30  # of the unpacked sheets: most workbooks are zips of XML
_LOOKED_AT = 400  # rows of a sheet by which it is judged


class Workbook(TableFile):
    """A sheet of a workbook: the named one, else the first that holds a table, else the first that holds anything."""

    may_choose_header = True

    def __init__(self, path: Path, label: str, header: bool | None = None, sheet: str | None = None) -> None:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                check_sizes(archive.infolist(), label, MAX_BYTES)
        with _calamine(path) as book:
            names = list(book.sheet_names)
            if sheet is not None and sheet not in names:
                raise ValueError(f"{label} has no sheet {sheet!r}. It has: {shorten(names, 20)}. Choose among these.")
            filled = {name: rows for name in names if (rows := _rows(book, name)) and sheet in (None, name)}
        if not filled:
            raise ValueError(f"{label} holds no sheet with values. Save one with a header and rows.")
        self.sheet = next((name for name, rows in filled.items() if _is_table(rows)), next(iter(filled)))
        rows = filled[self.sheet]
        top = top_of([[_text(cell) for cell in row] for row in rows[:_LOOKED_AT]], header=header)
        super().__init__(path, label, top.names, len(rows) - top.first)
        self._values = rows[top.first :]
        self.classes, self.has_header = top.classes, top.header
        self.sheets = (self.sheet, *(name for name in names if name != self.sheet))
        self.notes += top.notes
        if len(filled) > 1:
            others = [name for name in filled if name != self.sheet]
            self.notes.append(f"The sheet {self.sheet} was read; there are also {shorten(others)}.")
        if not top.header and header is None:
            self.notes.append("The first row holds values, so the columns got names of their own.")

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pandas as pd

        for start in range(0, min(len(self._values), math.ceil(min(most, len(self._values)))), n):
            rows = self._values[start : start + n]
            yield start, pd.DataFrame({i: [_value(row[i]) if i < len(row) else None for row in rows] for i in columns})

    def most_rows(self) -> int:
        return len(self._values)


@contextlib.contextmanager
def _calamine(path: Path) -> Iterator[Any]:
    """The workbook; what makes its reader panic (an error that no `except Exception` sees) becomes an ordinary error."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        try:
            yield book
        finally:
            book.close()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise RuntimeError(str(error)) from error
        raise


def _rows(book: Any, name: str) -> list[list[Any]]:
    """The rows of a sheet that hold anything, without empty columns at their ends."""
    rows = [row for row in book.get_sheet_by_name(name).to_python() if any(cell != "" for cell in row)]
    return rows


def _is_table(rows: list[list[Any]]) -> bool:
    """Whether some rows hold two numbers or more."""
    some = rows[:_LOOKED_AT]
    n_numbers = sum(sum(isinstance(cell, (int, float)) for cell in row) >= 1 and len(row) > 1 for row in some)
    return len(some) > 1 and n_numbers > len(some) / 2


def _text(cell: Any) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()


def _value(cell: Any) -> Any:
    return None if isinstance(cell, str) and not cell.strip() else cell
