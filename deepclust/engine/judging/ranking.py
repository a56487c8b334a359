"""Rank the settings of a group without labels, in a process of its own: `python -m deepclust.engine.judging.ranking RUNS GROUP`.

It writes RUNS/rankings/GROUP.json as it goes on, so that the table on the page fills in while it works, and so that a closed
tab or a restarted server loses nothing. The upper functions are the app's side and load nothing heavy.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from deepclust.disk import make_folder
from deepclust.engine.detached.process import yield_to_the_page
from deepclust.engine.detached.work import Report, Work
from deepclust.runs import Run, RunStore
from deepclust.selection.settings.ranking import Ranking, rank_settings


@dataclass(frozen=True)
class RankBoard(Report):
    """How far the ranking of a group is, and what was found.

    runs: {run id: content of its result} that are judged. values: {measure: {setting: value}}; problems: {setting: words};
    tasks: {setting: accuracies of the probes}; typical: {setting: id of the run that agrees most with its other seeds}; kept:
    {run id: whether the rankings in its space agree with those of most others}. done of n_steps are done.
    """

    runs: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, float | None]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    typical: dict[str, str] = field(default_factory=dict)
    kept: dict[str, bool] = field(default_factory=dict)
    done: int = 0
    n_steps: int = 0

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RankBoard:
        board = super().from_json(values)
        _ = board.ranking  # which stumbles over values that are none
        return board

    @property
    def ranking(self) -> Ranking | None:
        """The ranking by what is known so far."""
        return rank_settings(self.values, self.problems)


def settings_of(runs: list[Run]) -> list[str]:
    """The settings of a group that runs with a result stand for; a ranking needs two of them or more."""
    return list(dict.fromkeys(run.config.part for run in runs if run.has_result))


def ranking_of(store: RunStore, group_id: str) -> Work[RankBoard]:
    """The place of the ranking of a group. ValueError for what is no id of a group."""
    if not group_id.isalnum():
        raise ValueError(f"{group_id!r} is not the id of a group.")
    return Work(store.root / "rankings" / f"{group_id}.json", "deepclust.engine.judging.ranking", RankBoard)


def read_ranking(store: RunStore, group_id: str) -> RankBoard:
    """The board as it is on disk: "missing" where the group was not ranked yet. A dead process reads as "lost"."""
    return ranking_of(store, group_id).read()


def is_current(board: RankBoard, runs: list[Run]) -> bool:
    """Whether a board judged the results that are there now, all of them and no others."""
    return board.runs == {run.id: run.content for run in runs if run.has_result}


def start_ranking(store: RunStore, group_id: str) -> None:
    """Rank a group in a detached process, unless one does so already. ValueError for a group that cannot be ranked."""
    _ended(store, group_id)
    work = ranking_of(store, group_id)
    make_folder(work.path.parent)
    work.start(str(store.root), group_id)


def rank_group(store: RunStore, group_id: str, watch: Callable[[RankBoard], None] | None = None) -> RankBoard:
    """Rank a group in this process, writing the board as it fills; returns it.

    The board that is there is returned if it is done and judged the same results. ``watch`` sees it after every step. An
    error ends in the state "failed" with its sentence. ValueError for a group with results of fewer than two settings, and
    where another process ranks it.
    """
    runs = _ended(store, group_id)
    before = read_ranking(store, group_id)
    if before.state == "done" and is_current(before, runs):
        return before
    from deepclust.engine.judging.judged_group import judge_group

    work = ranking_of(store, group_id)
    make_folder(work.path.parent)
    board = RankBoard(runs={run.id: run.content for run in runs})
    return work.carry_out(board, itertools.chain([{"doing": "opening the runs"}], judge_group(runs)), watch)


def ranking_summary(board: RankBoard) -> dict[str, Any]:
    """What a program wants of a board: state, seconds, the standings with every measure, winner, leaders and reasons."""
    ranking = board.ranking
    summary: dict[str, Any] = {"state": board.state, "seconds": board.seconds, "n_runs": len(board.runs)}
    if ranking is None:
        return summary | {"winner": None, "leaders": [], "standings": [], "sentence": "", "reasons": []}
    standings = [{**asdict(s), "run": board.typical.get(s.setting)} for s in ranking.standings]
    return summary | {
        "winner": ranking.winner,
        "leaders": list(ranking.leaders),
        "sentence": ranking.sentence,
        "reasons": list(ranking.reasons),
        "measures": list(ranking.measures),
        "standings": standings,
        "tasks": board.tasks,
    }


def _ended(store: RunStore, group_id: str) -> list[Run]:
    """The runs of a group that have a result. ValueError if they stand for fewer than two settings."""
    runs = [run for run in store.group(group_id) if run.has_result]
    if len(settings_of(runs)) < 2:
        raise ValueError(
            f"The group {group_id!r} has results of {len(settings_of(runs))} setting(s): a ranking compares two or more. "
            "`deepclust sweep` makes such a group; `deepclust runs` lists runs with their groups."
        )
    return runs


def main(arguments: list[str] | None = None) -> int:
    """Entry point of the process."""
    root, group_id = (arguments or sys.argv[1:])[:2]
    yield_to_the_page()
    with suppress(ValueError):  # another process was quicker, and writes the same board
        rank_group(RunStore(root), group_id)
    return 0


if __name__ == "__main__":
    sys.exit(main())
