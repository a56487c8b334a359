"""Tables to data sets, in blocks of rows: numbers as they are, words as a column per value, gaps filled, texts as tf-idf."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepclust.data.dataset import Dataset, Kind
from deepclust.data.reading.arrays.samples import unit_range
from deepclust.data.reading.labels import classes_of
from deepclust.data.reading.own_columns import OwnColumns, columns_to_keep
from deepclust.data.reading.pictures.collection import Contents, pictures_of
from deepclust.data.reading.pictures.flat import standing
from deepclust.data.reading.source import MAX_BYTES, shorten
from deepclust.data.reading.tables.cells import list_of, numbers_of, texts_of
from deepclust.data.reading.tables.columns import MOST_CATEGORIES, Column, TableChoice, TableLook
from deepclust.data.reading.tables.files import TableFile
from deepclust.data.reading.tables.open import open_table
from deepclust.data.reading.tables.roles import check_choice, look_at_table

if TYPE_CHECKING:
    import pandas as pd


def read_table(
    path: Path, choice: TableChoice | None = None, name: str = "", max_bytes: int = MAX_BYTES, label: str = ""
) -> Dataset:
    """Read a table in blocks of rows: numbers as they are, categories as one column per value, gaps filled.

    choice: the parts of the columns, None for the ones that suggest themselves. ValueError, with what to do, for
    columns that are not there, no usable column, no row left, or too much for memory.
    """
    label = label or path.name
    look = look_at_table(path, label, {} if choice is None else choice.to_json())
    choice = choice or look.suggested
    check_choice(choice, look, label)
    table = open_table(path, label, choice.header, choice.sheet)
    title = name or Path(label).stem
    if choice.text is not None:
        return _read_texts(table, look, choice, title, max_bytes)
    columns = [look.column(c) for c in choice.features]
    reader = (_Pictures if columns[0].kind == "picture" else _Reader)(table, columns, choice, max_bytes)
    own = OwnColumns(columns_to_keep(look, choice), table.decimal)
    for start, frame in table.blocks([c for c in (*choice.features, choice.label, choice.id, *own.names) if c]):
        reader.take(start, frame)
        own.take(frame)
    dataset, keep = reader.dataset(title, look)
    return replace(dataset, columns=own.columns(reader.n, keep))


class _Reader:
    """Collects blocks of rows into one array of float32 that is made once, for as many rows as the file can hold."""

    def __init__(self, table: TableFile, columns: list[Column], choice: TableChoice, max_bytes: int) -> None:
        self.table, self.choice, self.max_bytes = table, choice, max_bytes
        self.numeric = [c for c in columns if c.kind in ("number", "vector")]
        self.categories = [c for c in columns if c.kind == "category"]
        self.offsets = np.cumsum([0, *(c.width for c in self.numeric)])
        most_rows = table.n_rows if table.n_rows is not None else table.most_rows()
        width = int(self.offsets[-1]) + sum(min(c.n_values, MOST_CATEGORIES) for c in self.categories)
        self.width = width
        self._check(most_rows if table.n_rows is not None else 0, width)
        most_rows = min(most_rows, max_bytes // (4 * max(1, width)) + 1)  # a file of line ends counts as many rows
        self.X = np.empty((most_rows, int(self.offsets[-1])), np.float32)
        self.codes = np.empty((most_rows, len(self.categories)), np.int32)
        self.values: list[dict[str, int]] = [{} for _ in self.categories]
        self.labels: list[np.ndarray] = []
        self.ids: list[np.ndarray] = []
        self.n = 0
        self.strange: dict[str, tuple[int, str]] = {}

    def _check(self, n: int, width: int) -> None:
        if 4 * n * width > self.max_bytes:
            raise ValueError(
                f"{self.table.label}: {n:,} rows of {width:,} numbers need {4 * n * width / 2**30:.1f} GiB as float32, and at "
                f"most {self.max_bytes / 2**30:.1f} GiB are allowed. Choose fewer columns, or give fewer rows."
            )

    def take(self, start: int, frame: pd.DataFrame) -> None:
        """Add some rows, from number ``start`` on, of the columns that the frame has."""
        stop = start + len(frame)
        self._check(stop, self.width)
        if stop > len(self.X):
            raise ValueError(f"{self.table.label} changed while it was read. Load it again.")
        for column, at in zip(self.numeric, self.offsets, strict=False):
            if column.name not in frame:
                continue
            values = frame[column.name]
            if column.kind == "vector":
                self.X[start:stop, at : at + column.width] = _stacked(column, values, self.table.label, start)
            else:
                self.X[start:stop, at] = self._numbers(column, values, start)
        for j, column in enumerate(self.categories):
            if column.name in frame:
                self.codes[start:stop, j] = self._coded(j, column.name, frame[column.name])
        if self.choice.label in frame:
            self.labels.append(texts_of(frame[self.choice.label]))
        if self.choice.id in frame:
            self.ids.append(encoded_ids(frame[self.choice.id]))
        self.n = max(self.n, stop)

    def _numbers(self, column: Column, values: pd.Series, start: int) -> np.ndarray:
        """Float32 of a column, counted from its origin in its unit; NaN for what is no number."""
        numbers = numbers_of(values, self.table.decimal)
        odd = np.isnan(numbers) & values.notna().to_numpy()
        if odd.any():
            count, example = self.strange.get(column.name, (0, ""))
            first = int(odd.argmax())
            example = example or f"{str(values.iloc[first])[:40]!r} in row {start + first + 1:,}"
            self.strange[column.name] = (count + int(odd.sum()), example)
        with np.errstate(over="ignore"):
            result = ((numbers - column.origin) / column.unit).astype(np.float32)
        result[np.isinf(result)] = np.nan
        return result

    def _coded(self, j: int, name: str, values: pd.Series) -> np.ndarray:
        """Number of each value among those of the column; -1 where there is none."""
        import pandas as pd

        local, unique = pd.factorize(values.astype("string").str.strip(), use_na_sentinel=True)
        known = self.values[j]
        numbers = np.array([known.setdefault(str(u), len(known)) for u in unique] + [-1], np.int32)
        if len(known) > MOST_CATEGORIES:
            raise ValueError(
                f"{self.table.label}: the column {name!r} has more than {MOST_CATEGORIES} different values, too many to "
                "become a column each. Leave it out, or read it as text."
            )
        codes: np.ndarray = numbers[local]
        return codes

    def dataset(self, title: str, look: TableLook) -> tuple[Dataset, np.ndarray | None]:
        """All blocks together, and which of the rows became samples, None for all."""
        choice, label = self.choice, self.table.label
        X, notes = self.X[: self.n], [*self.table.notes, *_unused(choice, look)]
        for column in self.numeric:
            if column.origin:
                notes.append(
                    f"Column {column.name} is counted from {column.origin:.15g}, so that small steps are kept."
                )
            if column.unit != 1:
                notes.append(f"Column {column.name} holds very large numbers and was divided by {column.unit:g}.")
        for name, (count, example) in self.strange.items():
            notes.append(f"Column {name}: {count:,} values are no numbers ({example}) and count as missing.")
        keep = self._with_values(X)
        if keep is not None:
            n_bare = self.n - int(np.count_nonzero(keep))
            rows = f"row {int(keep.argmin()) + 1:,} is" if n_bare == 1 else f"{n_bare:,} rows are"
            notes.append(f"Left out, without any value: {rows} empty but for a remark.")
            X = X[keep]
        codes = self.codes[: self.n] if keep is None else self.codes[: self.n][keep]
        gaps = np.isnan(X).sum(axis=0) if X.size else np.zeros(X.shape[1], int)
        if choice.missing == "drop" and (gaps.any() or (codes < 0).any()):
            gapless = ~np.isnan(X).any(axis=1) & ~(codes < 0).any(axis=1)
            left_out = len(X) - int(np.count_nonzero(gapless))
            if left_out == len(X):
                raise ValueError(
                    f"{label}: every row has a missing value. Fill the gaps instead, or leave out the emptiest columns: "
                    f"{shorten(self._emptiest(gaps))}."
                )
            notes.append(f"{left_out:,} of {len(X):,} rows with missing values were left out.")
            X, codes = X[gapless], codes[gapless]
            if keep is None:
                keep = np.asarray(gapless)
            else:
                keep[np.flatnonzero(keep)[~gapless]] = False
        elif gaps.any():
            notes += self._fill(X, gaps)
        if self.categories:
            X = self._with_categories(X, codes, notes)
        y, class_names = self._classes(keep, notes)
        if y is not None and not look.is_sure:
            notes.append(f"Labels are the column {choice.label}: its values look like those of classes.")
        ids = None
        if self.ids:
            ids = np.concatenate(self.ids)
            ids = ids if keep is None else ids[keep]
        kind: Kind = "vector"
        if choice.pictures is not None:
            kind, X = "image", _as_pictures(X, choice.pictures, label, notes)
        described = Dataset(
            title,
            X,
            y=y,
            class_names=class_names,
            kind=kind,
            title=title,
            notes=tuple(notes),
            ids=ids,
            feature_names=() if kind == "image" else self._names(),
        )
        return described, keep

    def _with_values(self, X: np.ndarray) -> np.ndarray | None:
        """The rows that hold any number, word or label; the others are sums, sources and remarks. None where all do, or none."""
        if X.shape[1] < 2 or not self.n or not np.isnan(X[:, 0]).any():
            return None
        bare = np.isnan(X).all(axis=1) & (self.codes[: self.n] < 0).all(axis=1)
        if self.labels:
            bare &= np.char.strip(np.concatenate(self.labels)) == ""
        return ~bare if bare.any() and not bare.all() else None

    def _name_at(self, at: int) -> str:
        j = int(np.searchsorted(self.offsets, at, side="right")) - 1
        return self.numeric[j].name

    def _names(self) -> tuple[str, ...]:
        """What each number of a row is called: its column, with its place in a list, or with the word that it stands for."""
        names = [
            column.name if column.width == 1 else f"{column.name}[{i}]"
            for column in self.numeric
            for i in range(column.width)
        ]
        for column, values in zip(self.categories, self.values, strict=True):
            names += [f"{column.name} = {value}" for value in values]
        return tuple(names)

    def _emptiest(self, gaps: np.ndarray) -> list[str]:
        return [self._name_at(int(j)) for j in np.argsort(-gaps)[:3] if gaps[j]]

    def _fill(self, X: np.ndarray, gaps: np.ndarray) -> list[str]:
        """Put the median of the column into its gaps, in place; a column without any value becomes 0."""
        told: dict[str, str] = {}
        for j in np.flatnonzero(gaps):
            column = X[:, j]
            missing = np.isnan(column)
            middle = np.float32(0) if missing.all() else np.median(column[~missing])
            column[missing] = middle
            name = self._name_at(int(j))
            told[name] = f"{name} ({int(gaps[j]):,}" + (")" if name in told else f", filled with {middle:.4g})")
        return [f"Missing values were filled with the median of their column: {shorten(list(told.values()))}."]

    def _with_categories(self, X: np.ndarray, codes: np.ndarray, notes: list[str]) -> np.ndarray:
        widths = [len(v) for v in self.values]
        self._check(len(X), X.shape[1] + sum(widths))
        joined = np.zeros((len(X), X.shape[1] + sum(widths)), np.float32)
        joined[:, : X.shape[1]] = X
        at = X.shape[1]
        for j, width in enumerate(widths):
            rows = np.flatnonzero(codes[:, j] >= 0)
            joined[rows, at + codes[rows, j]] = 1.0
            at += width
        told = [f"{c.name} ({w})" for c, w in zip(self.categories, widths, strict=True)]
        notes.append(f"Columns of words became one column per value, 0 or 1: {shorten(told)}.")
        return joined

    def _classes(self, keep: np.ndarray | None, notes: list[str]) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
        if not self.labels:
            return None, None
        return classes_of(np.concatenate(self.labels), keep, notes, self.table.called(self.choice.label))


class _Pictures(_Reader):
    """A column of picture files, each with its label and its name."""

    def __init__(self, table: TableFile, columns: list[Column], choice: TableChoice, max_bytes: int) -> None:
        super().__init__(table, [], choice, max_bytes)
        self.column = columns[0].name
        self.contents: dict[str, bytes] = {}
        self.rows: dict[str, int] = {}

    def take(self, start: int, frame: pd.DataFrame) -> None:
        super().take(start, frame)
        if self.column in frame:
            for row, cell in enumerate(frame[self.column], start):
                content = cell.get("bytes") if isinstance(cell, dict) else cell
                self.contents[f"row {row + 1:,}"] = content if isinstance(content, bytes) else b""
                self.rows[f"row {row + 1:,}"] = row

    def dataset(self, title: str, look: TableLook) -> tuple[Dataset, np.ndarray | None]:
        bundle = Contents(self.table.label, self.contents)
        pictures = pictures_of(bundle, list(self.contents), self.choice.size, self.max_bytes)
        notes = [*self.table.notes, *_unused(self.choice, look), *pictures.notes({})]
        keep = np.array([self.rows[name] for name in pictures.kept])
        y, class_names = self._classes(keep, notes)
        ids = np.concatenate(self.ids)[keep] if self.ids else np.array([name.encode() for name in pictures.kept])
        described = Dataset(
            title,
            pictures.X,
            y=y,
            class_names=class_names,
            kind="image",
            title=title,
            notes=tuple(notes),
            ids=ids,
            left_out=tuple(pictures.reasons),
        )
        return described, keep


def _unused(choice: TableChoice, look: TableLook) -> list[str]:
    """A sentence on the columns that play no part, and why."""
    used = {*choice.features, choice.label, choice.id, choice.text}
    unused = [c.name for c in look.columns if c.name not in used]
    with_reasons = [f"{name} ({look.left_out[name]})" if name in look.left_out else name for name in unused]
    return [f"Columns that were not used: {shorten(with_reasons)}."] if unused else []


def _as_pictures(X: np.ndarray, shape: tuple[int, ...], label: str, notes: list[str]) -> np.ndarray:
    """Rows of pixels as pictures in [0, 1]."""
    if math.prod(shape) != X.shape[1]:
        raise ValueError(
            f"{label}: pictures of {' × '.join(map(str, shape))} have {math.prod(shape):,} pixels, and there are {X.shape[1]:,} "
            "columns of numbers. Choose other columns or another size."
        )
    notes.append(f"Each row is a picture of {' × '.join(map(str, shape))}.")
    if X.min() >= 0 and 1 < X.max() <= 255 and np.array_equal(X, np.floor(X)):  # bytes, as pictures have them
        X = X / np.float32(255)
        return standing(X.reshape(-1, *shape))
    return unit_range(standing(X.reshape(-1, *shape)), label, notes)


def encoded_ids(values: pd.Series) -> np.ndarray:
    """Names of rows as UTF-8 bytes, at most 80 characters each."""
    encoded: np.ndarray = np.char.encode(texts_of(values).astype("U80"), "utf-8")
    return encoded


def _read_texts(table: TableFile, look: TableLook, choice: TableChoice, title: str, max_bytes: int) -> Dataset:
    from deepclust.data.reading.texts import tfidf_of_texts

    texts: list[str] = []
    labels, ids = [], []
    for _, frame in table.blocks([c for c in (choice.text, choice.label, choice.id) if c]):
        if choice.text in frame:
            texts += texts_of(frame[choice.text]).tolist()
        if choice.label in frame:
            labels.append(texts_of(frame[choice.label]))
        if choice.id in frame:
            ids.append(encoded_ids(frame[choice.id]))
    X, words = tfidf_of_texts(texts, label=table.label, max_bytes=max_bytes)
    notes = [
        *table.notes,
        *_unused(choice, look),
        f"Texts as tf-idf of {len(words):,} words; most frequent: {shorten(words, 8)}.",
    ]
    y, names = classes_of(np.concatenate(labels), None, notes, table.called(choice.label)) if labels else (None, None)
    return Dataset(
        title,
        X,
        y=y,
        class_names=names,
        kind="text",
        title=title,
        notes=tuple(notes),
        ids=np.concatenate(ids) if ids else None,
        feature_names=tuple(words),
    )


def _stacked(column: Column, values: pd.Series, label: str, start: int) -> np.ndarray:
    gap = np.full(column.width, np.nan, np.float32)
    arrays = (list_of(v) for v in values)
    rows = [gap if a is None else a.astype(np.float32).ravel() for a in arrays]
    wrong = next((i for i, row in enumerate(rows) if row.shape != gap.shape), None)
    if wrong is not None:
        raise ValueError(
            f"{label}: the column {column.name!r} holds {column.width} numbers in the first row, but {rows[wrong].size} in "
            f"row {start + wrong + 1:,}. All rows need the same number: correct them or leave the column out."
        )
    return np.stack(rows)
