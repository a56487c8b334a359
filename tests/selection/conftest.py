"""Groups whose number everyone can see."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.every_k import recluster


@pytest.fixture(scope="session")
def groups() -> tuple[np.ndarray, np.ndarray]:
    """Four round groups of 60 samples in five dimensions, 10 standard deviations apart: X (240, 5) and y (240,)."""
    dice = np.random.default_rng(0)
    y = np.repeat(np.arange(4), 60)
    return (10 * np.eye(5)[y] + dice.normal(size=(240, 5))).astype(np.float32), y


@pytest.fixture(scope="session")
def labels(groups: tuple[np.ndarray, np.ndarray]) -> dict[int, np.ndarray]:
    """k-means of them for k = 2 .. 8."""
    return recluster(groups[0], range(2, 9))
