"""The difference picture says the sign in colour, and the bars have the largest effect on top."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from deepclust.figures.contrast import EVEN, MORE_IN_A, MORE_IN_B, difference_picture, effect_bars


def pixels(address: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


def test_more_less_and_even_have_their_colours() -> None:
    shown = pixels(difference_picture(np.array([[2.0, -2.0], [0.0, 1.0]]), side=2))
    assert tuple(shown[0, 0]) == MORE_IN_A
    assert tuple(shown[0, 1]) == MORE_IN_B
    assert tuple(shown[1, 0]) == EVEN
    assert tuple(shown[1, 1]) == tuple(np.rint((np.array(EVEN) + MORE_IN_A) / 2).astype(int))


def test_colour_pictures_are_averaged_and_nothing_may_differ() -> None:
    shown = pixels(difference_picture(np.zeros((3, 2, 3)), side=9))
    assert shown.shape == (9, 6, 3)
    assert (shown == EVEN).all()


def test_the_largest_effect_is_on_top() -> None:
    (bars,) = effect_bars([("width", -3.0), ("<b>height", 1.5)], "A", "B").data
    assert list(bars.y) == ["&lt;b&gt;height", "width"]
    assert list(bars.x) == [1.5, -3.0]
    assert bars.marker.color[1] == f"rgb{MORE_IN_B}"
