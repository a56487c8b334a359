"""MATLAB and HDF5 files without a process for each, which takes half a second."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from deepclust.data.reading.arrays import apart
from deepclust.data.reading.arrays.names import Named


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in this process; the other one has tests of its own (test_apart)."""

    def named(reader: str, path: Path, label: str, max_bytes: int) -> Named:
        module, _, function = reader.rpartition(".")
        found = getattr(import_module(module), function)(path, label, max_bytes)
        return found if isinstance(found, Named) else Named(found)

    monkeypatch.setattr(apart, "named_apart", named)
