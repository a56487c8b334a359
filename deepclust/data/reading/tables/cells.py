"""What stands in a cell: a number as people write it, or a list of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": "", "\u202f": "", "\u2009": "", "'": "", "\u2019": ""})
_AROUND = re.compile(
    r"^([-+]?)\s*(?:[$€£¥₹]|USD|EUR|GBP|CHF)?\s*([-+]?[\d.,\s]*\d[\d.,]*(?:[eE][-+]?\d+)?)\s*(?:[%‰$€£¥₹]|USD|EUR|GBP|CHF)?$"
)
_COMMAS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")  # 12,345.6
_LAKHS = re.compile(r"[-+]?\d{1,2}(,\d{2})+,\d{3}(\.\d*)?")  # 12,34,567.8
_FORTRAN = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))[dD]([-+]?\d+)")
_POINTS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d*)?")  # 12.345,6
_BLANKS = re.compile(r"[-+]?\d{1,3}( \d{3})+([.,]\d*)?")  # 12 345,6
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
_BRACKETS = "[](){} \n\t"
_BETWEEN = re.compile(r"[\s,;]+")
FEWEST_IN_A_LIST = 8  # numbers between blanks or commas that make a list without brackets


def number(text: str, decimal: str = ".") -> float | None:
    """The number that a cell holds: with thousands, a currency or a per cent sign around it; None if it is none.

    decimal: "," where the table writes its fractions so; then 1.234 is a thousand and more.
    """
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):  # as bookkeepers write what is owed
        owed = number(text[1:-1], decimal)
        return None if owed is None or text[1:2] in "-+" else -owed
    if decimal == "." and _PLAIN.fullmatch(text):
        return float(text)
    if exponent := _FORTRAN.fullmatch(text):
        return float(f"{exponent[1]}e{exponent[2]}")
    around = _AROUND.match(text.translate(_SIGNS))
    if not around:
        return None
    core = around[1] + around[2]
    if _BLANKS.fullmatch(core):
        core = core.replace(" ", "")
    if decimal == "," and _POINTS.fullmatch(core):
        core = core.replace(".", "").replace(",", ".")
    elif (_COMMAS.fullmatch(core) or _LAKHS.fullmatch(core)) and decimal == ".":
        core = core.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(core):
        core = core.replace(",", ".")
    elif (_POINTS.fullmatch(core) and core.count(".") > 1) or ("," in core and _POINTS.fullmatch(core)):
        core = core.replace(".", "").replace(",", ".")
    return float(core) if _PLAIN.fullmatch(core) else None


def numbers_of(values: pd.Series, decimal: str = ".") -> np.ndarray:
    """A column as float64 ``(n,)``: numbers as people write them, NaN for everything else and for what is missing."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values.dtype):
        plain: np.ndarray = values.to_numpy(np.float64, na_value=np.nan)
        return plain
    texts = values.astype("string")
    numbers: np.ndarray = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    if decimal == ",":  # then what to_numeric takes for a fraction may be thousands
        numbers[texts.str.contains(".", regex=False).fillna(False).to_numpy(bool)] = np.nan
    odd = np.flatnonzero(np.isnan(numbers) & texts.notna().to_numpy())
    known: dict[str, float] = {}
    for row, text in zip(odd.tolist(), texts.iloc[odd].tolist(), strict=True):
        if text not in known:
            found = number(text, decimal)
            known[text] = np.nan if found is None else found
        numbers[row] = known[text]
    return numbers


def texts_of(values: pd.Series) -> np.ndarray:
    """Values as texts, "" where there is none; whole numbers without a point."""
    import pandas as pd

    if pd.api.types.is_float_dtype(values.dtype):
        present = values[np.isfinite(values)]
        if (present % 1 == 0).all() and (present.abs() < 2**53).all():
            values = values.where(np.isfinite(values)).astype("Int64")
    texts: np.ndarray = values.astype("string").fillna("").to_numpy(dtype=str)
    return texts


def list_of(cell: object) -> np.ndarray | None:
    """The numbers of a cell, as an array of any shape: a list, or a text such as "[0.1, 0.2]" or "12 0 255 ..."."""
    if isinstance(cell, str):
        inside = cell.strip()
        if inside[:1] == "(" and number(inside) is not None:
            return None
        parts = [part for part in _BETWEEN.split(inside.strip(_BRACKETS)) if part]
        if len(parts) < (2 if inside[:1] in "[(" else FEWEST_IN_A_LIST):
            return None
        try:
            return np.array(parts, np.float64)
        except ValueError:
            return None
    if not isinstance(cell, (list, tuple, np.ndarray)):
        return None
    try:
        array = np.array(_nested(cell), np.float64)
    except (TypeError, ValueError):
        return None
    return array if array.size else None


def _nested(cell: object) -> object:
    return [_nested(part) for part in cell] if isinstance(cell, (list, tuple, np.ndarray)) else cell
