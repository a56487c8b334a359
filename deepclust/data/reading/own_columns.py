"""The columns of a table as their owner knows them, kept beside the samples to colour a map by: numbers, or words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from deepclust.data.dataset import OwnColumn
from deepclust.data.reading.tables.cells import numbers_of
from deepclust.data.reading.tables.columns import TableChoice, TableLook

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 24
MOST_ROWS = 1_000_000
MOST_WORDS = 60  # different words of a column that can be told apart
ENOUGH = 0.9  # of the values that are there have to be numbers


def columns_to_keep(look: TableLook, choice: TableChoice) -> list[str]:
    """Names of the columns that are kept: of a wide table those that play another part first; never the labels."""
    names = [
        c.name for c in look.columns if c.kind in ("number", "category", "text", "other") and c.name != choice.label
    ]
    used = {*choice.features, choice.text}
    return sorted(names, key=lambda name: name in used)[:MOST_COLUMNS]


class OwnColumns:
    """Collects columns block by block."""

    def __init__(self, names: Sequence[str], decimal: str) -> None:
        self.names, self.decimal = names, decimal
        self.blocks: dict[str, list[pd.Series]] = {name: [] for name in names}

    def take(self, frame: pd.DataFrame) -> None:
        """Add some rows of the columns that the frame has."""
        for name in self.names:
            if name in frame and sum(map(len, self.blocks[name])) < MOST_ROWS:
                self.blocks[name].append(frame[name])

    def columns(self, n: int, keep: np.ndarray | None) -> tuple[OwnColumn, ...]:
        """Those columns of n rows that can be read as numbers or as a few words; keep: the rows that became samples."""
        import pandas as pd

        kept = []
        for name, blocks in self.blocks.items():
            values = pd.concat(blocks, ignore_index=True) if blocks else pd.Series(dtype="string")
            column = self._column(name, values) if len(values) == n else None
            if column is not None:
                kept.append(column if keep is None else OwnColumn(name, column.values[keep], column.words))
        return tuple(kept)

    def _column(self, name: str, values: pd.Series) -> OwnColumn | None:
        import pandas as pd

        numbers = numbers_of(values, self.decimal)
        present = int(values.notna().sum())
        with np.errstate(over="ignore"):
            numbers = numbers.astype(np.float32)
        numbers[np.isinf(numbers)] = np.nan
        if present and np.count_nonzero(~np.isnan(numbers)) >= ENOUGH * present:
            return OwnColumn(name, numbers)
        codes, words = pd.factorize(values.astype("string").str.strip(), sort=True)
        if not 1 < len(words) <= MOST_WORDS:
            return None
        return OwnColumn(name, np.where(codes < 0, np.nan, codes).astype(np.float32), tuple(map(str, words)))
