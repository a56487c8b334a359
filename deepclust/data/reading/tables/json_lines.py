"""Tables in JSON: one record per line, or one list of records."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepclust.data.reading.archives.packed import open_packed
from deepclust.data.reading.tables.encoding import decoded
from deepclust.data.reading.tables.files import TableFile

if TYPE_CHECKING:
    from deepclust.data.reading.tables.files import Pieces

MAX_TEXT = 2**29  # bytes: as records they take many times as much
_ADVICE = 'Write one record per line, such as {"a": 0.1, "label": "ash"}, or a .csv'


class JsonLines(TableFile):
    """Records, whose keys are the columns; a record may hold a list of numbers, and one in another is a.b."""

    def __init__(self, path: Path, label: str) -> None:
        self._records = list(_records(path, label))
        names: dict[str, None] = {}
        for record in self._records:
            names.update(dict.fromkeys(record))
        if not names:
            raise ValueError(f"{label} holds no records. {_ADVICE}.")
        super().__init__(path, label, list(names), len(self._records))
        self._keys = list(names)

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pandas as pd

        for start in range(0, min(len(self._records), math.ceil(min(most, len(self._records)))), n):
            records = self._records[start : start + n]
            yield (
                start,
                pd.DataFrame({i: pd.Series([r.get(self._keys[i]) for r in records]).infer_objects() for i in columns}),
            )

    def most_rows(self) -> int:
        return len(self._records)


def _records(path: Path, label: str) -> Iterator[dict[str, Any]]:
    with open_packed(path, label) as stream:
        content = stream.read(MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        raise ValueError(f"{label} holds more than {MAX_TEXT / 2**20:.0f} MiB. Save it as .parquet.")
    text = decoded(content).strip()
    lines = [(i, line) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    whole = (
        text[:1] == "["
        or (len(lines) == 1 and _is_json(text))
        or (not (lines and _is_json(lines[0][1])) and _is_json(text))
    )
    records = _of_one(_loaded(text, label, 1)) if whole else (_loaded(line, label, i) for i, line in lines)
    for i, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise ValueError(f"{label}: record {i:,} is no record of names and values. {_ADVICE}.")
        yield dict(_flat(record))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _of_one(value: Any) -> list[Any]:
    """The records of a JSON that holds them all, in any of the forms in which pandas writes a table, or under some key."""
    if not isinstance(value, dict):
        return list(value)
    columns, data = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(data, list):
        return [dict(zip(map(str, columns), row, strict=False)) if isinstance(row, list) else row for row in data]
    if value and all(isinstance(column, dict) for column in value.values()):
        rows = dict.fromkeys(row for column in value.values() for row in column)
        if any(isinstance(cell, dict) for column in value.values() for cell in column.values()):
            return [value]
        # records under the numbers of their rows, or columns: there are more rows than columns
        if len(rows) < len(value):
            return list(value.values())
        return [{name: column.get(row) for name, column in value.items()} for row in rows]
    lists = [v for v in value.values() if isinstance(v, list)]
    if lists and len(lists) == len(value) and len({len(v) for v in lists}) == 1:
        return [dict(zip(value, row, strict=True)) for row in zip(*lists, strict=True)]
    of_records = [v for v in lists if v and isinstance(v[0], dict)]
    return of_records[0] if len(of_records) == 1 else [value]


def _loaded(text: str, label: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{label}: line {line:,} is no JSON ({error.msg}). {_ADVICE}.") from error


def _flat(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
