"""Collapse: empty clusters and very uneven ones are told of, in words; and at the end of a fit, as a note."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.events import Note
from deepclust.methods import METHODS
from deepclust.metrics.collapse import collapse_warning
from tests.tiny import TINY


def test_even_clusters_are_fine():
    assert collapse_warning(np.arange(400) % 4, 4) is None


def test_empty_clusters():
    told = collapse_warning(np.array([0] * 90 + [2] * 10), 4)
    assert told.startswith("Only 2 of the 4 clusters are used, and the largest holds 90% of the samples.")
    assert "another seed" in told


def test_very_uneven_clusters():
    told = collapse_warning(np.array([0] * 1990 + [1] * 10), 2)
    assert "the smallest holds 10 samples, the largest 1,990" in told
    assert collapse_warning(np.array([0] * 1900 + [1] * 100), 2) is None


def test_nearly_all_in_one_cluster():
    told = collapse_warning(np.array([0] * 190 + [1] * 6 + [2] * 4), 3)
    assert told.startswith(
        "The clusters have collapsed: the largest holds 95% of the samples, and the other 2 share the rest."
    )
    assert "another method" in told
    assert collapse_warning(np.array([0] * 160 + [1] * 20 + [2] * 20), 3) is None


def test_few_samples_may_be_uneven():
    assert collapse_warning(np.array([0] * 60 + [1]), 2) is None


@pytest.mark.parametrize("name", METHODS)
def test_every_method_tells_once_at_the_end(name, monkeypatch):
    X = np.random.default_rng(0).random((40, 6)).astype(np.float32)
    settle = METHODS[name]._settle

    def collapse(self, X):
        settle(self, X)
        self.labels_ = np.zeros(len(X), np.int64)

    monkeypatch.setattr(METHODS[name], "_settle", collapse)
    method = METHODS[name](n_clusters=3, device="cpu", **TINY.get(name, {}))
    events = list(method.fit_events(X))
    told = [e for e in events if isinstance(e, Note) and e.text.startswith("Only 1 of the 3 clusters")]
    assert told == events[-1:]
    assert told[0].level == "warning"
