"""The film of k: nodes with mean pictures, edges, and the samples that change hands along a split."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from deepclust.data.dataset import Dataset
from deepclust.figures.kfilm import CHANGED_HANDS, COLUMNS, film

TWO = np.repeat([0, 1], [10, 20])
THREE = np.where(np.arange(30) < 22, TWO, 2)  # eight of cluster 1 become cluster 2
PICTURES = np.broadcast_to((TWO / 2)[:, None, None], (30, 4, 6)).astype(np.float32)


def test_every_cluster_of_every_k_has_its_mean_picture_and_a_split_the_pictures_that_change_hands() -> None:
    cut = film(Dataset("p", PICTURES, kind="image"), np.arange(30.0)[:, None], {2: TWO, 3: THREE})
    assert [(k, cluster, size) for k, cluster, size, _, _ in cut.nodes] == [
        (2, 0, 10),
        (2, 1, 20),
        (3, 0, 10),
        (3, 1, 12),
        (3, 2, 8),
    ]
    assert [tuple(edge[:5]) for edge in cut.edges] == [(2, 3, 0, 0, 10), (2, 3, 1, 1, 12), (2, 3, 1, 2, 8)]
    assert cut.splits == [[2, 5, 8]]  # the third edge; its eight pictures follow those of the five clusters
    facts = cut.facts()
    assert (facts["n_pictures"], facts["width"], facts["height"]) == (13, 6, 4)
    sheet = np.asarray(Image.open(io.BytesIO(cut.sheet)))
    assert sheet.shape[:2] == (4, 6 * COLUMNS)
    means = [sheet[:, 6 * i : 6 * i + 6].mean() for i in range(13)]
    assert means == pytest.approx([0, 127.5, 0, 127.5, 127.5, *[127.5] * 8], abs=3)  # JPEG


def test_those_nearest_to_the_middle_of_what_moves_are_shown_and_not_too_many() -> None:
    labels = {2: np.repeat([0, 1], [40, 60]), 3: np.repeat([0, 1, 2], [40, 30, 30])}
    X = np.zeros((100, 1, 1), np.float32)
    X[80:90] = 1  # around the middle, row 84.5, of the thirty that move
    cut = film(Dataset("p", X, kind="image"), np.arange(100.0)[:, None], labels)
    [[_, first, count]] = cut.splits
    assert count == CHANGED_HANDS
    sheet = np.asarray(Image.open(io.BytesIO(cut.sheet)))
    assert sheet[0, first : first + 8].min() > 100


def test_vectors_are_drawn_too_and_small_streams_ask_nothing() -> None:
    after = np.where(np.arange(30) == 29, 0, THREE)  # one sample goes from 1 to 0: no twentieth of either
    cut = film(
        Dataset("v", np.random.default_rng(0).normal(size=(30, 5))), np.arange(30.0)[:, None], {2: TWO, 3: after}
    )
    assert [cut.edges[number][2:4] for number, *_ in cut.splits] == [[1, 2]]
    assert cut.cell == (40, 40)
