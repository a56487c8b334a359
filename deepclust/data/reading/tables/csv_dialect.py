"""How a csv file is written: its encoding, separator, decimal comma, and whether it has a header, from its first bytes."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass

SNIFF = 64 * 2**10  # bytes that are looked at
_SEPARATORS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Dialect:
    """names: of the columns, as they stand in the header, or "column 1", ... where the first line holds numbers."""

    encoding: str
    separator: str
    decimal: str
    header: bool
    names: tuple[str, ...]


def dialect_of(start: bytes, suffix: str, label: str) -> Dialect:
    """Judge the first bytes of a file. ValueError if they are no text, or have no line end."""
    encoding = _encoding(start)
    text = start.decode(encoding, "replace")
    if "\0" in text:
        raise ValueError(f"{label} holds bytes that no text has. Is it really a table in text form? Save it as .csv.")
    lines = text.splitlines() if len(start) < SNIFF else text.splitlines()[:-1]
    if not lines:
        raise ValueError(
            f"{label} has no line end in its first {SNIFF // 1024} kB, so it is no table. Save it as .csv."
        )
    separator = _separator(lines[:20], suffix)
    rows = [row for row in csv.reader(lines[:50], delimiter=separator) if row]
    if not rows:
        raise ValueError(f"{label} holds only empty lines. Save it again.")
    header = not all(_is_number(field) for field in rows[0])
    if header and len(rows) > 1 and all(len(row) == len(rows[0]) + 1 for row in rows[1:]):
        rows[0] = ["row", *rows[0]]  # as R writes tables: the names of the rows have no name
    names = rows[0] if header else [f"column {i + 1}" for i in range(len(rows[0]))]
    decimal = "," if separator != "," and _decimal_commas(rows[1:]) else "."
    return Dialect(encoding, separator, decimal, header, tuple(names))


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # a character that is cut at the end is fine
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _separator(lines: list[str], suffix: str) -> str:
    """The separator that parts the first lines into the same number of fields, two or more; a comma if none does."""
    if suffix == ".tsv":
        return "\t"
    best, most = ",", 1
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        same = min(widths, default=0)
        if same > most and same == max(widths):
            best, most = separator, same
    if most == 1:  # ragged: the one that parts the header most
        best = max(_SEPARATORS, key=lambda s: lines[0].count(s))
    return best


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _decimal_commas(rows: list[list[str]]) -> bool:
    fields = [f.strip() for row in rows for f in row]
    with_comma = sum(bool(re.fullmatch(r"[-+]?\d+,\d+", f)) for f in fields)
    with_point = sum(bool(re.fullmatch(r"[-+]?\d+\.\d+", f)) for f in fields)
    return with_comma > with_point
