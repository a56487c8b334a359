"""Transformations: what each does to a picture or vector, sets of them by name, the preview and the torch form."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from deepclust.transforms import (
    PICTURE,
    SETS,
    TRANSFORMATIONS,
    VECTOR,
    BatchTransform,
    apply_table,
    automatic,
    members_for,
    members_of,
    names_for,
    preview,
    squared,
    table,
)

EXACT = {
    "T1": lambda p: p,
    "T2": lambda p: np.rot90(p),
    "T3": lambda p: np.rot90(p, 2),
    "T4": lambda p: np.rot90(p, 3),
    "T5": np.fliplr,
    "T6": lambda p: np.rot90(np.fliplr(p)),
    "T7": lambda p: np.rot90(np.fliplr(p), 2),
    "T8": lambda p: np.rot90(np.fliplr(p), 3),
    "transpose": np.transpose,
    "flip-vertical": np.flipud,
    "invert": lambda p: 1 - p,
}


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(0).random((3, 7, 7)).astype(np.float32)


def changed(pictures: np.ndarray, name: str) -> np.ndarray:
    return preview(pictures, f"T1+{name}")[-1]


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("side", [4, 7])
def test_turns_mirrorings_and_inversion_are_exact(name, side):
    X = np.random.default_rng(side).random((2, side, side)).astype(np.float32)
    result = X if name == "T1" else changed(X, name)
    np.testing.assert_array_equal(result, [EXACT[name](p) for p in X])


def test_a_shift_moves_whole_pixels_and_repeats_the_edge(pictures):
    moved = changed(pictures, "shift-ne")  # a fifth of 7 is 1 pixel: up and to the right
    np.testing.assert_array_equal(moved[:, :-1, 1:], pictures[:, 1:, :-1])
    np.testing.assert_array_equal(moved[:, :-1, 0], pictures[:, 1:, 0])
    np.testing.assert_array_equal(moved[:, -1, 1:], pictures[:, -1, :-1])


def test_scaling_is_bilinear():
    ramp = np.broadcast_to(np.arange(9, dtype=np.float32), (1, 9, 9)).copy()
    smaller = changed(ramp, "scale-0.5")[0, 4]
    np.testing.assert_allclose(smaller, [0, 0, 0, 2, 4, 6, 8, 8, 8])
    larger = changed(ramp, "scale-1.2")[0, 4]
    np.testing.assert_allclose(larger, 4 + (np.arange(9) - 4) / 1.2, rtol=1e-6)


def test_shearing_moves_rows_by_their_height():
    ramp = np.broadcast_to(np.arange(9, dtype=np.float32), (1, 9, 9)).copy()
    sheared = changed(ramp, "shear-right-0.2")[0]
    np.testing.assert_allclose(sheared[:, 4], 4 + 0.2 * (np.arange(9) - 4), rtol=1e-6)
    np.testing.assert_array_equal(sheared[4], ramp[0, 4])


def test_permutations_are_fixed_and_keep_all_values(pictures):
    first, again = changed(pictures, "permute-3"), changed(pictures, "permute-3")
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(np.sort(first.reshape(3, -1)), np.sort(pictures.reshape(3, -1)))
    assert not np.array_equal(first, pictures)
    assert not np.array_equal(first, changed(pictures, "permute-4"))


def test_signs_change_half_of_the_features():
    X = np.random.default_rng(0).random((4, 10)).astype(np.float32) + 0.1
    ratio = preview(X, "T1+signs-2")[1] / X
    assert (ratio == ratio[0]).all()
    assert sorted(ratio[0]) == [-1] * 5 + [1] * 5


def test_all_channels_change_alike(pictures):
    colour = np.stack([pictures, 1 - pictures, pictures / 2], axis=-1)
    for name in ("T2", "shear-right-0.4", "permute-1"):
        for channel in range(3):
            np.testing.assert_allclose(
                changed(colour, name)[..., channel], changed(colour[..., channel], name), atol=1e-7
            )


# -- sets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "n_members", "kinds"),
    [
        ("D4", 8, ("picture",)),
        ("rotations", 4, ("picture",)),
        ("half-turn", 2, ("picture",)),
        ("quarter-turn", 2, ("picture",)),
        ("scale-8", 8, ("picture",)),
        ("shear-8", 8, ("picture",)),
        ("translate-8", 8, ("picture",)),
        ("permute-8", 8, ("picture", "vector")),
        ("signs-8", 8, ("vector",)),
    ],
)
def test_the_named_sets(name, n_members, kinds):
    assert len(set(SETS[name].members)) == n_members
    assert SETS[name].members[0] == "T1"
    assert SETS[name].kinds == kinds
    assert SETS[name].words


def test_sets_for_a_list_to_choose_from():
    assert names_for(VECTOR) == ("permute-8", "signs-8")
    assert "D4" in names_for(PICTURE)
    assert "signs-8" not in names_for(PICTURE)


@pytest.mark.parametrize(
    ("wanted", "members"),
    [
        ("T1+T3+invert", ("T1", "T3", "invert")),
        ("T3", ("T1", "T3")),
        ("transpose + T6+ flip", ("T1", "T6", "T5")),
        ("half-turn+quarter-turn", ("T1", "T3", "T2")),
    ],
)
def test_own_sets_by_names(wanted, members):
    assert members_for(wanted, PICTURE) == members


@pytest.mark.parametrize(("shape", "name"), [((8, 8), "D4"), ((8, 8, 3), "D4"), ((16, 10), "D2"), ((5,), "signs-8")])
def test_what_suits_samples_by_itself(shape, name):
    assert automatic(shape) == name
    assert members_of("auto", shape) == SETS[name].members
    assert members_of("half-turn", (16, 10)) == ("T1", "T3")


def test_what_a_margin_gives_away_is_not_asked():
    """The margin of a picture that was made square lies elsewhere after a quarter-turn, whatever the picture shows."""
    X = np.random.default_rng(0).random((20, 16, 10))

    def margins_at_the_sides(set_name: str) -> set[bool]:
        return {bool((view[:, :, 0] == view[:, :, 1]).all()) for view in preview(X, set_name)}

    assert margins_at_the_sides("D4") == {True, False}
    assert margins_at_the_sides("auto") == {True}


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        ("T9", PICTURE, "no transformation or set 'T9'.*half-turn.*T2.*plus signs"),
        ("", PICTURE, "no transformation or set ''"),
        ("T1", PICTURE, "leaves every sample as it is.*such as T2"),
        ("D4", VECTOR, "D4 is not for vectors.*auto, permute-8, signs-8"),
        ("T1+signs-1", PICTURE, "signs-1 is not for pictures.*D4"),
    ],
)
def test_sets_that_cannot_be(wanted, kind, words):
    with pytest.raises(ValueError, match=words):
        members_for(wanted, kind)


def test_every_set_changes_something_under_each_of_its_names(pictures):
    for name in names_for(PICTURE):
        views = preview(pictures, name).reshape(len(SETS[name].members), -1)
        assert len(np.unique(views, axis=0)) == len(views), name


# -- shapes, torch --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5, 4, 6), (8, 5, 6, 6)), ((5, 6, 4, 3), (8, 5, 6, 6, 3)), ((5, 9), (8, 5, 9)), ((2, 1, 5), (8, 2, 5, 5))],
)
def test_preview_shapes(shape, expected):
    assert preview(np.zeros(shape), "permute-8").shape == expected


def test_pictures_become_square_by_their_edge():
    X = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    np.testing.assert_array_equal(squared(X), [[[0, 1, 2], [3, 4, 5], [3, 4, 5]]])
    np.testing.assert_array_equal(squared(X.transpose(0, 2, 1))[0, :, 2], [3, 4, 5])


@pytest.mark.parametrize("wanted", [*names_for(PICTURE), "T1+T3+invert"])
@pytest.mark.parametrize("shape", [(6, 6), (5, 5, 3)])
def test_a_batch_is_changed_as_in_the_preview(wanted, shape):
    members = members_for(wanted, PICTURE)
    X = np.random.default_rng(0).random((2 * len(members), *shape)).astype(np.float32)
    counts = [3, 0, *[2] * len(members)][: len(members) - 1]
    counts.append(len(X) - sum(counts))
    t = np.repeat(np.arange(len(members)), counts)
    channels_first = X.reshape(*X.shape[:3], -1).transpose(0, 3, 1, 2)
    batch = torch.from_numpy(np.ascontiguousarray(channels_first))
    result = BatchTransform(members, shape[:2], torch.device("cpu"))(batch, torch.from_numpy(t))
    expected = preview(X, wanted)[t, np.arange(len(X))].reshape(*X.shape[:3], -1).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(result.numpy(), expected, atol=1e-6)
    by_one = BatchTransform(members, shape[:2], torch.device("cpu")).by_one(batch[t == 0], len(members) - 1)
    expected = preview(X, wanted)[-1, t == 0].reshape(-1, *X.shape[1:3], batch.shape[1]).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(by_one.numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("wanted", names_for(VECTOR))
def test_a_batch_of_vectors_is_changed_as_in_the_preview(wanted):
    X = np.random.default_rng(0).random((8, 11)).astype(np.float32)
    result = BatchTransform(SETS[wanted].members, (11,), torch.device("cpu"))(torch.from_numpy(X), torch.arange(8))
    np.testing.assert_array_equal(result.numpy(), preview(X, wanted)[np.arange(8), np.arange(8)])


def test_a_batch_is_left_as_it_was(pictures):
    batch = torch.from_numpy(pictures[:, None].copy())
    BatchTransform(("T1", "invert"), (7, 7), torch.device("cpu"))(batch, torch.tensor([0, 1, 1]))
    np.testing.assert_array_equal(batch[:, 0].numpy(), pictures)


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_weights_add_up_to_one_unless_signs_change(name):
    shape = (9, 9) if PICTURE in TRANSFORMATIONS[name].kinds else (9,)
    t = table(name, shape)
    if name != "invert" and not name.startswith("signs"):
        np.testing.assert_allclose(t.weight.sum(axis=0), 1, rtol=1e-6)
    grey = np.full((1, *shape), 0.5, np.float32)
    assert np.abs(apply_table(t, grey)).max() == pytest.approx(0.5)


def test_previews_load_without_torch():
    code = (
        "import sys, numpy as np; from deepclust.transforms import preview; "
        "print(preview(np.zeros((2, 4, 4)), 'D4').shape, 'torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "(8, 2, 4, 4) False"
