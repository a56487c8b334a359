"""Tables that are stored column by column: parquet and feather (Arrow)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepclust.data.reading.tables.files import TableFile

if TYPE_CHECKING:
    import pandas as pd

    from deepclust.data.reading.tables.files import Pieces

_PIECE = 64 * 2**20  # bytes of a parquet file that are decoded at a time


class Parquet(TableFile):
    """Read some columns of one group of rows at a time: pyarrow decodes a group as a whole, and it may be the whole file."""

    def __init__(self, path: Path, label: str) -> None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            super().__init__(path, label, file.schema_arrow.names, file.metadata.num_rows)
            self.class_names = _class_names(file.schema_arrow.metadata or {})

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            names = file.schema_arrow.names
            doubled = len(set(names)) < len(names)  # then columns cannot be asked for by name
            start = 0
            for group in range(file.num_row_groups):
                n_rows = file.metadata.row_group(group).num_rows
                width = len(columns) if doubled else max(1, _PIECE // (8 * max(n_rows, 1)))
                for first in range(0, len(columns), width):
                    some = list(columns)[first : first + width]
                    asked = None if doubled else [names[i] for i in some]
                    batches = file.iter_batches(n, row_groups=[group], columns=asked, use_threads=False)
                    at = start
                    for batch in batches:
                        yield at, _frame(batch, {i: i if doubled else j for j, i in enumerate(some)})
                        at += batch.num_rows
                        if at >= most:
                            break
                start += n_rows
                if start >= most:
                    return


class Feather(TableFile):
    def __init__(self, path: Path, label: str) -> None:
        import pyarrow as pa

        with pa.memory_map(str(path)) as memory, pa.ipc.open_file(memory) as file:
            n_rows = sum(file.get_batch(i).num_rows for i in range(file.num_record_batches))
            super().__init__(path, label, file.schema.names, n_rows)

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pyarrow as pa

        with pa.memory_map(str(self.path)) as memory, pa.ipc.open_file(memory) as file:
            at = 0
            for i in range(file.num_record_batches):
                batch = file.get_batch(i)
                for start in range(0, batch.num_rows, n):
                    yield at + start, _frame(batch.slice(start, n), {i: i for i in columns})
                at += batch.num_rows
                if at >= most:
                    return


def _frame(batch: Any, places: Mapping[int, int]) -> pd.DataFrame:
    """Columns of an arrow batch: their number in the file, and their place in the batch."""
    import pandas as pd

    return pd.DataFrame({number: batch.column(place).to_pandas() for number, place in places.items()})


def _class_names(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """Names of the classes of each column of labels, as the data sets of Hugging Face keep them; {} where there are none."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return {
            column: [str(name) for name in about["names"]]
            for column, about in features.items()
            if isinstance(about, dict) and about.get("_type") == "ClassLabel"
        }
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return {}
