"""The names of spaces: what is written is read again, also what earlier versions wrote, and nonsense is refused."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.methods import METHODS
from deepclust.results import ClusterResult
from deepclust.spaces import EIGEN, INPUT, LATENT, Space


@pytest.mark.parametrize(
    ("space", "text"),
    [
        (LATENT, "latent"),
        (INPUT, "input"),
        (EIGEN, "eigen"),
        (Space("space", "F: the last"), "space:F: the last"),
        (Space("stage", "Pre-training"), "stage:Pre-training"),
    ],
)
def test_a_space_and_its_name(space, text):
    assert str(space) == text
    assert Space.parse(text) == space


def test_names_of_earlier_versions_are_read():
    assert [Space.parse(name) for name in ("embedding", "spectral_embedding", "space:Z")] == [
        LATENT,
        EIGEN,
        Space("space", "Z"),
    ]


@pytest.mark.parametrize("text", ["", "outer", "latent:x", "space:", "space", "stage", "Latent"])
def test_what_is_no_space_is_refused_with_what_is_allowed(text):
    with pytest.raises(
        ValueError, match=r"There is no space .*: choose one of latent, input, eigen, space:NAME, stage:NAME"
    ):
        Space.parse(text)


def test_a_result_says_which_it_holds_and_where(tmp_path):
    X = np.zeros((3, 2), np.float32)
    result = ClusterResult(np.zeros(3, np.int64), X, spectral_embedding=X + 1, spaces={"Z": X + 2})
    assert result.present == (LATENT, EIGEN, Space("space", "Z"))
    result.save(tmp_path / "result.npz")
    with np.load(tmp_path / "result.npz") as arrays:
        assert [arrays[space.member][0, 0] for space in result.present] == [0, 1, 2]


def test_every_method_names_spaces():
    assert all(isinstance(space, Space) for method in METHODS.values() for space in method.spaces_without_k)
