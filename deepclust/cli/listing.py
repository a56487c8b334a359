"""`datasets`, `methods`, `runs` and `choose-k`: what there is, and what can be said of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from deepclust.cli.printing import download_bar, print_rows, summary_of
from deepclust.data.catalog.table import CATALOG, find_entry
from deepclust.engine.judging.choosing import Board, board_summary, choose_k
from deepclust.methods import METHODS
from deepclust.params import params_of
from deepclust.runs import RunStore
from deepclust.runs.table import TESTED


def _fetch(names: Sequence[str]) -> int:
    """Download data sets one after the other; what cannot be had is said, and the others are tried still."""
    failed = 0
    for name in names:
        entry = find_entry(name)
        if not entry.file:
            print(f"{name}: nothing to download, it comes with the app")
            continue
        with download_bar(entry.title) as report:
            try:
                path = entry.fetch(report)
            except ValueError as error:
                failed += 1
                print(f"deepclust: {error}", file=sys.stderr)
                continue
        print(f"{name}: {path}")
    return 1 if failed else 0


def datasets(asked: argparse.Namespace) -> int:
    if asked.fetch:
        return _fetch(asked.fetch)
    rows = [
        {
            "dataset": entry.name,
            "title": entry.title,
            "kind": entry.kind,
            "n_samples": entry.n_samples,
            "n_classes": entry.n_classes,
            "available": entry.available(),
            "note": "" if entry.available() else entry.unavailable_reason(),
        }
        for entry in CATALOG.values()
    ]
    return print_rows(rows, asked.json)


def methods(asked: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    for name, cls in METHODS.items():
        row: dict[str, Any] = {"method": name, "title": cls.title, "presets": list(cls.presets), "summary": cls.summary}
        if asked.json:
            row["params"] = [
                {"name": p.name, "label": p.label, "help": p.help, "default": p.default, "allowed": p.allowed()}
                for p in params_of(cls).values()
            ]
        rows.append(row)
    return print_rows(rows, asked.json)


def runs(asked: argparse.Namespace) -> int:
    return print_rows([summary_of(run) for run in RunStore(asked.runs).runs()], asked.json, hide=("folder", *TESTED))


def choose(asked: argparse.Namespace) -> int:
    """Judge the k of a run, or print the board that is there; a progress line goes to the terminal."""
    run = RunStore(asked.runs).get(asked.run)

    def watch(board: Board) -> None:
        if board.live and sys.stderr.isatty():
            print(f"{len(board.criteria)} of {board.n_criteria}: {board.doing}", file=sys.stderr)

    board = choose_k(run, asked.max_k, watch)
    if board.state == "failed" or board.verdict is None:
        print(f"deepclust: {board.error or 'No criterion has an opinion.'}", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps({"run": run.id, **board_summary(board)}))
        return 0
    rows = [
        {"criterion": c.title, "pick": c.pick, "plausible": ", ".join(map(str, c.plausible)), "weight": c.weight}
        for c in board.criteria
    ]
    print_rows(rows, as_json=False)
    print("\n".join(["", *filter(None, [board.space]), board.verdict.sentence, *board.verdict.reasons]))
    return 0
