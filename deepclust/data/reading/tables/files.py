"""The files that tables come in: csv and tsv of any dialect, parquet, feather, xlsx; a head of rows, and blocks of rows."""

from __future__ import annotations

import contextlib
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepclust.data.reading.archives.packed import open_packed
from deepclust.data.reading.archives.zips import check_sizes
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import shorten
from deepclust.data.reading.tables.csv_dialect import SNIFF, dialect_of

if TYPE_CHECKING:
    import pandas as pd

    Pieces = Iterator[tuple[int, pd.DataFrame]]

BLOCK_ROWS = 50_000
MAX_COLUMNS = 20_000
MAX_XLSX_BYTES = 2**30  # of the unpacked sheets: xlsx is a zip of XML
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".parquet", ".feather", ".arrow", ".xlsx", ".arff")
_PIECE = 64 * 2**20  # bytes of a parquet file that are decoded at a time


class TableFile:
    """A table on disk. n_rows: None where only reading tells. notes: what was noticed on opening."""

    def __init__(self, path: Path, label: str, names: Sequence[str], n_rows: int | None) -> None:
        if len(names) > MAX_COLUMNS:
            raise ValueError(
                f"{label} has {len(names):,} columns; at most {MAX_COLUMNS:,} are allowed. Save it as an .npz of one array "
                "instead, or with fewer columns."
            )
        self.path, self.label, self.n_rows = path, label, n_rows
        self.names, self.notes = unique_names(names)

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        """The columns with these numbers, piece by piece, each with the number of its first row.

        A piece holds up to n rows of all or some of the columns, named by their numbers; the pieces of a column come in
        the order of the rows, and none begins after row ``most``.
        """
        raise NotImplementedError

    def most_rows(self) -> int:
        """A number of rows that the file does not exceed."""
        raise NotImplementedError

    def head(self, n: int) -> pd.DataFrame:
        """The first n rows of all columns."""
        import pandas as pd

        found: dict[int, list[pd.Series]] = {i: [] for i in range(len(self.names))}
        with _in_words(self.label):
            for _, piece in self.pieces(range(len(self.names)), n, n):
                for i in piece.columns:
                    found[i].append(piece[i])
            columns = {self.names[i]: pd.concat(f, ignore_index=True) for i, f in found.items() if f}
        return pd.DataFrame(columns).head(n) if columns else pd.DataFrame(columns=self.names)

    def blocks(self, names: Sequence[str]) -> Iterator[tuple[int, pd.DataFrame]]:
        """All rows of these columns, piece by piece: see `pieces`, with the names of the columns."""
        places = [self.names.index(n) for n in dict.fromkeys(names)]
        with _in_words(self.label):
            for start, piece in self.pieces(places, BLOCK_ROWS):
                yield start, piece.set_axis([self.names[i] for i in piece.columns], axis=1)


def open_table(path: Path, label: str) -> TableFile:
    """Open a table by the ending of its name. ValueError if it is missing, no table, or damaged."""
    if not path.is_file():
        raise ValueError(f"There is no file {path}. Check the path.")
    if path.stat().st_size == 0:
        raise ValueError(f"{label} is empty (0 bytes). Save it again.")
    from deepclust.data.reading.tables.arff import Arff  # which needs TableFile

    kinds = {".arff": Arff, ".parquet": _Parquet, ".feather": _Feather, ".arrow": _Feather, ".xlsx": _Xlsx}
    with _in_words(label):
        return kinds.get(path.suffix.lower(), _Csv)(path, label)


