"""How a csv file is written, from its first bytes: encoding, separator, decimal comma, where its rows begin, its header."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

from deepclust.data.reading.tables.cells import list_of, number
from deepclust.data.reading.tables.encoding import encoding_of
from deepclust.data.reading.tables.header import Top, top_of, usual_width

SNIFF = 256 * 2**10  # bytes that are looked at
BLANKS = r"\s+"  # the separator of columns that are parted by any number of blanks
_SEPARATORS = (",", "\t", ";", "|", BLANKS)
_LOOKED_AT = 200  # lines
_COMMENTS = ("#", "%", "//")
_FOREIGN = re.compile(r"[;\t|]|^[-+]?\d+\s+[-+]?\d+$")  # what a field does not hold if the separator is the right one


@dataclass(frozen=True)
class Dialect:
    """separator: one character or BLANKS. skip: lines before the first row of values, the header among them.

    names: of the columns, from the header, or "column 1", ... without one. classes: names of the classes 0, 1, ... of the
    last column, where the first line gives them. notes: what was passed over.
    """

    encoding: str
    separator: str
    decimal: str
    skip: int
    header: bool
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def dialect_of(start: bytes, suffix: str, label: str, header: bool | None = None) -> Dialect:
    """Judge the first bytes of a file. header: whether the first row names the columns, None to judge by the rows below.

    ValueError if they are no text, or have no line end.
    """
    encoding = encoding_of(start)
    text = start.decode(encoding, "replace")
    if "\0" in text:
        raise ValueError(f"{label} holds bytes that no text has. Is it really a table in text form? Save it as .csv.")
    lines = re.split(r"\r\n|\n|\r", text)
    if len(start) >= SNIFF:
        lines = lines[:-1]
    if not lines:
        raise ValueError(
            f"{label} has no line end in its first {SNIFF // 1024} kB, so it is no table. Save it as .csv."
        )
    if not any(line.strip() for line in lines):
        raise ValueError(f"{label} holds only empty lines. Save it again.")
    skip, told, comment = _preamble(lines)
    body = lines[skip:]
    separator = told or _separator(body[:_LOOKED_AT], suffix)
    rows, ends = _rows(body[: 2 * _LOOKED_AT], separator)
    decimal = "," if separator != "," and _decimal_commas(rows) else "."
    top = top_of(rows, decimal, header)
    width, values_at = len(top.names), top.first
    if comment and not top.header and not top.classes and header is None:
        fields = _split(comment, separator)
        if len(fields) == width:  # numpy.savetxt writes the header as a comment
            top = Top(top.above, True, tuple(fields))
    notes = list(top.notes)
    if skip and not told:
        notes.append(f"Lines of comment above the table were passed over: {skip}.")
    return Dialect(
        encoding,
        separator,
        decimal,
        skip + (ends[values_at - 1] if values_at else 0),
        top.header,
        top.names,
        top.classes,
        tuple(notes),
    )


def _preamble(lines: list[str]) -> tuple[int, str, str]:
    """How many lines stand before the table; the separator that Excel's "sep=" line gives; the last comment line."""
    skip, comment = 0, ""
    said = re.fullmatch(r'\ufeff?"?sep=(.)"?', lines[0].strip("\r\n ") if lines[0].strip() != "sep=" else "sep=\t")
    if said:
        return 1, said[1], ""
    for line in lines:
        if line.strip() and not line.lstrip().startswith(_COMMENTS):
            break
        comment = line.lstrip().lstrip("#%/ ") or comment
        skip += 1
    return (skip, "", comment) if skip < len(lines) else (0, "", "")


def _split(line: str, separator: str) -> list[str]:
    if separator == BLANKS:
        return line.split()
    return [field.strip() for field in next(csv.reader([line], delimiter=separator), [])]


def _rows(lines: list[str], separator: str) -> tuple[list[list[str]], list[int]]:
    """The rows of some lines, empty ones left out, and how many lines there are up to the end of each."""
    if separator == BLANKS:
        filled = [(line.split(), i + 1) for i, line in enumerate(lines) if line.strip()]
        return [row for row, _ in filled], [end for _, end in filled]
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    rows, ends = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row) or len(row) > 1:
                rows.append([cell.strip() for cell in row])
                ends.append(reader.line_num)
    except csv.Error:  # a field that is longer than any field should be: a quote that is never closed
        pass
    return rows or [lines[0].split(separator)], ends or [1]


def _separator(lines: list[str], suffix: str) -> str:
    """The separator that parts most lines into the same number of fields, two or more, that hold no other separator."""
    if suffix == ".tsv":
        return "\t"
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        rows, _ = _rows(lines, separator)
        width = usual_width(rows)
        if width < 2:
            continue
        same = [row for row in rows if len(row) == width]
        cells = [cell for row in same for cell in row]
        clean = 1 - sum(bool(_FOREIGN.search(cell)) and list_of(cell) is None for cell in cells) / len(cells)
        quality = len(same) / len(rows) * clean * (1 if len(rows[0]) == width else 0.9)
        if separator == BLANKS:  # words are parted by blanks everywhere: only a table of numbers counts
            n_numbers = sum(number(cell) is not None for cell in cells)
            quality *= 0.95 if len(same) > 0.9 * len(rows) and n_numbers >= len(cells) / 2 else 0
        if quality > most:
            best, most = separator, quality
    if most < 0.5:  # ragged: the one that parts the first line most
        best = max(_SEPARATORS[:-1], key=lambda s: lines[0].count(s))
    return best


def _decimal_commas(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows[:_LOOKED_AT] for cell in row]
    with_comma = sum(bool(re.fullmatch(r"[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+%?", cell)) for cell in cells)
    with_point = sum(bool(re.fullmatch(r"[-+]?(\d{1,3}(,\d{3})+|\d+)\.\d+%?", cell)) for cell in cells)
    return with_comma > with_point
