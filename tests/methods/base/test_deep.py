"""What deep methods share: means of loss terms that are not told in every batch."""

from __future__ import annotations

import pytest
import torch

from deepclust.methods.base.deep import Means


def test_each_term_is_averaged_over_its_own_batches():
    means = Means()
    means.add({"loss": torch.tensor(1.0)}, 10)
    means.add({"loss": torch.tensor(4.0)}, 20)
    means.add({"validation": torch.tensor(7.0)}, 1)
    assert means.values() == pytest.approx({"loss": 3.0, "validation": 7.0})
