"""All runs as a table for a spreadsheet: the rows of the page Runs as CSV, which no spreadsheet will run."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import Any

from deepclust.exports.table import defused

LEFT_OUT = ("fingerprint",)


def runs_as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows of `deepclust.engine.judging.overview.overview` as CSV (UTF-8) with a head; tags have semicolons between them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [name for name in (rows[0] if rows else {}) if name not in LEFT_OUT]
    writer.writerow(names)
    writer.writerows([_cell(name, row[name]) for name in names] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(name: str, value: Any) -> Any:
    if name == "created":
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value))
    if isinstance(value, list):
        return defused("; ".join(value))
    return defused(value) if isinstance(value, str) else value
