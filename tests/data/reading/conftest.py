"""MATLAB and HDF5 files without a process for each, which takes half a second."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.arrays import hdf5, mat


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in this process; the other one has tests of its own (test_apart)."""

    def arrays(reader: str, path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
        module, _, function = reader.rpartition(".")
        found: dict[str, np.ndarray] = getattr(import_module(module), function)(path, label, max_bytes)
        return found

    for module in (hdf5, mat):
        monkeypatch.setattr(module, "arrays_apart", arrays)
