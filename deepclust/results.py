"""What a finished run found, as arrays, and how it is kept in one npz file without pickle."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False)
class ClusterResult:
    """Labels, spaces and centres of one clustering.

    labels: int64 (n,). embedding: float32 (n, n_components), the latent space. spectral_embedding: float32 (n, m)
    or None, the eigenspace where the method learns one. cluster_centers: float32 (k, n_components) or None.
    probabilities: float32 (n, k) or None. seconds: training time.
    """

    labels: np.ndarray
    embedding: np.ndarray
    spectral_embedding: np.ndarray | None = None
    cluster_centers: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        n_samples = len(self.labels)
        for name in ("embedding", "spectral_embedding", "probabilities"):
            array = getattr(self, name)
            if array is not None and len(array) != n_samples:
                raise ValueError(f"{name} has {len(array)} rows, but there are {n_samples} labels.")

    def save(self, path: Path) -> None:
        """Write to ``path`` in one step: a reader sees the old file or the whole new one."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        save_arrays(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> ClusterResult:
        """Read what `save` wrote. OSError or ValueError if the file is missing or damaged."""
        arrays = load_arrays(path)
        try:
            return cls(seconds=float(arrays.pop("seconds")), **arrays)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name} does not hold the arrays of a result ({error}).") from error


def save_arrays(path: Path, **arrays: np.ndarray | float) -> None:
    """Write an npz beside ``path``, then rename it, so that no half-written file is ever seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with open(unfinished, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    os.replace(unfinished, path)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an npz, never unpickling anything. OSError if it is missing, ValueError if it is damaged."""
    try:
        # opened here: numpy leaves a file open in which it finds no zip
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path.name} is damaged: {error}.") from error
