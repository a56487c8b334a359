"""What is known of the columns of a table by its first rows, and the choice of the parts that they play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.data.reading.arrays.samples import FAR
from deepclust.data.reading.pictures.decoding import STARTS
from deepclust.data.reading.tables.cells import list_of, numbers_of
from deepclust.neighbors import LARGEST

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 50
MISSING = ("median", "drop")
_WORDS_FOR_GAPS = 2  # different words among numbers, such as "missing" and "n.d."
_SHOWN_AMONG = 60  # rows
_LISTS_LOOKED_AT = 200  # rows of a column of lists


@dataclass(frozen=True)
class Column:
    """What is known of a column by its first rows. kind: "number", "category", "vector", "picture", "text" or "other".

    width: numbers per row (a "vector" column holds an embedding), shape: of a row, where it has more axes than one.
    n_values: different values among those rows. unique: whether no two of them are equal. counting: whether they are
    whole numbers that follow each other, in any order. whole: whether all are whole numbers. nameless: whether the table
    gives it no name. origin, unit: the numbers are counted from there, in this unit, where float32 needs it.
    """

    name: str
    kind: str
    n_missing: int
    n_values: int
    width: int = 1
    examples: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    shape: tuple[int, ...] = ()
    unique: bool = False
    counting: bool = False
    whole: bool = False
    nameless: bool = False
    origin: float = 0.0
    unit: float = 1.0


@dataclass(frozen=True)
class TableChoice:
    """Which columns play which part. ``text`` reads one column as texts instead of ``features``.

    missing: "median" fills gaps with the median of the column, "drop" leaves out the rows that have any. pictures: the
    shape (height, width[, 3]) of the pictures whose pixels the features are, row by row. header: whether the first row
    names the columns, None to judge it. sheet: of a workbook. size: (height, width) of a column of picture files.
    """

    features: tuple[str, ...] = ()
    label: str | None = None
    id: str | None = None
    text: str | None = None
    missing: str = "median"
    pictures: tuple[int, ...] | None = None
    header: bool | None = None
    sheet: str | None = None
    size: tuple[int, int] | None = None

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
        chosen["pictures"] = tuple(int(side) for side in chosen.get("pictures") or ()) or None
        size = tuple(int(side) for side in chosen.get("size") or ())
        chosen["size"] = (size[0], size[1]) if len(size) == 2 else None
        return cls(**chosen)

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class TableLook:
    """A table before it is read: its columns, the first rows as texts, and the choice that suggests itself.

    n_rows: None where there are more than were looked at, and only reading to the end would tell how many. left_out: why
    some columns play no part. sheets: of a workbook, the one that was looked at first. header: whether there is one; may_choose_header:
    whether it may be said that there is one or not. files: of the archive that the table is in.
    candidates: the columns that may be the labels, the likeliest first. is_sure: whether the name of one says that it is.
    """

    n_rows: int | None
    columns: tuple[Column, ...]
    head: tuple[tuple[str, ...], ...]
    suggested: TableChoice
    notes: tuple[str, ...] = field(default=())
    left_out: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    header: bool = True
    may_choose_header: bool = False
    files: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    is_sure: bool = True

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def judge(name: str, values: pd.Series, decimal: str = ".", nameless: bool = False) -> Column:
    """The kind of a column by its first rows."""
    import pandas as pd

    present = values.dropna()
    n_missing = len(values) - len(present)
    some = present.iloc[:: max(1, len(present) // _SHOWN_AMONG)].head(
        _SHOWN_AMONG
    )  # of sorted rows, not only the first
    examples = tuple(dict.fromkeys(cell_text(v) for v in some))[:3]
    facts: dict[str, Any] = {"examples": examples, "nameless": nameless}
    if pd.api.types.is_numeric_dtype(values.dtype):
        return _of_numbers(name, numbers_of(values, decimal), n_missing, int(present.nunique()), facts)
    first = next((v for v in present if not hasattr(v, "__len__") or len(v)), None)
    if is_picture_cell(first):
        return Column(name, "picture", n_missing, len(present), **facts)
    lists = _of_lists(name, values, present, facts)
    if lists is not None:
        return lists
    if (
        first is None
        or isinstance(first, (list, np.ndarray, dict))
        or pd.api.types.is_datetime64_any_dtype(values.dtype)
    ):
        return Column(name, "other", n_missing, len(present), **facts)
    numbers = numbers_of(present, decimal)
    odd = present[np.isnan(numbers)]
    if len(odd) <= 0.05 * len(present) or (len(odd) < len(present) / 2 and odd.nunique() <= _WORDS_FOR_GAPS):
        return _of_numbers(name, numbers, n_missing, len(np.unique(numbers[np.isfinite(numbers)])), facts)
    texts = present.astype(str).str.strip()
    n_values = int(texts.nunique())
    facts["unique"] = n_values == len(texts) > 1
    if n_values <= MOST_CATEGORIES and (n_values <= max(2, len(texts) // 2)):
        return Column(name, "category", n_missing, n_values, **facts)
    words = float(texts.head(1000).str.count(r"\s+").mean()) + 1
    return Column(name, "text" if words >= 3 else "other", n_missing, n_values, **facts)


def is_picture_cell(cell: object) -> bool:
    """Whether a cell holds a file of a picture: its bytes, or a struct of bytes and path as Hugging Face writes it."""
    content = cell.get("bytes") if isinstance(cell, dict) else cell
    return isinstance(content, bytes) and content.startswith(STARTS)


def cell_text(value: Any) -> str:
    """A cell as it is shown, at most 60 characters."""
    if isinstance(value, (dict, bytes)):
        return "(a picture)" if is_picture_cell(value) else "(bytes)"
    text = np.array2string(np.asarray(value), threshold=4) if isinstance(value, np.ndarray) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _of_numbers(name: str, numbers: np.ndarray, n_missing: int, n_values: int, facts: dict[str, Any]) -> Column:
    """n_values: counted before whole numbers beyond 2^53 became floats."""
    finite = numbers[np.isfinite(numbers)]
    n_missing += int(len(numbers) - len(finite)) if n_missing == 0 else 0
    if not finite.size:
        return Column(name, "number", n_missing, 0, **facts)
    low, high = float(finite.min()), float(finite.max())
    whole = bool((finite == np.floor(finite)).all())
    unique = n_values == len(finite) > 1
    counting = whole and unique and high - low == len(finite) - 1
    origin, unit = 0.0, 1.0
    if max(abs(low), abs(high)) > LARGEST:
        unit = float(10.0 ** np.floor(np.log10(max(abs(low), abs(high)))))
    elif high > low and min(abs(low), abs(high)) > FAR * (high - low):
        origin = float(np.median(finite))
    return Column(
        name,
        "number",
        n_missing,
        n_values,
        low=low,
        high=high,
        unique=unique,
        counting=counting,
        whole=whole,
        origin=origin,
        unit=unit,
        **facts,
    )


def _of_lists(name: str, values: pd.Series, present: pd.Series, facts: dict[str, Any]) -> Column | None:
    """A column of vectors, all of one shape, as lists or as texts; None if it is none. Empty lists are missing."""
    some = [v for v in present.head(_LISTS_LOOKED_AT) if not hasattr(v, "__len__") or len(v)]
    arrays = [a for v in some if (a := list_of(v)) is not None]
    if not arrays or len(arrays) < len(some):
        return None
    shapes = {a.shape for a in arrays}
    if len(shapes) > 1 and isinstance(some[0], str):
        return None
    shape = next(iter(shapes)) if len(shapes) == 1 else arrays[0].shape
    n_missing = int(values.isna().sum()) + len(present.head(_LISTS_LOOKED_AT)) - len(some)
    lows, highs = zip(*((float(a.min()), float(a.max())) for a in arrays), strict=True)
    return Column(
        name,
        "vector",
        n_missing,
        len(present),
        int(np.prod(shape)),
        low=min(lows),
        high=max(highs),
        shape=shape if len(shape) > 1 else (),
        **facts,
    )
