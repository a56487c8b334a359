"""The user's voice: which k agree with the answers, worked by hand."""

from __future__ import annotations

from deepclust.selection.k.answers import WEIGHT, answered
from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.verdict import give_verdict

KS = range(2, 9)


def test_two_kinds_speak_for_more_and_one_kind_for_fewer() -> None:
    voice = answered({(4, 0, 5): "two", (5, 1, 6): "one"}, KS)
    assert voice is not None
    assert voice.curve == (0.5, 0.5, 0.5, 1.0, 0.5, 0.5, 0.5)
    assert (voice.pick, voice.plausible, voice.weight) == (5, (5,), 2 * WEIGHT)


def test_answers_that_contradict_each_other_say_so_and_none_are_no_voice() -> None:
    voice = answered({(3, 0, 4): "one", (6, 1, 7): "two"}, KS)
    assert voice is not None
    assert "no k agrees with all" in voice.note
    assert voice.plausible == (2, 3, 7, 8)
    assert answered({}, KS) is None


def test_the_voice_moves_the_verdict() -> None:
    other = Criterion("silhouette", "Silhouette", "", ks=tuple(KS), curve=(0.0,) * 7, pick=3, plausible=(3,))
    voice = answered({(6, 0, 7): "two", (7, 0, 8): "one"}, KS)
    assert give_verdict([other]).best == 3
    assert give_verdict([other, voice]).best == 7
