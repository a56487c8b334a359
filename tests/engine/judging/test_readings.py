"""What the gaps say in every space of a run, and why spaces may disagree with the criteria."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepclust.engine.judging.judged_space import judged_space
from deepclust.engine.judging.reading import Reading, disagreement, reading_in_short, reading_words
from deepclust.engine.judging.readings import read_space, readings
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from deepclust.selection.k.criterion import curve
from deepclust.selection.k.discovery import FACTS
from deepclust.selection.k.verdict import Verdict, give_verdict


def blobs(k: int, n: int = 40) -> np.ndarray:
    dice = np.random.default_rng(0)
    return np.concatenate([dice.normal(10.0 * i, 0.4, (n, 2)) + np.array([0, 7.0 * (i % 2)]) for i in range(k)]).astype(
        np.float32
    )


def test_groups_that_the_graph_holds_apart_are_read() -> None:
    reading = read_space(blobs(4), "Latent space")
    assert reading.title == "Latent space"
    assert "4 pieces" in reading_words(reading.values)


def test_too_few_samples_have_no_gap() -> None:
    assert "Too few samples" in reading_words(read_space(blobs(1, 3), "Latent space").values)


@pytest.mark.parametrize(("method", "titles"), [("KMeans", 1), ("DDLS", 2)])
def test_the_judged_space_and_the_last_one_are_both_read(
    ask: Callable[..., Run], store: RunStore, method: str, titles: int
) -> None:
    run = ask(method)
    assert train(run, store).state == "done"
    read = list(readings(run, judged_space(run)))
    assert len(read) == titles
    assert read[-1].shaped == (method == "DDLS")
    if titles == 2:
        assert read[0].title == "Latent space after Pre-training"


def clear_after(k: int) -> tuple[float, ...]:
    return (0.0, *[0.001] * (k - 1), *[0.5 + i / 100 for i in range(21 - k)])


def verdict(k: int) -> Verdict:
    given = give_verdict([curve(FACTS["silhouette"], range(2, 21), [-abs(other - k) for other in range(2, 21)])])
    assert given is not None
    return given


def test_a_space_that_was_made_for_k_groups_is_said_to_be() -> None:
    shaped = Reading("Latent space", clear_after(10), shaped=True)
    assert "made to hold 10 groups, so its gap after the 10th value" in disagreement(verdict(14), [shaped], 10)
    assert disagreement(verdict(10), [shaped], 10) == ""
    other = Reading("Latent space", clear_after(3))
    assert "hang together by neighbours" in disagreement(verdict(14), [shaped, other], 7)
    assert disagreement(None, [shaped], 10) == ""


def fallen_apart(n_pieces: int) -> tuple[float, ...]:
    return (*[0.0] * n_pieces, *[0.1 + i / 100 for i in range(20 - n_pieces)])


def test_pieces_are_a_voice() -> None:
    own = Reading("Latent space", fallen_apart(10), shaped=True)
    assert "made to hold 10 groups, so its 10 pieces are" in disagreement(verdict(14), [own], 10)
    assert disagreement(verdict(10), [own], 10) == ""
    assert disagreement(verdict(14), [own], 15) == ""  # ten or more
    assert "gaps and pieces" in disagreement(verdict(4), [Reading("Input", fallen_apart(10))], 10)
    assert disagreement(verdict(14), [Reading("Input", fallen_apart(2))], 10) == ""


def test_the_widest_gap_may_be_that_after_the_pieces() -> None:
    assert reading_words(fallen_apart(3)).endswith("nothing here speaks for more groups than pieces.")


def test_what_a_space_says_in_short() -> None:
    assert reading_in_short(clear_after(10)) == "10 groups are well separated"
    assert reading_in_short((0.0, 0.0, 0.3, 0.31, 0.32)) == "2 pieces or more"
    assert "nothing here speaks for more groups" in reading_words((0.0, 0.0, 0.3, 0.31, 0.32))
    assert reading_in_short((0.0, 0.3, 0.31, 0.32)) == "no clear gap"
    assert reading_in_short(()) == "too few samples for a gap"
