"""Open a table by the ending of its name."""

from __future__ import annotations

from pathlib import Path

from deepclust.data.reading.tables.arff import Arff
from deepclust.data.reading.tables.columnar import Feather, Parquet
from deepclust.data.reading.tables.delimited import Delimited
from deepclust.data.reading.tables.files import TableFile, table_in_words
from deepclust.data.reading.tables.json_lines import JsonLines
from deepclust.data.reading.tables.workbook import WORKBOOK_ENDINGS, Workbook

_PACKED = ("", ".gz", ".bz2", ".xz")
_TEXT = (".csv", ".tsv", ".txt", ".data", ".dat", ".tab", ".vec", ".jsonl", ".ndjson")
TABLE_ENDINGS = (
    *(f"{ending}{packed}" for ending in _TEXT for packed in _PACKED),
    ".json",
    ".parquet",
    ".feather",
    ".arrow",
    ".arff",
    *WORKBOOK_ENDINGS,
)


def open_table(path: Path, label: str, header: bool | None = None, sheet: str | None = None) -> TableFile:
    """Open a table. header: whether its first row names the columns, None to judge it; sheet: of a workbook.

    ValueError if it is missing, no table, or damaged.
    """
    if not path.is_file():
        raise ValueError(f"There is no file {path}. Check the path.")
    if path.stat().st_size == 0:
        raise ValueError(f"{label} is empty (0 bytes). Save it again.")
    ending = next((e for e in sorted(TABLE_ENDINGS, key=len, reverse=True) if path.name.lower().endswith(e)), "")
    with table_in_words(label):
        if ending in WORKBOOK_ENDINGS:
            return Workbook(path, label, header, sheet)
        if sheet is not None:
            raise ValueError(f"{label} has no sheets to choose from: that is for workbooks. Leave the choice out.")
        if ending.startswith((".json", ".ndjson")):
            return JsonLines(path, label)
        others = {".arff": Arff, ".parquet": Parquet, ".feather": Feather, ".arrow": Feather}
        return others[ending](path, label) if ending in others else Delimited(path, label, header)
