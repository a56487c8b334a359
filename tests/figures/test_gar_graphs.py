"""Figures of both graphs: which lines are drawn and how, ordered matrices, and their story."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from deepclust.figures.gar_graphs import MOST_LINES, graph_figure, matrix_png, story_curves
from deepclust.metrics.lalnet.graphs import GraphStory


def test_lines_within_and_between_groups_are_drawn_apart():
    points = np.array([[0, 0], [1, 0], [5, 5]], np.float32)
    figure = graph_figure(points, np.array([[0, 1], [1, 2]]), np.array([0, 0, 1]), ["a", "b"], "both")
    within, between, first, second = figure.data
    np.testing.assert_array_equal(within.x, [0, 1, np.nan])
    np.testing.assert_array_equal(between.x, [1, 5, np.nan])
    np.testing.assert_array_equal(between.y, [0, 5, np.nan])
    assert within.line.color != between.line.color
    assert (first.name, list(first.x)) == ("a", [0, 1])
    assert (second.name, list(second.y)) == ("b", [5])
    assert figure.layout.title.text == "both"


def test_of_many_lines_some_are_drawn_and_the_same_ones_again():
    points = np.random.default_rng(0).random((200, 2)).astype(np.float32)
    pairs = np.argwhere(np.triu(np.ones((200, 200)), 1))
    groups = np.zeros(200, int)
    many = graph_figure(points, pairs, groups, ["all"], "").data[0].x
    assert len(many) == 3 * MOST_LINES
    most = graph_figure(points, pairs[: len(pairs) // 2], groups, ["all"], "").data[0].x
    shared = np.intersect1d(many[::3], most[::3])
    assert len(shared) > 50


def test_a_graph_without_connections_can_be_drawn():
    figure = graph_figure(np.zeros((2, 2), np.float32), np.zeros((0, 2), int), np.array([1, 1]), ["a", "b"], "")
    assert [len(t.x) for t in figure.data] == [0, 0, 2]


def test_a_matrix_is_a_picture_in_the_wanted_order():
    adjacency = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.5]])
    picture = np.asarray(Image.open(io.BytesIO(matrix_png(adjacency, np.array([2, 0, 1])))))
    assert picture.shape == (3, 3, 3)
    assert picture[1, 1].tolist() == [255, 255, 255]
    assert picture[1, 2].tolist() == picture[2, 1].tolist() == [32, 96, 160]
    assert 32 < picture[0, 0, 0] < 255


def test_the_story_has_a_curve_for_each_of_its_numbers():
    figure = story_curves([1, 5], GraphStory([0.5, 0.1], [0.4, 0.2], [1, 4]), 5, "classes")
    assert [list(t.y) for t in figure.data] == [[0.5, 0.1], [0.4, 0.2], [1, 4]]
    assert [list(t.x) for t in figure.data] == [[1, 5]] * 3
    assert "classes" in figure.data[1].name
    assert figure.data[2].yaxis == "y2"
    assert figure.layout.shapes[0].x0 == 5


def test_subgraphs_are_counted_in_whole_numbers():
    def ticks(*n_subgraphs: int) -> int:
        return story_curves([1, 5], GraphStory([0, 0], [0, 0], list(n_subgraphs)), 5).layout.yaxis2.dtick

    assert [ticks(0, 0), ticks(1, 2), ticks(1, 4), ticks(2, 9)] == [1, 1, 1, 3]
