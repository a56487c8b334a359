"""Where a table begins and what its columns are called, judged by its first rows of cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from deepclust.data.reading.tables.cells import number

Rows = Sequence[Sequence[str]]
_MISSING = ("", "?", "na", "n/a", "nan", "null", "none", "-")
_LOOKED_AT = 50  # rows below the first one


@dataclass(frozen=True)
class Top:
    """above: rows before the table (a title, notes). header: whether its first row names the columns.

    names: of the columns, "column 1", ... without a header. classes: names of the classes 0, 1, ... of the last column,
    where the first row gives them. units: the line below the header, where it only says in what the columns are measured.
    """

    above: int
    header: bool
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    units: str = ""

    @property
    def first(self) -> int:
        """The number of the first row of values."""
        return self.above + (self.header or bool(self.classes)) + bool(self.units)

    @property
    def notes(self) -> list[str]:
        notes = []
        if self.above:
            notes.append(f"Rows above the table were passed over: {self.above}.")
        if self.classes:
            notes.append("The first line counts rows and columns and names the classes of the last column.")
        if self.units:
            notes.append(f"The line below the header holds no values and was passed over: {self.units}.")
        return notes


def top_of(rows: Rows, decimal: str = ".", header: bool | None = None) -> Top:
    """The top of a table of cells, all of them texts. header: None judges whether there is one."""
    width = usual_width(rows)
    above = _titles(rows, width)
    first, below = list(rows[above]), rows[above + 1 :]
    numbered = tuple(f"column {i + 1}" for i in range(width))
    classes = _counts(first, below) if header is None else ()
    if classes:
        return Top(above, False, numbered, classes)
    if not (_is_header(first, below, decimal) if header is None else header):
        return Top(above, False, numbered)
    if below and len(first) == width - 1 and not _empty_at_end(below, width):
        first = ["", *first]  # as R writes tables: the names of the rows have no name
    return Top(above, True, (*first, *[""] * (width - len(first))), units=_units(below, decimal))


def usual_width(rows: Rows) -> int:
    """The number of fields that most rows have; the larger one of two that are as frequent."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width))


def _titles(rows: Rows, width: int) -> int:
    """How many rows at the top are no part of the table: a title, notes, or nothing where others have values."""
    if width < 2:
        return 0
    above = 0
    for row in rows[:-1]:
        n_filled = sum(bool(cell) for cell in row)
        if ((n_filled == 1 and row[0]) or not n_filled) and (len(row) != width or width > 2):
            above += 1
        else:
            break
    return above


def _counts(first: Sequence[str], below: Rows) -> tuple[str, ...]:
    """Names of classes in a first line such as "150,4,setosa,versicolor,virginica"; none in any other.

    So scikit-learn writes its tables: the number of rows and of features, then the class of each number in the last column.
    """
    if len(first) < 4 or not below or not (first[0].isdigit() and first[1].isdigit()):
        return ()
    if int(first[1]) != len(below[0]) - 1 or any(number(cell) is not None for cell in first[2:] if cell):
        return ()
    names = [cell for cell in first[2:] if cell]
    codes = {row[-1] for row in below if row}
    return tuple(names) if codes <= {str(i) for i in range(len(names))} else ()


def _is_header(first: Sequence[str], below: Rows, decimal: str) -> bool:
    """Whether the first row names the columns: it holds words where the rows below it hold numbers, or counts upwards."""
    if not below:
        return not all(number(cell, decimal) is not None for cell in first)
    below = below[:_LOOKED_AT]
    columns = [[row[i] for row in below if i < len(row) and row[i].lower() not in _MISSING] for i in range(len(first))]
    shift = 1 if usual_width(below) == len(first) + 1 else 0  # the header of R lacks the first column
    if shift:
        columns = [[row[i + 1] for row in below if i + 1 < len(row)] for i in range(len(first))]
    are_numbers = [bool(c) and sum(number(v, decimal) is not None for v in c) >= 0.9 * len(c) for c in columns]
    cells = [number(cell, decimal) for cell in first]
    if any(numeric and cell is None and text for numeric, cell, text in zip(are_numbers, cells, first, strict=True)):
        return True
    numbers = [cell for cell in cells if cell is not None]
    if len(numbers) >= 2 and _counts_upwards(numbers):
        return not all(_counts_upwards([n for v in row if (n := number(v, decimal)) is not None]) for row in below)
    if any(numeric and cell is not None for numeric, cell in zip(are_numbers, cells, strict=True)):
        return False
    # words above words: a header, unless they are some that occur below
    words = [(text, column) for text, column in zip(first, columns, strict=True) if text and column]
    return not (words and all(text in column for text, column in words))


def _units(below: Rows, decimal: str) -> str:
    """The first row of these if it holds words, or dashes, in every column in which the others hold numbers; else ""."""
    if len(below) < 4:
        return ""
    first, rest = below[0], below[1:_LOOKED_AT]
    numeric = [
        i
        for i in range(len(first))
        if (cells := [row[i] for row in rest if i < len(row) and row[i].lower() not in _MISSING])
        and sum(number(cell, decimal) is not None for cell in cells) >= 0.9 * len(cells)
    ]
    words = [first[i] for i in numeric if first[i].lower() not in _MISSING]
    if not words or len(words) < len(numeric) / 2 or any(number(word, decimal) is not None for word in words):
        return ""
    return ", ".join(words[:5])


def _counts_upwards(numbers: list[float]) -> bool:
    """Whether these are whole numbers in equal steps, such as 0, 1, 2 or 1990, 2000, 2010."""
    steps = {b - a for a, b in pairwise(numbers)}
    return len(numbers) >= 2 and len(steps) == 1 and steps != {0.0} and all(n == int(n) for n in numbers)


def _empty_at_end(rows: Rows, width: int) -> bool:
    """Whether the last field is always empty: every line ends in a separator."""
    return all(row[width - 1] == "" for row in rows if len(row) == width)
