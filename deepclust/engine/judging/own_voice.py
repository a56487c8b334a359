"""The user's own voice on a board: their answers to "two kinds or one?" beside what was computed."""

from __future__ import annotations

from dataclasses import replace

from deepclust.engine.judging.choosing import Board
from deepclust.runs import Run
from deepclust.runs.answers import answers_of
from deepclust.selection.k.answers import answered
from deepclust.selection.k.verdict import give_verdict


def with_own_voice(run: Run, board: Board) -> Board:
    """The board with the answers that were given about this run as one more criterion, and the verdict of all; as it was
    where none were given or nothing was computed yet."""
    voice = answered(answers_of(run), range(2, board.max_k + 1))
    if voice is None or not board.criteria:
        return board
    criteria = (*board.criteria, voice)
    return replace(board, criteria=criteria, verdict=give_verdict(criteria))
