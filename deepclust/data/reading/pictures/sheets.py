"""Sheets beside pictures: a table that names every picture and says what it shows."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from deepclust.data.reading.archives.bundles import Bundle
from deepclust.data.reading.labels import classes_of, label_rank
from deepclust.data.reading.source import shorten

if TYPE_CHECKING:
    import pandas as pd

_MOST_SHEETS = 20
_MOST_BYTES = 64 * 2**20  # of one sheet
_ENOUGH = 0.5  # share of a sheet's pictures, or of all pictures, that it has to name
_ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".json", ".xlsx", ".xls", ".ods", ".parquet")


@dataclass(frozen=True)
class Sheet:
    """A table that names pictures. labels: its columns that may be the classes, the likeliest first, with three values each.

    name: of its file. n_named: how many pictures it names.
    """

    name: str
    labels: dict[str, tuple[str, ...]]
    n_named: int


def sheets_of(bundle: Bundle, names: Sequence[str]) -> list[Sheet]:
    """The sheets of a bundle that name these pictures."""
    found = []
    for name, frame, rows in _matched(bundle, names):
        labels = {c: tuple(dict.fromkeys(frame[c].tolist()))[:3] for c in _candidates(frame)}
        if labels:
            found.append(Sheet(name, labels, len(rows)))
    return found


def labels_of_sheet(
    bundle: Bundle, names: Sequence[str], members: Sequence[str], column: str | None, notes: list[str]
) -> tuple[np.ndarray, tuple[str, ...], set[str]] | None:
    """Classes of these pictures ``(n,)`` from the sheets that name them, their names, and those sheets; None if no sheet does.

    column: of the sheets, None for the likeliest. ValueError for a column that none has.
    """
    sheets = _matched(bundle, names)
    known: dict[str, str] = {}
    used: set[str] = set()
    for sheet, frame, rows in sheets:
        candidates = _candidates(frame)
        chosen = column if column is not None else next(iter(candidates), None)
        if chosen is None or chosen not in frame:
            continue
        used.add(sheet)
        known |= {picture: str(frame[chosen].iloc[row]) for picture, row in rows.items()}
        notes.append(
            f"Labels are the column {chosen} of {sheet}, which names {len(rows):,} of {len(names):,} pictures."
        )
    if not known:
        if column is not None:
            columns = [c for _, frame, _ in sheets for c in _candidates(frame)]
            beside = f"There are: {shorten(columns)}" if columns else "There is no table that names the pictures"
            raise ValueError(f"{bundle.label} has no column {column!r} beside its pictures. {beside}.")
        return None
    return (*classes_of(np.array([known.get(member, "") for member in members]), None, notes), used)


def _matched(bundle: Bundle, names: Sequence[str]) -> list[tuple[str, pd.DataFrame, dict[str, int]]]:
    """Each sheet that names pictures: its name, all its other columns as texts, and the row of each picture."""
    tables = [n for n in bundle.names if n.lower().endswith(_ENDINGS) and n not in set(names)][:_MOST_SHEETS]
    found = []
    for name, stream in bundle.streams(tables) if tables else ():
        try:
            content = stream.read(_MOST_BYTES + 1)
            frame = _frame(content, name) if len(content) <= _MOST_BYTES else None
        except (
            Exception
        ):  # a text that is no table, or a damaged one: then it is no sheet, and is named among those left out
            continue
        if frame is None or frame.shape[1] < 2:
            continue
        folder = str(PurePosixPath(name).parent)
        best: tuple[str, dict[str, int]] = ("", {})
        for column in frame.columns:
            rows = _rows_of(frame[column].tolist(), names, "" if folder == "." else f"{folder}/")
            best = (column, rows) if len(rows) > len(best[1]) else best
        if len(best[1]) >= _ENOUGH * min(len(names), len(frame)) and best[1]:
            found.append((name, _decoded(frame.drop(columns=best[0])), best[1]))
    return found


def _frame(content: bytes, name: str) -> pd.DataFrame:
    """A table with all cells as texts."""
    import pandas as pd

    from deepclust.data.reading.tables.cells import texts_of
    from deepclust.data.reading.tables.open import open_table

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{PurePosixPath(name).suffix.lower()}"
        path.write_bytes(content)
        table = open_table(path, name)
        parts: dict[str, list[np.ndarray]] = {c: [] for c in table.names}
        for _, frame in table.blocks(table.names):
            for column in frame.columns:
                parts[column].append(texts_of(frame[column]))
    return pd.DataFrame({c: np.char.strip(np.concatenate(p)) for c, p in parts.items() if p})


def _decoded(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of 0 and 1 with one 1 in every row as the one column of classes that they are."""
    ones = [c for c in frame.columns if frame[c].str.fullmatch(r"[01](\.0+)?").all()]
    table = frame[ones].astype(float).to_numpy()
    if len(ones) < 2 or not (table.sum(axis=1) == 1).all():
        return frame
    return frame.drop(columns=ones).assign(label=np.array(ones)[table.argmax(axis=1)])


def _rows_of(cells: Sequence[str], names: Sequence[str], folder: str) -> dict[str, int]:
    """The row in which each picture is named: by its path from the top or from the sheet, its name, or its name without ending."""
    ways = [
        {name: name for name in names},
        {name.removeprefix(folder): name for name in names},
        _unique([(PurePosixPath(name).name, name) for name in names]),
        _unique([(_plain(PurePosixPath(name).stem), name) for name in names]),
    ]
    best: dict[str, int] = {}
    for i, way in enumerate(ways):
        keys = [_plain(cell) if i == 3 else cell.replace("\\", "/").removeprefix("./") for cell in cells]
        rows = {way[key]: row for row, key in enumerate(keys) if key in way}
        if i == 2:
            rows = rows or {way[k]: row for row, key in enumerate(keys) if (k := key.rpartition("/")[2]) in way}
        best = rows if len(rows) > len(best) else best
    return best


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    counts = Counter(key for key, _ in pairs)
    return {key: name for key, name in pairs if counts[key] == 1}


def _plain(stem: str) -> str:
    """A name without leading zeros where it is a number: a table of numbers keeps none."""
    return re.sub(r"^0+(?=\d)", "", stem) if stem.isdigit() else stem


def _candidates(frame: pd.DataFrame) -> list[str]:
    """The columns that may be classes, the likeliest first: by their name, then by few values."""
    most = min(max(50, len(frame) // 5), max(2, len(frame) // 2))
    few = [c for c in frame.columns if 2 <= frame[c].replace("", np.nan).nunique() <= most]
    words = {c: not frame[c].str.fullmatch(r"[-+.\deE]*").all() for c in few}
    return sorted(few, key=lambda c: (label_rank(c), not words[c]))
