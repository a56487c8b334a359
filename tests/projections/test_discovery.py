"""Projections are found by discovery: what one file says of itself is all that pages, cache and processes know."""

from __future__ import annotations

import re

import numpy as np
import pytest

from deepclust.params import params_of
from deepclust.projections import BEST_FIRST, PROJECTIONS, cache_key, find_projection
from deepclust.projections.base import ProjectionMethod
from deepclust.projections.maps import reel


@pytest.mark.parametrize("name", PROJECTIONS)
def test_every_projection_says_what_a_page_needs(name):
    projection = PROJECTIONS[name]
    assert projection.__module__ == f"deepclust.projections.{name}"
    for words in (projection.title, projection.summary, projection.note, projection.reference, projection.__doc__):
        assert words
    assert projection.summary.endswith(".")
    assert projection.note.endswith(".")
    for param in params_of(projection).values():
        assert param.label
        assert param.help.endswith(".")


def test_the_quick_ones_are_offered_first_and_the_most_telling_are_known():
    slow = [PROJECTIONS[name].slow for name in PROJECTIONS]
    assert slow == sorted(slow)
    assert not slow[0], "something is there at once"
    assert sorted(BEST_FIRST) == sorted(PROJECTIONS)
    assert len({projection.rank for projection in PROJECTIONS.values()}) == len(PROJECTIONS)
    with pytest.raises(ValueError, match=re.escape(f"choose one of {', '.join(PROJECTIONS)}")):
        find_projection("mds")


@pytest.mark.parametrize(
    ("method", "params", "key"),
    [
        ("pca", {}, "7958f05047d3ec74"),
        ("umap", {}, "5829620894dbf1e5"),
        ("tsne", {}, "d26a85498f2894ae"),
        ("umap", {"n_neighbors": 30}, "62c4885c638e7172"),
    ],
)
def test_maps_that_lie_on_disk_are_found_again(method, params, key):
    assert cache_key("f", "latent", method, 2, params, 2000, 0) == key


class Heap(ProjectionMethod):
    title = "Heap"

    def embed(self, X, n_components, random_state, report):
        return X[:, :n_components]


def test_a_projection_that_cannot_settle_says_so_and_has_no_reel(monkeypatch):
    assert not Heap.settles
    assert [name for name in PROJECTIONS if PROJECTIONS[name].settles] == [n for n in reel.REELS if n != "pca"]
    monkeypatch.setitem(PROJECTIONS, "heap", Heap)
    with pytest.raises(ValueError, match=r"Heap cannot start from given positions.*choose one of .*tsne"):
        reel.reel_by_neighbours("heap", [np.zeros((9, 3), np.float32)], 0, lambda *_: None)
    with pytest.raises(ValueError, match="Heap cannot start from given positions"):
        Heap().settle(np.zeros((9, 3), np.float32), np.zeros((9, 2), np.float32), 0, lambda *_: None)
