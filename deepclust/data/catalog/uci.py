"""What the sets of the UCI repository share: their address, their licence, and tables in two files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from deepclust.data.catalog.source import Arrays, Files
from deepclust.data.reading.archives.members import AGAIN, DAMAGE, find_member

ADDRESS = "https://archive.ics.uci.edu/static/public/"
LICENCE = "CC BY 4.0 (UCI Machine Learning Repository)."


def train_and_test(files: Files, train: str, test: str, shape: tuple[int, ...], joined: bool) -> Arrays:
    """UCI tables with the label in the last column, in two files."""
    (path,) = files.values()
    parts = [read_numbers(path, name, ",") for name in (train, test)]
    x, y = [part[:, :-1].reshape(-1, *shape) for part in parts], [part[:, -1] for part in parts]
    if joined:
        return {"x": np.concatenate(x).astype(np.uint8), "y": np.concatenate(y).astype(np.uint8)}
    return {"x_train": x[0] / 16, "y_train": y[0], "x_test": x[1] / 16, "y_test": y[1]}


def read_numbers(path: Path, member: str, delimiter: str | None = None) -> np.ndarray:
    """A text file of numbers inside the archive at ``path``: float64 ``(n, columns)``; None parts at white space."""
    try:
        table = np.loadtxt(io.BytesIO(find_member(path, member)), delimiter=delimiter, ndmin=2)
    except (*DAMAGE, ValueError) as error:
        raise ValueError(f"{path.name}: {member} is no table of numbers ({error}). {AGAIN}") from error
    return table
