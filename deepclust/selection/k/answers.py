"""The user's own voice: answers to "two kinds or one?" as a criterion beside those that are computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deepclust.selection.k.criterion import Criterion, plain

TITLE = "Your answers"
SENTENCE = (
    "The share of your answers that a k agrees with. Two kinds at the step from k to k + 1 speak for k + 1 and more, one kind "
    "for k and fewer."
)
WEIGHT = 1.0  # voices for each answer, up to those of three


def answered(answers: Mapping[tuple[int, int, int], str], ks: Sequence[int]) -> Criterion | None:
    """The criterion over ks of ``answers`` {(k, cluster, cluster of the next k): "two" or "one"}; None without answers.

    It picks the middle of the k that agree with most of them.
    """
    steps = np.array([k for k, _, _ in answers])
    two = np.array([answer == "two" for answer in answers.values()])
    if not len(steps) or not len(ks):
        return None
    over = np.asarray(ks)[:, None]
    agree = np.where(two, over > steps, over <= steps).mean(axis=1)
    most = [k for k, share in zip(ks, agree, strict=True) if share == agree.max()]
    note = f"{len(steps)} answered." if agree.max() == 1 else f"{len(steps)} answered; no k agrees with all of them."
    return Criterion(
        "answers",
        TITLE,
        SENTENCE,
        ks=tuple(ks),
        curve=plain(agree),
        pick=most[len(most) // 2],
        plausible=tuple(most),
        weight=WEIGHT * min(len(steps), 3),
        note=note,
    )
