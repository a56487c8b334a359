"""The confusion map holds the counts as they are given and colours rows by their shares."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.figures.confusion import confusion_map


def test_counts_shares_and_names() -> None:
    figure = confusion_map(np.array([[8, 2], [0, 5], [0, 0]]), [3, 0, 7], ["cat", "dog"])
    (heat,) = figure.data
    assert np.asarray(heat.text).tolist() == [[8, 2], [0, 5], [0, 0]]
    assert np.asarray(heat.z)[0].tolist() == pytest.approx([0.8, 0.2])
    assert np.asarray(heat.z)[2].tolist() == [0, 0]
    assert list(heat.y) == ["cluster D", "cluster A", "cluster H"]
    assert list(heat.x) == ["cat", "dog"]


def test_large_matrices_are_drawn_without_numbers() -> None:
    assert confusion_map(np.ones((30, 30)), list(range(30)), [str(i) for i in range(30)]).data[0].text is None
