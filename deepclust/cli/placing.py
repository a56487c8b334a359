"""`predict`: the samples of a file on a finished run."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from deepclust.cli import reading
from deepclust.cli.printing import print_rows


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
    from deepclust.engine.placing.finished import load_run, names_of
    from deepclust.engine.placing.reading import new_samples
    from deepclust.engine.placing.rows import rows_of
    from deepclust.exports.placements import NESTED, write_placements

    run = load_run(asked.run, asked.runs)
    data = new_samples(asked.data.expanduser(), run.run.config, reading.choices_of(asked))
    samples = [data.name_of(row) for row in range(data.n_samples)]
    placed = run.predict(data.X)
    names = names_of(run.run)
    if asked.csv:
        write_placements(placed, names, samples, sys.stdout)
        return 0
    rows = rows_of(placed, names, samples)
    if asked.json:
        print(json.dumps({"run": run.run.id, "samples": rows}))
    else:
        print_rows(rows, as_json=False, hide=NESTED)
        if placed.judge is None:
            print(f"\nNo verdict: {placed.why_not()}.")
    return 0
