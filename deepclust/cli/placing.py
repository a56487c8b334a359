"""`predict`: the samples of a file on a finished run."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from deepclust.cli import reading
from deepclust.cli.printing import print_rows
from deepclust.exports.table import defused


def add_command(commands: Any) -> None:
    """Add it to the subparsers of the command line."""
    predict = commands.add_parser("predict", help="place the samples of a file on a finished run")
    predict.add_argument("run", metavar="RUN", help="a run (see `deepclust runs`)")
    predict.add_argument("--data", type=Path, metavar="FILE", required=True, help="a file or folder of new samples")
    predict.add_argument("--runs", type=Path, metavar="DIR", help="folder of the runs (default: $DEEPCLUST_RUNS)")
    how = predict.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print JSON")
    how.add_argument("--csv", action="store_true", help="print a table with commas")
    reading.add_arguments(predict)
    predict.set_defaults(run_command=predict_file)


def predict_file(asked: argparse.Namespace) -> int:
    """A row for each sample: cluster, shares, distance to the nearest centre, percentile and verdict."""
    from deepclust.data.reading.read import read_file
    from deepclust.engine.placing.finished import load_run, names_of
    from deepclust.engine.placing.rows import rows_of

    run = load_run(asked.run, asked.runs)
    choices = reading.choices_of(asked)
    shape, kind = run.run.config.feature_shape, run.run.config.kind
    if kind == "image" and asked.data.is_dir():
        choices.setdefault("size", list(shape[:2]))  # pictures of any sizes, at once in that of the run
    data = read_file(asked.data.expanduser(), choices)
    placed = run.predict(data.X)
    names = names_of(run.run)
    rows = rows_of(placed, names, [data.name_of(row) for row in range(len(placed))])
    if asked.json:
        print(json.dumps({"run": run.run.id, "samples": rows}))
    elif asked.csv:
        table = csv.writer(sys.stdout, lineterminator="\n")
        letters = [names[c] for c in placed.clusters.tolist()]
        flat = [name for name in rows[0] if name not in ("memberships", "nearest", "percentiles", "says")]
        table.writerow([*flat, *(f"share of {name}" for name in letters)])
        table.writerows([[*(_cell(row[name]) for name in flat), *row["memberships"].values()] for row in rows])
    else:
        print_rows(rows, as_json=False, hide=("memberships", "nearest", "percentiles", "says"))
        if placed.judge is None:
            print(f"\nNo verdict: {placed.why_not()}.")
    return 0


def _cell(value: Any) -> Any:
    return defused(value) if isinstance(value, str) else value
