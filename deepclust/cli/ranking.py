"""`rank`: the settings of a group of runs in the order of what is known of them without labels."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from deepclust.cli.printing import print_rows
from deepclust.engine.judging.ranking import RankBoard, rank_group, ranking_summary, settings_of
from deepclust.runs import Run, RunStore
from deepclust.selection.settings.measures import MEASURES


def rank(asked: argparse.Namespace) -> int:
    """Rank a group, named by its id or by one of its runs, or print the ranking that is there."""
    store = RunStore(asked.runs)
    group_id = group_of(store, asked.group)
    board = rank_group(store, group_id, told_on_terminal)
    if board.state == "failed" or board.ranking is None:
        print(f"deepclust: {board.error or 'Nothing is known that tells these settings apart.'}", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps({"group": group_id, **ranking_summary(board)}))
    else:
        print_ranking(board)
    return 0


def group_of(store: RunStore, word: str) -> str:
    """The id of a group from itself or from the id of one of its runs. ValueError where there is no such group."""
    if word.isalnum() and store.group(word):
        return word
    if (store.root / word / "config.json").exists():
        group = store.get(word).config.group
        if group is None:
            raise ValueError(f"The run {word} was started alone. `deepclust sweep` starts runs that can be ranked.")
        return group.id
    raise ValueError(
        f"There is no group or run {word!r} in {store.root}. `deepclust runs --json` lists runs with their groups."
    )


def ranking_at_end(store: RunStore, runs: list[Run]) -> RankBoard | None:
    """The ranking of a sweep that has ended; None where it has results of fewer than two settings."""
    group = runs[0].config.group
    if group is None or len(settings_of(runs)) < 2:
        return None
    return rank_group(store, group.id, told_on_terminal)


def print_ranking(board: RankBoard) -> None:
    """A table for people, and the outcome in sentences."""
    found = board.ranking
    if found is None:
        return
    rows: list[dict[str, Any]] = [
        {"place": s.place, "setting": s.setting, "score": s.score}
        | {MEASURES[m].title.lower(): s.values[m] for m in s.values}
        | {"run": board.typical.get(s.setting)}
        for s in found.standings
    ]
    print_rows(rows, as_json=False)
    print("\n".join(["", found.sentence, *found.reasons, "Labels were not looked at."]))


def told_on_terminal(board: RankBoard) -> None:
    if board.live and board.doing and sys.stderr.isatty():
        print(f"{board.done} of {board.n_steps or '?'}: {board.doing}", file=sys.stderr)
