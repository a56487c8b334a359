"""What is known of a data set of the catalog, whether it is there, and how it is loaded."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from deepclust.data.catalog.downloads import Report
from deepclust.data.catalog.reported import Reported, best_first
from deepclust.data.catalog.source import FOLDER, Source, make_file
from deepclust.data.dataset import Dataset, Kind
from deepclust.data.reading.arrays.npz import read_arrays
from deepclust.data.reading.arrays.samples import unit_range
from deepclust.data.reading.source import MAX_BYTES
from deepclust.params import Param, params_of, values_from_json

FOLDER_VARIABLE = "DEEPCLUST_DATA"


def data_folder() -> Path:
    """Where the files of the larger data sets are looked for: $DEEPCLUST_DATA, else the user's cache folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("deepclust") / "data"


class Drawn(Protocol):
    """A dataclass of options that draws a data set."""

    def load(self, name: str, title: str) -> Dataset: ...


@dataclass(frozen=True)
class Entry:
    """A data set of the catalog, with all that is known of it; one of ``file``, ``bundled`` and ``drawn`` gives the data.

    file: what is read from the data folder; source: where that comes from, None where nobody offers it any more.
    part: "test" takes the official test split of a file. divisor: brings the numbers of a table to [0, 1].
    reported: results on these data, by whomever.
    """

    name: str
    title: str
    summary: str
    kind: Kind
    n_samples: int
    n_classes: int
    feature_shape: tuple[int, ...]
    licence: str
    citation: str
    class_names: tuple[str, ...] = ()
    file: str = ""
    source: Source | None = None
    part: str = ""
    divisor: float = 1.0
    bundled: Callable[[], tuple[np.ndarray, np.ndarray]] | None = None
    drawn: type[Drawn] | None = None
    reported: tuple[Reported, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "reported", best_first(self.reported))

    @property
    def published(self) -> tuple[Reported, ...]:
        """What papers report on these data, best first; empty where nothing may be compared."""
        return tuple(row for row in self.reported if row.by != "us")

    @property
    def options(self) -> Mapping[str, Param]:
        """What ``load`` can be asked for: points, noise and seed of the drawn data sets, else nothing."""
        return params_of(self.drawn) if self.drawn else {}

    def available(self) -> bool:
        """Whether the data can be loaded here and now."""
        return not self.file or (data_folder() / self.file).is_file()

    @property
    def can_be_fetched(self) -> bool:
        """Whether ``fetch`` may succeed: the file is not there, and a program can get it."""
        return not self.available() and self.source is not None and not self.source.by_hand

    def unavailable_reason(self) -> str:
        """Why ``load`` would fail and what helps, as the end of a sentence; empty if it would not."""
        if self.available():
            return ""
        folder = data_folder()
        reason = f"needs the file {self.file} in the folder named by {FOLDER_VARIABLE} (now {folder})"
        if self.can_be_fetched and self.source is not None:
            size = f"about {self.source.megabytes:,} MB"
            return f"{reason}; `deepclust datasets --fetch {self.name}` downloads it ({size})"
        if self.source is not None:
            return (
                f"{reason}, or {self.source.files[0].name} in {folder / FOLDER / self.source.folder} and then a fetch"
            )
        return reason

    def fetch(self, report: Report) -> Path:
        """Download the published files and write the one that ``load`` reads; a file that is there stays as it is.

        report: called with what is being done, the bytes that are there and the bytes in all (0 where unknown).
        ValueError, with what to do, where that is not possible.
        """
        path = data_folder() / self.file
        if self.available():
            return path
        if self.source is None:
            raise ValueError(f"{self.title} is not offered for download any more. It {self.unavailable_reason()}.")
        return make_file(self.source, self.file, self.title, data_folder(), report)

    def load(self, **options: Any) -> Dataset:
        """Load the data. ValueError for a missing or damaged file, an unknown option or a bad value."""
        if self.drawn is not None:
            return self.drawn(**values_from_json(self.drawn, options)).load(self.name, self.title)
        if options:
            raise ValueError(
                f"The data set {self.name!r} has no option {', '.join(map(repr, sorted(options)))}: it is always the "
                "same. Only drawn data sets (such as moons and rings) have options."
            )
        if self.bundled is not None:
            return self._dataset(*self.bundled(), None)
        if not self.available():
            raise ValueError(
                f"The data set {self.name!r} {self.unavailable_reason()}. Download it on the Data page, put the file "
                f"there, or set {FOLDER_VARIABLE} to the folder that holds it."
            )
        return self._load_file(data_folder() / self.file)

    def _load_file(self, path: Path) -> Dataset:
        only = ("x_test", "y_test") if self.part == "test" else None
        n_numbers = self.n_samples * math.prod(self.feature_shape)
        _check_memory(self.title, 6 * n_numbers)
        arrays = read_arrays(path, self.file, max(MAX_BYTES, 8 * n_numbers), only)
        n_train = None
        if self.part == "test":
            parts = ["test"]
        elif "x_train" in arrays:
            parts = ["train", "test"]
            n_train = len(arrays["x_train"])
        else:
            parts = []
        try:
            X = np.concatenate([arrays[f"x_{p}"] for p in parts]) if parts else arrays["x"]
            y = np.concatenate([arrays[f"y_{p}"] for p in parts]) if parts else arrays["y"]
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"{path} does not hold the arrays of {self.title} ({error}). Get the file again."
            ) from error
        expected = (self.n_samples, *self.feature_shape)
        if X.shape != expected or y.shape != expected[:1]:
            raise ValueError(
                f"{path} holds samples of the shape {X.shape} and labels of the shape {y.shape}, but {self.title} is "
                f"{expected} and {expected[:1]}. Get the file again."
            )
        if self.kind == "image":
            X = unit_range(X, self.file, [])
        else:
            X = np.divide(X, np.float32(self.divisor), dtype=np.float32)
        return self._dataset(X, y, n_train)

    def _dataset(self, X: np.ndarray, y: np.ndarray, n_train: int | None) -> Dataset:
        names = self.class_names or None
        return Dataset(self.name, X, y=y, class_names=names, kind=self.kind, n_train=n_train, title=self.title)


def _check_memory(title: str, n_bytes: int) -> None:
    """ValueError where a data set is so large that this machine would not survive opening it."""
    if n_bytes < 2**30:
        return
    import psutil

    free = psutil.virtual_memory().available
    if n_bytes > free:
        raise ValueError(
            f"{title} needs {n_bytes / 2**30:.1f} GiB of memory to open, and {free / 2**30:.1f} GiB are free. Close other "
            "programs, or use a machine with more memory."
        )
