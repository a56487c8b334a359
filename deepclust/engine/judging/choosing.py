"""Choose k for a finished run, in a process of its own: `python -m deepclust.engine.judging.choosing RUN_FOLDER MAX_K`.

It writes choose_k.json in the run's folder after every criterion, so that the board on the page fills in while it works, and
so that a closed tab or a restarted server loses nothing. The upper functions are the app's side and load nothing heavy.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from deepclust.disk import write_json
from deepclust.engine.detached.process import log_trace, reap, start_detached, yield_to_the_page
from deepclust.engine.detached.work import Work, failure
from deepclust.owner import this_process
from deepclust.runs import Run
from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.facts import FACTS
from deepclust.selection.k.verdict import Verdict, give_verdict

LARGEST_K = 50
FEWEST_PER_CLUSTER = 4
FILE, STOP = "choose_k.json", "choose_k.stop"


@dataclass(frozen=True)
class Board(Work):
    """How far the choice of k of a run is, and all that was found so far.

    n_criteria: how many there will be. content: stands for the latent space. space: what has to be said about the space
    that is judged, "" if it is just the latent space.
    """

    max_k: int = 20
    criteria: tuple[Criterion, ...] = ()
    n_criteria: int = 0
    content: str = ""
    space: str = ""
    verdict: Verdict | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, Any]:
        """As a dict that `json` can write."""
        return asdict(self) | {
            "criteria": [c.to_json() for c in self.criteria],
            "verdict": None if self.verdict is None else asdict(self.verdict),
        }


def board_summary(board: Board) -> dict[str, Any]:
    """What a program wants of a board: state, space, seconds, every criterion with its curve and pick, and the verdict."""
    told = board.to_json()
    return {name: told[name] for name in ("state", "max_k", "seconds", "space", "criteria", "verdict")}


def largest_k(run: Run) -> int:
    """The largest k that can be compared for this run; below 3 it has too few samples."""
    return min(LARGEST_K, run.config.n_samples // FEWEST_PER_CLUSTER)


def read_board(run: Run) -> Board:
    """The board as it is on disk: "missing" where k was not chosen yet, or for a latent space that was replaced since.

    A board whose process died without a word reads as "lost".
    """
    try:
        values = json.loads((run.folder / FILE).read_text(encoding="utf-8"))
        criteria = tuple(Criterion.from_json(c) for c in values.pop("criteria"))
        values.pop("verdict", None)
        board = Board(**values, criteria=criteria, verdict=give_verdict(criteria))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Board()
    if board.content != run.content:
        return Board()
    if board.live and not board.alive:
        return replace(board, state="lost", error="The process that compared the k ended without a word.")
    return board


def start_choosing(run: Run, max_k: int = 20) -> None:
    """Compare k = 2 .. max_k in a detached process, unless one does so already."""
    _check(run, max_k)
    reap()
    if read_board(run).live:
        return
    (run.folder / STOP).unlink(missing_ok=True)
    _write(run, Board("starting", max_k, content=run.content, heartbeat=time.time()))
    with open(run.folder / "choose_k.log", "ab") as log:
        start_detached("deepclust.engine.judging.choosing", str(run.folder), str(max_k), log=log)


def stop_choosing(run: Run) -> None:
    """Ask the process to stop after the criterion that it is at; what it found so far is kept."""
    (run.folder / STOP).touch()


def choose_k(run: Run, max_k: int = 20, watch: Callable[[Board], None] | None = None) -> Board:
    """Compare k = 2 .. max_k of a finished run in this process, writing the board as it fills; returns it.

    The board that is there is returned if it is done and goes that far. ``watch`` sees it after every criterion. An error
    ends in the state "failed" with its sentence. ValueError for a run without result or a max_k that makes no sense.
    """
    _check(run, max_k)
    before = read_board(run)
    if before.state == "done" and before.max_k == max_k:
        return before
    try:
        with FileLock(run.folder / "choose_k.lock", timeout=1):
            return _compare(run, max_k, watch)
    except Timeout:
        raise ValueError("Another process compares the k of this run at this moment. Wait for it.") from None


def _compare(run: Run, max_k: int, watch: Callable[[Board], None] | None) -> Board:
    from deepclust.engine.judging.judged_space import judged_space
    from deepclust.engine.training.more_ks import add_ks
    from deepclust.selection.k.board import judge_k

    (run.folder / STOP).unlink(missing_ok=True)
    titles = [*(facts.title for facts in FACTS.values()), ""]
    started = time.monotonic()
    board = Board("running", max_k, n_criteria=len(FACTS), content=run.content, **this_process())

    def tell(**changes: Any) -> None:
        nonlocal board
        board = replace(board, seconds=time.monotonic() - started, heartbeat=time.time(), **changes)
        board = replace(board, verdict=give_verdict(board.criteria))
        _write(run, board)
        if watch is not None:
            watch(board)

    try:
        tell(now="opening the latent space")
        ks = range(2, max_k + 1)
        labels = add_ks(run, ks)
        space = judged_space(run)
        tell(now=titles[0], space=space.words)
        shown = {k: labels[k] for k in ks if k in labels} if space.own else None
        for criterion in judge_k(space.points, ks, shown):
            found = (*board.criteria, criterion)
            if (run.folder / STOP).exists():
                tell(criteria=found, state="stopped", now="")
                return board
            tell(criteria=found, now=titles[len(found)])
        tell(state="done", now="")
    except Exception as error:
        if not run.folder.exists():
            return board  # the run was deleted meanwhile: nobody is left to tell
        log_trace()
        tell(state="failed", error=failure(error), now="")
    finally:
        (run.folder / STOP).unlink(missing_ok=True)
    return board


def _check(run: Run, max_k: int) -> None:
    if not run.has_result:
        raise ValueError(f"The run {run.id} has no result yet: let it end (or stop and keep it), then choose k.")
    if largest_k(run) < 3:
        raise ValueError(f"{run.config.n_samples} samples are too few to compare numbers of clusters: give 12 or more.")
    if not 2 < max_k <= largest_k(run):
        raise ValueError(
            f"max_k={max_k} is not allowed: choose a whole number from 3 to {largest_k(run)} for this run."
        )


def _write(run: Run, board: Board) -> None:
    write_json(run.folder / FILE, board.to_json())


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
