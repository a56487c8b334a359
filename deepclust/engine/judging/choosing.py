"""Choose k for a finished run, in a process of its own: `python -m deepclust.engine.judging.choosing RUN_FOLDER MAX_K`.

It writes choose_k.json in the run's folder after every criterion, so that the board on the page fills in while it works, and
so that a closed tab or a restarted server loses nothing. The upper functions are the app's side and load nothing heavy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.engine.detached.process import yield_to_the_page
from deepclust.engine.detached.work import Report, Work
from deepclust.engine.judging.reading import Reading
from deepclust.runs import Run, RunStore
from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.discovery import FACTS
from deepclust.selection.k.verdict import Verdict, give_verdict

LARGEST_K = 50
FEWEST_PER_CLUSTER = 4


@dataclass(frozen=True)
class Board(Report):
    """How far the choice of k of a run is, and all that was found so far.

    n_criteria: how many there will be. content: stands for the latent space. space: what has to be said about the space
    that is judged, "" if it is just the latent space. readings: what the gaps between eigenvalues say, space by space.
    """

    max_k: int = 20
    criteria: tuple[Criterion, ...] = ()
    n_criteria: int = 0
    content: str = ""
    space: str = ""
    readings: tuple[Reading, ...] = ()
    verdict: Verdict | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "criteria": [c.to_json() for c in self.criteria],
            "verdict": None if self.verdict is None else asdict(self.verdict),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Board:
        criteria = tuple(Criterion.from_json(c) for c in values["criteria"])
        board = super().from_json({**values, "criteria": [], "verdict": None})
        return replace(board, criteria=criteria, verdict=give_verdict(criteria))


def board_of(run: Run) -> Work[Board]:
    """The place of the choice of k of a run."""
    return Work(run.folder / "choose_k.json", "deepclust.engine.judging.choosing", Board)


def board_summary(board: Board) -> dict[str, Any]:
    """What a program wants of a board: state, space, seconds, every criterion with its curve and pick, and the verdict."""
    values = board.to_json()
    return {name: values[name] for name in ("state", "max_k", "seconds", "space", "readings", "criteria", "verdict")}


def largest_k(run: Run) -> int:
    """The largest k that can be compared for this run; below 3 it has too few samples."""
    return min(LARGEST_K, run.config.n_samples // FEWEST_PER_CLUSTER)


def read_board(run: Run) -> Board:
    """The board as it is on disk: "missing" where k was not chosen yet, or for a latent space that was replaced since.

    A board whose process died without a word reads as "lost".
    """
    board = board_of(run).read()
    return board if board.content == run.content else Board()


def start_choosing(run: Run, max_k: int = 20) -> None:
    """Compare k = 2 .. max_k in a detached process, unless one does so already. ValueError or OSError if it cannot be."""
    _check(run, max_k)
    board_of(run).start(str(run.folder), str(max_k), first=Board(max_k=max_k, content=run.content))


def choose_k(run: Run, max_k: int = 20, watch: Callable[[Board], None] | None = None) -> Board:
    """Compare k = 2 .. max_k of a finished run in this process, writing the board as it fills; returns it.

    The board that is there is returned if it is done and goes that far. ``watch`` sees it after every criterion. An error
    ends in the state "failed" with its sentence. ValueError for a run without result, a max_k that makes no sense, and where
    another process compares.
    """
    _check(run, max_k)
    before = read_board(run)
    if before.state == "done" and before.max_k == max_k:
        return before
    board = Board(max_k=max_k, n_criteria=len(FACTS), content=run.content)
    return board_of(run).carry_out(board, _compare(run, max_k), watch)


def _compare(run: Run, max_k: int) -> Iterator[dict[str, Any]]:
    """One criterion after the other, as changes of the `Board`."""
    from deepclust.engine.judging.judged_space import judged_space
    from deepclust.engine.judging.readings import readings
    from deepclust.engine.training.more_ks import add_ks
    from deepclust.selection.k.board import judge_k

    yield {"doing": "opening the latent space"}
    ks = range(2, max_k + 1)
    space = judged_space(run)
    read: tuple[Reading, ...] = ()
    for reading in readings(run, space):
        read = (*read, reading)
        yield {"doing": "gaps between eigenvalues", "space": space.words, "readings": read}
    labels = add_ks(run, ks)
    titles = [*(facts.title for facts in FACTS.values()), ""]
    yield {"doing": titles[0], "space": space.words}
    shown = {k: labels[k] for k in ks if k in labels} if space.own else None
    criteria: tuple[Criterion, ...] = ()
    for criterion in judge_k(space.points, ks, shown, pictures=pictures_of(run)):
        criteria = (*criteria, criterion)
        yield {"criteria": criteria, "verdict": give_verdict(criteria), "doing": titles[len(criteria)]}


def pictures_of(run: Run) -> np.ndarray | None:
    """The data of a run (n_samples, h, w[, c]) where they are pictures and can still be opened, else None."""
    from deepclust.data.references import open_dataset

    try:
        data = open_dataset(run.config.dataset, RunStore(run.folder.parent).datasets)
    except (OSError, ValueError):
        return None  # the space is judged without them
    return data.X if data.kind == "image" and data.X.ndim in (3, 4) else None


def _check(run: Run, max_k: int) -> None:
    if not run.has_result:
        raise ValueError(f"The run {run.id} has no result yet: let it end (or stop and keep it), then choose k.")
    if largest_k(run) < 3:
        raise ValueError(f"{run.config.n_samples} samples are too few to compare numbers of clusters: give 12 or more.")
    if not 2 < max_k <= largest_k(run):
        raise ValueError(
            f"max_k={max_k} is not allowed: choose a whole number from 3 to {largest_k(run)} for this run."
        )


def main(arguments: list[str] | None = None) -> int:
    """Entry point of the process."""
    folder, max_k = (arguments or sys.argv[1:])[:2]
    yield_to_the_page()
    run = Run(Path(folder).resolve())
    with suppress(ValueError):  # another process was quicker, and writes the same board
        choose_k(run, int(max_k))
    return 0


if __name__ == "__main__":
    sys.exit(main())
