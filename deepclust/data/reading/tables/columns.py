"""Tables before they are read: the kind of every column, the first rows, and the choice of columns that suggests itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.data.reading.source import shorten
from deepclust.data.reading.tables.files import open_table

if TYPE_CHECKING:
    import pandas as pd

HEAD = 10_000  # rows by which columns are judged
MOST_CATEGORIES = 50
MISSING = ("median", "drop")
LABEL_NAMES = (
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "y",
    "species",
    "category",
    "diagnosis",
    "group",
    "type",
    "outcome",
    "digit",
)
ID_NAMES = ("id", "ids", "index", "name", "filename", "file", "path", "key", "uuid", "unnamed: 0", "rowid", "sample")


@dataclass(frozen=True)
class Column:
    """What is known of a column by its first rows. kind: "number", "category", "vector", "text" or "other".

    width: numbers per row (a "vector" column holds an embedding). n_values: different values among those rows.
    """

    name: str
    kind: str
    n_missing: int
    n_values: int
    width: int = 1
    examples: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class TableChoice:
    """Which columns play which part. ``text`` reads one column as texts instead of ``features``.

    missing: "median" fills gaps with the median of the column, "drop" leaves out the rows that have any.
    """

    features: tuple[str, ...] = ()
    label: str | None = None
    id: str | None = None
    text: str | None = None
    missing: str = "median"

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> TableChoice:
        """From a reference or a form. ValueError for unknown parts."""
        unknown = sorted(set(values) - set(cls.__dataclass_fields__))
        if unknown:
            raise ValueError(
                f"A table has no {', '.join(map(repr, unknown))} to choose. There are: {', '.join(cls.__dataclass_fields__)}."
            )
        chosen = dict(values)
        chosen["features"] = tuple(chosen.get("features") or ())
        return cls(**chosen)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "features": list(self.features)}


@dataclass(frozen=True)
class TableLook:
    """A table before it is read: its columns, the first rows as texts, and the choice that suggests itself.

    n_rows: None where there are more than were looked at, and only reading to the end would tell how many.
    """

    n_rows: int | None
    columns: tuple[Column, ...]
    head: tuple[tuple[str, ...], ...]
    suggested: TableChoice
    notes: tuple[str, ...] = field(default=())

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def look_at_table(path: Path, label: str = "") -> TableLook:
    """Read the first rows of a table and judge its columns. ValueError if it is no table that can be read."""
    table = open_table(path, label or path.name)
    frame = table.head(HEAD)
    if frame.empty:
        raise ValueError(f"{table.label} holds no rows below its header. At least one row of values is needed.")
    columns = tuple(_judge(name, frame[name]) for name in frame.columns)
    head = tuple(tuple(_cell(v) for v in row) for row in frame.head(5).itertuples(index=False, name=None))
    n_rows = len(frame) if len(frame) < HEAD else table.n_rows
    return TableLook(n_rows, columns, head, _suggest(columns, len(frame)), tuple(table.notes))


def check_choice(choice: TableChoice, look: TableLook, label: str) -> None:
    """ValueError for columns that are not there or cannot play their part."""
    names = [c.name for c in look.columns]
    for column in (*choice.features, choice.label, choice.id, choice.text):
        if column is not None and column not in names:
            raise ValueError(f"{label} has no column {column!r}. It has: {shorten(names, 20)}. Choose among these.")
    if choice.missing not in MISSING:
        raise ValueError(f"missing={choice.missing!r} is not known. Use one of {', '.join(MISSING)}.")
    if choice.text is not None:
        return
    unusable = [c for c in choice.features if look.column(c).kind in ("text", "other")]
    if unusable:
        raise ValueError(
            f"{label}: the columns {shorten(unusable)} are neither numbers nor a few words. Leave them out, or choose one "
            "of them as the text."
        )
    if not choice.features:
        kinds = ", ".join(f"{c.name} ({c.kind})" for c in look.columns[:10])
        raise ValueError(
            f"{label}: no column of numbers is chosen, so there is nothing to cluster. Its columns: {kinds}. Choose at "
            "least one column of numbers or of few different words, or one column of texts."
        )


def _judge(name: str, values: pd.Series) -> Column:
    """The kind of a column by its first rows."""
    import pandas as pd

    present = values.dropna()
    n_missing = len(values) - len(present)
    examples = tuple(_cell(v) for v in present.head(3))
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = present.to_numpy(np.float64, na_value=np.nan)
        finite = numbers[np.isfinite(numbers)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (None, None)
        n_missing += len(numbers) - len(finite)
        return Column(name, "number", n_missing, int(present.nunique()), 1, examples, low, high)
    first = present.iloc[0] if len(present) else None
    if isinstance(first, (list, np.ndarray)):
        width = len(first)
        kind = "vector" if width and np.asarray(first).dtype.kind in "fiu" else "other"
        return Column(name, kind, n_missing, len(present), max(1, width), examples)
    if not len(present) or not isinstance(first, (str, bool)):
        return Column(name, "other", n_missing, len(present), 1, examples)
    texts = present.astype(str)
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.notna().mean() >= 0.95:
        return Column(
            name, "number", n_missing, int(texts.nunique()), 1, examples, float(numbers.min()), float(numbers.max())
        )
    n_values = int(texts.nunique())
    if n_values <= MOST_CATEGORIES and (n_values <= max(2, len(texts) // 2)):
        return Column(name, "category", n_missing, n_values, 1, examples)
    words = float(texts.head(1000).str.count(r"\s+").mean()) + 1
    return Column(name, "text" if words >= 3 else "other", n_missing, n_values, 1, examples)


def _suggest(columns: tuple[Column, ...], n_rows: int) -> TableChoice:
    """Labels and ids by their names, else the last column of words; numbers and few words as features."""
    by_name = {c.name.strip().lower(): c for c in columns}
    few = [c for c in columns if c.kind in ("number", "category") and 2 <= c.n_values <= max(50, n_rows // 5)]
    label = next((by_name[n].name for n in LABEL_NAMES if by_name.get(n) in few), None)
    if label is None and columns[-1].kind == "category" and columns[-1] in few:
        label = columns[-1].name
    ids = [by_name[n].name for n in ID_NAMES if n in by_name and by_name[n].n_values == n_rows]
    unnamed = [c.name for c in columns if c.kind == "other" and c.n_values == n_rows > 1]
    row_id = next((n for n in (*ids, *unnamed) if n != label), None)
    features = tuple(
        c.name
        for c in columns
        if c.kind in ("number", "category", "vector")
        and c.name not in (label, row_id)
        and (c.kind != "category" or c.n_values > 1)
    )
    text = None
    if not features:
        text = next((c.name for c in columns if c.kind == "text"), None)
    return TableChoice(features if text is None else (), label, row_id, text)


def _cell(value: Any) -> str:
    text = np.array2string(np.asarray(value), threshold=4) if isinstance(value, (list, np.ndarray)) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
