"""The map as a picture: its colours are on it, its words are words, and an SVG is well-formed whatever a name holds."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from deepclust.figures.flat_map import HEAD, MARGIN, SCALE, SIDE, FlatMap, map_png, map_svg
from deepclust.figures.theme import PETROFF_10

SVG = "{http://www.w3.org/2000/svg}"


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def has(picture: np.ndarray, colour: str) -> bool:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((np.abs(picture - wanted).max(axis=2) < 6).any())


def test_the_dots_lie_where_the_points_are_in_the_colours_of_their_groups():
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    picture = pixels(map_png(FlatMap(points, np.array([0, 1, 2, 3]), dict.fromkeys(range(4), ""))))
    plane = picture[HEAD * SCALE : (HEAD + SIDE) * SCALE, MARGIN * SCALE : (MARGIN + SIDE) * SCALE]
    half = SIDE * SCALE // 2
    corners = [plane[half:, :half], plane[:half, :half], plane[half:, half:], plane[:half, half:]]
    for group, corner in enumerate(corners):
        assert [has(corner, PETROFF_10[g]) for g in range(4)] == [g == group for g in range(4)]


def test_an_svg_is_well_formed_and_tells_groups_with_counts():
    names = {0: '<script>alert("x")</script>', 1: "Käfer & Co\x00"}
    shown = FlatMap(
        np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1, 12], 10), names, title="a < b", note="n"
    )
    root = ElementTree.fromstring(map_svg(shown))
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert "a < b" in texts
    assert "Käfer & Co (10)" in texts
    assert "12 (10)" in texts
    assert not list(root.iter(f"{SVG}script"))
    assert len(list(root.iter(f"{SVG}polygon"))) == 3
    assert [i.get("href")[:22] for i in root.iter(f"{SVG}image")] == ["data:image/png;base64,"]


def test_values_have_a_scale_instead_of_groups():
    points = np.random.default_rng(0).normal(size=(50, 3))
    shown = FlatMap(points, np.zeros(50, int), values=np.linspace(0, 1, 50), value_name="Neighbours kept")
    root = ElementTree.fromstring(map_svg(shown))
    assert "Neighbours kept" in [t.text for t in root.iter(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}polygon"))
    assert not has(pixels(map_png(shown)), PETROFF_10[0])


def test_many_groups_and_one_point():
    many = FlatMap(np.random.default_rng(0).normal(size=(300, 2)), np.arange(300))
    texts = [t.text for t in ElementTree.fromstring(map_svg(many)).iter(f"{SVG}text")]
    assert "and 270 more" in texts
    assert has(pixels(map_png(FlatMap(np.zeros((1, 2)), np.zeros(1, int)))), PETROFF_10[0])