def unique_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Column names without doubles and gaps, and a sentence if any had to be changed."""
    found: dict[str, None] = {}
    changed = []
    for i, given in enumerate(names):
        plain = " ".join(str(given).split())[:80] or f"column {i + 1}"
        name, number = plain, 2
        while name in found:
            name, number = f"{plain} ({number})", number + 1
        if name != plain:
            changed.append(name)
        found[name] = None
    notes = [f"Columns of the same name got a number: {shorten(changed)}."] if changed else []
    return list(found), notes


@contextlib.contextmanager
def _in_words(label: str) -> Iterator[None]:
    """Errors of the packages that read tables as a sentence; that of a ragged csv names the line."""
    with in_words(label, " as a table", "Save it again as .csv or .parquet"):
        try:
            yield
        except ValueError as error:
            fields = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
            if not fields:
                raise
            raise ValueError(
                f"{label}: line {int(fields[2]):,} has {fields[3]} fields where {fields[1]} are expected. Correct that "
                "line; a separator inside a text needs quotes around the text."
            ) from error


class _Csv(TableFile):
    def __init__(self, path: Path, label: str) -> None:
        with open_packed(path, label) as stream:
            suffix = ".tsv" if path.name.lower().endswith((".tsv", ".tsv.gz")) else path.suffix.lower()
            self.dialect = dialect_of(stream.read(SNIFF), suffix, label)
        super().__init__(path, label, self.dialect.names, None)
        if not self.dialect.header:
            self.notes.append("The first line holds numbers, so the columns got names of their own.")

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pandas as pd

        # without usecols: with it, pandas passes over lines that have too many fields
        dialect = self.dialect
        with (
            open_packed(self.path, self.label) as stream,
            pd.read_csv(
                stream,
                sep=dialect.separator,
                decimal=dialect.decimal,
                encoding=dialect.encoding,
                encoding_errors="replace",
                header=0 if dialect.header else None,
                names=range(len(self.names)),
                chunksize=n,
                low_memory=False,
            ) as blocks,
        ):
            start = 0
            for frame in blocks:
                yield start, frame[list(columns)]
                start += len(frame)
                if start >= most:
                    return

    def most_rows(self) -> int:
        n = 1
        with open_packed(self.path, self.label) as stream:
            while block := stream.read(2**24):
                n += block.count(b"\n") or block.count(b"\r")
        return n


class _Parquet(TableFile):
    """Read some columns of one group of rows at a time: pyarrow decodes a group as a whole, and it may be the whole file."""

    def __init__(self, path: Path, label: str) -> None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            super().__init__(path, label, file.schema_arrow.names, file.metadata.num_rows)

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


class _Feather(TableFile):
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


class _Xlsx(TableFile):
    """The first sheet that holds anything. Formulas are not computed: what was shown when the file was saved is read."""

    def __init__(self, path: Path, label: str) -> None:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive.infolist(), label, MAX_XLSX_BYTES)
        first: tuple[Any, ...] = ()
        self.sheet = ""
        book = _book(path)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                first = next((row for row in sheet.iter_rows(values_only=True) if any(v is not None for v in row)), ())
                if first:
                    self.sheet = sheet.title
                    break
        finally:
            book.close()
        if not first:
            raise ValueError(f"{label} holds no sheet with values. Save one with a header and rows.")
        while first and first[-1] is None:
            first = first[:-1]
        super().__init__(path, label, ["" if v is None else str(v) for v in first], None)

    def pieces(self, columns: Sequence[int], n: int, most: float = math.inf) -> Pieces:
        import pandas as pd

        width, start = len(self.names), 0
        book = _book(self.path)
        try:
            sheet = book[self.sheet]
            sheet.reset_dimensions()
            rows: list[list[Any]] = []
            filled = (row for row in sheet.iter_rows(values_only=True) if any(v is not None for v in row))
            next(filled)  # the header
            for row in filled:
                padded = (*row, *(None,) * (width - len(row)))
                rows.append([padded[i] for i in columns])
                if len(rows) == n:
                    yield start, pd.DataFrame(rows, columns=list(columns))
                    start, rows = start + n, []
                    if start >= most:
                        return
            if rows:
                yield start, pd.DataFrame(rows, columns=list(columns))
        finally:
            book.close()

    def most_rows(self) -> int:
        with zipfile.ZipFile(self.path) as archive:
            sizes = [i.file_size for i in archive.infolist() if "sheet" in i.filename]
        return min(2**20, max(sizes, default=0) // 10 + 1)  # a row takes more than ten bytes of XML


def _book(path: Path) -> Any:
    from openpyxl import load_workbook

    return load_workbook(path, read_only=True, data_only=True, keep_links=False)


def _frame(batch: Any, places: Mapping[int, int]) -> pd.DataFrame:
    """Columns of an arrow batch: their number in the file, and their place in the batch."""
    import pandas as pd

    return pd.DataFrame({number: batch.column(place).to_pandas() for number, place in places.items()})
