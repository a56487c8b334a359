"""What the tests of several rooms share: an empty runs folder, tiny runs in it, and the real data where they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.runs import Run, RunStore
from tests.tiny import TINY

# numba asks OpenMP for a thread per processor, and torch takes that over: in every later test its steps wait for threads
os.environ.setdefault("NUMBA_NUM_THREADS", "1")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A runs folder of its own."""
    return RunStore(tmp_path / "runs")


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    """90 pictures of 6 x 6 in 3 groups, with their labels, as an npz."""
    dice = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 30)
    x = np.clip(np.eye(36, dtype=np.float32)[y * 9] * 0.8 + dice.random((90, 36), np.float32) * 0.3, 0, 1)
    path = tmp_path / "small.npz"
    np.savez(path, x=x.reshape(90, 6, 6).astype(np.float32), y=y)
    return path


@pytest.fixture
def split_file(small_file: Path) -> Path:
    """The same pictures shuffled, 60 of them as an official train part and 30 as the test part."""
    with np.load(small_file) as arrays:
        rows = np.random.default_rng(1).permutation(90)
        x, y = arrays["x"][rows], arrays["y"][rows]
    path = small_file.with_name("split.npz")
    np.savez(path, x_train=x[:60], y_train=y[:60], x_test=x[60:], y_test=y[60:])
    return path


@pytest.fixture
def ask(store: RunStore, small_file: Path) -> Callable[..., Run]:
    """Make a run of a tiny method, queued but not started: ``ask("DDLS", max_epochs=4, seed=1)``."""

    def make(method: str = "KMeans", ref: dict[str, Any] | None = None, seed: int = 0, device: str = "cpu", **values):
        ref = ref or {"file": str(small_file)}
        dataset = open_dataset(ref, store.datasets)
        values = {"n_clusters": 3, **TINY.get(method, {}), **values}
        return store.create(make_config(ref, dataset, method, values=values, seed=seed, device=device))

    return make


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """The folder of real data, which DEEPCLUST_DATA names; skips where the file asked for is not there."""
    place = os.environ.get("DEEPCLUST_DATA")

    def folder(file: str) -> Path:
        if not place or not (Path(place) / file).is_file():
            pytest.skip("set DEEPCLUST_DATA to the folder of real data; this file is not there")
        return Path(place)

    return folder
