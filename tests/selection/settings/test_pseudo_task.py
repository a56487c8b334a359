"""How hard a pseudo-task is: the three probes on tasks that are easy, hard and impossible, and bits worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.settings.pseudo_task import (
    PseudoTask,
    beyond_chance,
    judge_task,
    reduced,
    trained_accuracy,
    views_of,
)


@pytest.fixture(scope="module")
def hooks() -> np.ndarray:
    """120 pictures of 12 x 12 with an L at a random place, in random brightness, in one of four orientations."""
    dice = np.random.default_rng(0)
    pictures = np.zeros((120, 12, 12), np.float32)
    for picture in pictures:
        y, x = dice.integers(0, 6, 2)
        stroke = np.zeros((6, 6), np.float32)
        stroke[:, 0] = stroke[5, :4] = dice.uniform(0.6, 1.0)
        picture[y : y + 6, x : x + 6] = stroke
    return pictures + dice.random(pictures.shape, np.float32) * 0.05


def test_bits_are_what_a_closer_look_adds() -> None:
    task = PseudoTask("T1+T2+T3+T4", 4, linear=0.55, texture=0.40, shape=0.85)
    assert task.glance == 0.55
    assert task.bits == pytest.approx(2 * ((0.85 - 0.25) / 0.75 - (0.55 - 0.25) / 0.75))
    assert task.lesson == pytest.approx(task.bits * (1 - 0.4))
    assert task.problem == ""
    assert beyond_chance(0.25, 4) == 0


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (PseudoTask("T1+T2", 2, 0.99, 0.5, 1.0), "linear probe tells its transformations apart in 99%"),
        (PseudoTask("T1+T2", 2, 0.6, 0.98, 1.0), "probe of local texture"),
        (PseudoTask("T1+T3", 2, 0.5, 0.5, 0.55), "no signal: even a small network .* only 55%"),
    ],
)
def test_a_task_that_teaches_nothing_is_named(task: PseudoTask, words: str) -> None:
    import re

    assert re.search(words, task.problem)
    assert task.lesson < 0.11


def test_an_l_at_any_place_is_told_by_its_shape(hooks: np.ndarray) -> None:
    task = judge_task(hooks, "half-turn")
    assert task.transforms == "T1+T3"
    assert task.shape > 0.85
    assert task.texture is not None
    few = hooks[:24]
    assert judge_task(few, "half-turn") == judge_task(few, "half-turn"), "the same again"


def test_pixels_in_another_order_are_a_shortcut(hooks: np.ndarray) -> None:
    steady = hooks[:48] + np.linspace(0, 1, 144, dtype=np.float32).reshape(12, 12)
    task = judge_task(steady, "permute-8")
    assert task.linear > 0.9
    assert "shortcut" in task.problem


def test_what_looks_the_same_teaches_nothing() -> None:
    rings = np.zeros((60, 8, 8), np.float32)
    rings[:, 2:6, 2:6] = np.random.default_rng(0).random((60, 1, 1))
    task = judge_task(rings, "half-turn")
    assert max(task.linear, task.shape) < 0.7
    assert "no signal" in task.problem


def test_vectors_have_no_texture() -> None:
    X = np.random.default_rng(0).normal(1.0, size=(80, 6)).astype(np.float32)
    task = judge_task(X, "T1+signs-1")
    assert task.texture is None
    assert task.glance == task.linear


def test_the_texture_probe_does_not_know_where_anything_is() -> None:
    dice = np.random.default_rng(0)
    left = np.zeros((80, 10, 10), np.float32)
    left[:, 3:7, 2:5] = 1 + dice.random((80, 1, 1))
    views = np.stack([left, np.roll(left, 3, axis=2)])  # the same patch, elsewhere
    assert trained_accuracy(views, "texture") == pytest.approx(0.5, abs=0.1)
    assert trained_accuracy(views, "shape") > 0.95


def test_large_pictures_are_reduced_by_means_of_blocks() -> None:
    X = np.random.default_rng(0).random((2, 25, 25, 3), np.float32)
    small = reduced(X, 12)
    assert small.shape == (2, 12, 12, 3)
    assert small[1, 3, 4, 2] == pytest.approx(X[1, 6:8, 8:10, 2].mean(), rel=1e-5)
    assert reduced(X[:, :23, :23], 12).shape == (2, 23, 23, 3)
    views = views_of(X[:, :20, :20, 0], "D4")
    assert views.shape == (8, 2, 20, 20)
    assert views.std() == pytest.approx(1, rel=1e-4)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="5 samples are too few"):
        judge_task(np.zeros((5, 8, 8), np.float32), "D4")
