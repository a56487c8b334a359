"""Edits of clusters as values: what each does to labels and names, and what is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.runs.edit_kinds import Gather, Merge, Rename, Reset, Split, apply, cleaned, first_names, split

LABELS = np.array([0, 0, 1, 1, 1, 2, 4, 4, -1])  # 3 is empty, as after matching; -1 is noise
NAMES = first_names(LABELS)


def test_names_at_first_are_numbers_up_to_the_largest() -> None:
    assert NAMES == ("Cluster A", "Cluster B", "Cluster C", "Cluster D", "Cluster E")
    assert first_names(np.array([-1, -1])) == ()


def test_a_new_name_changes_nothing_else_and_an_empty_one_gives_the_first_back() -> None:
    labels, names = apply(LABELS, NAMES, [Rename(1, "Zebras")])
    assert names == ("Cluster A", "Zebras", "Cluster C", "Cluster D", "Cluster E")
    assert labels.tolist() == LABELS.tolist()
    assert apply(LABELS, names, [Rename(1, "  ")])[1] == NAMES


@pytest.mark.parametrize("name", ["🦒 giraffes", '<b>"bold"</b>', "a' OR 1=1", "👩‍🔬", "=1+1", "日本語", "[x](y)"])
def test_names_are_kept_as_they_were_written(name: str) -> None:
    assert apply(LABELS, NAMES, [Rename(0, name)])[1][0] == name


def test_names_stay_on_one_line_and_turn_nothing_around() -> None:
    assert cleaned(" a\n\tb\x00 \u202ec\u2066 \ud800") == "a b c"
    with pytest.raises(ValueError, match=r"61 characters\. Choose one of at most 60"):
        cleaned("x" * 61)


def test_the_largest_of_merged_clusters_keeps_its_number() -> None:
    labels, names = apply(LABELS, NAMES, [Merge((0, 1, 2))])
    assert labels.tolist() == [1, 1, 1, 1, 1, 1, 4, 4, -1]
    assert names == NAMES
    assert apply(LABELS, NAMES, [Merge((4, 0))])[0].tolist() == [0, 0, 1, 1, 1, 2, 0, 0, -1], "of equal ones the first"


def test_a_name_that_was_given_survives_a_merge() -> None:
    assert apply(LABELS, NAMES, [Rename(2, "Owls"), Merge((1, 2))])[1][1] == "Owls"
    both = apply(LABELS, NAMES, [Rename(2, "Owls"), Rename(1, "Bats"), Merge((2, 1))])
    assert both[1][1] == "Bats", "the larger one's"


def test_all_clusters_can_be_merged_and_noise_stays_noise() -> None:
    labels, _ = apply(LABELS, NAMES, [Merge((0, 1, 2, 4))])
    assert labels.tolist() == [1] * 8 + [-1]


def test_parts_of_a_split_have_numbers_after_all_others_even_after_a_merge() -> None:
    parts = Split(1, np.array([2, 0, 1], np.uint8))
    labels, names = apply(LABELS, NAMES, [Merge((4, 0)), Rename(1, "Zebras"), parts])
    assert labels.tolist() == [0, 0, 6, 1, 5, 2, 0, 0, -1]
    assert names == ("Cluster A", "Zebras", "Cluster C", "Cluster D", "Cluster E", "Cluster F", "Cluster G")


def test_gathered_samples_leave_their_clusters_and_noise() -> None:
    labels, names = apply(LABELS, NAMES, [Gather(np.array([0, 5, 8]))])
    assert labels.tolist() == [5, 0, 1, 1, 1, 5, 4, 4, 5]
    assert names[5] == "Cluster F"


def test_a_reset_forgets_what_was_before_it_and_not_what_comes_after() -> None:
    labels, names = apply(LABELS, NAMES, [Merge((0, 1)), Rename(4, "x"), Reset(), Rename(0, "y")])
    assert labels.tolist() == LABELS.tolist()
    assert names == ("y", *NAMES[1:])


def test_what_is_passed_in_stays_as_it_is() -> None:
    before = LABELS.copy()
    apply(LABELS, NAMES, [Merge((0, 1)), Split(4, np.array([0, 1], np.uint8)), Gather(np.array([2]))])
    assert LABELS.tolist() == before.tolist()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Rename(3, "empty"), "no cluster D any more"),
        (Rename(-1, "noise"), "no cluster noise"),
        (Merge((0,)), "Choose two or more"),
        (Merge((0, 0)), "Choose two or more"),
        (Merge((0, 9)), "no cluster J"),
        (Split(1, np.array([0, 1], np.uint8)), "has 3 samples, but it was split when it had 2"),
        (Split(1, np.array([0, 0, 0], np.uint8)), "parts empty"),
        (Split(1, np.array([0, 2, 2], np.uint8)), "parts empty"),
        (Gather(np.array([], np.int64)), "0 samples were chosen"),
        (Gather(np.array([0, 99])), "of which 1 are there"),
        (Gather(np.array([6, 7])), "the whole of cluster E"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(edit: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        apply(LABELS, NAMES, [edit])  # type: ignore[list-item]


def test_a_split_finds_the_groups_inside_and_the_largest_comes_first() -> None:
    embedding = np.concatenate([np.zeros((5, 2)), np.full((2, 2), 10.0), np.full((3, 2), 20.0), np.ones((4, 2))])
    embedding = (embedding + np.random.default_rng(0).normal(size=embedding.shape) / 100).astype(np.float32)
    labels = np.array([7] * 10 + [2] * 4)
    found = split(labels, embedding, 7, 3, random_state=0)
    assert found.parts.tolist() == [0] * 5 + [2] * 2 + [1] * 3
    again = apply(labels, first_names(labels), [found])[0]
    assert again.tolist() == [7] * 5 + [9] * 2 + [8] * 3 + [2] * 4


@pytest.mark.parametrize(
    ("cluster", "n_parts", "words"),
    [
        (0, 2, "Cluster A has 1 sample: too few for 2 parts"),
        (1, 5, "has 3 samples: too few for 5 parts. Choose 3 or fewer"),
        (1, 2, "lie at only 1 place of the space"),
        (2, 3, "lie at only 2 places of the space"),
        (2, 1, "Choose 2 to 10"),
        (2, 11, "Choose 2 to 10"),
        (9, 2, "no cluster J"),
    ],
)
def test_splits_that_cannot_be_are_refused_in_words(cluster: int, n_parts: int, words: str) -> None:
    labels = np.array([0, 1, 1, 1, 2, 2, 2, 2])
    embedding = np.array([[5], [3], [3], [3], [0], [0], [9], [9]], np.float32)
    with pytest.raises(ValueError, match=words):
        split(labels, embedding, cluster, n_parts)
