"""`predict`: the samples of a file on a finished run."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.cli import reading
from deepclust.cli.printing import print_rows
from deepclust.exports.table import defused
from deepclust.runs import RunConfig


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
    from deepclust.engine.placing.rows import rows_of

    run = load_run(asked.run, asked.runs)
    X, samples = _read(asked.data.expanduser(), reading.choices_of(asked), run.run.config)
    placed = run.predict(X)
    names = names_of(run.run)
    rows = rows_of(placed, names, samples)
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


def _read(path: Path, choices: dict[str, Any], config: RunConfig) -> tuple[np.ndarray, list[str]]:
    """Samples of a file or a folder, and what they are called. Pictures of any size are brought to that of the run's."""
    from deepclust.data.reading.pictures.collection import Contents, PictureScan, is_picture, pictures_of
    from deepclust.data.reading.read import look_at_file, read_file
    from deepclust.data.reading.source import MAX_BYTES

    if config.kind == "image":
        height, width = config.feature_shape[:2]
        if is_picture(path.name) and path.is_file():
            contents = Contents(path.name, {path.name: path.read_bytes()})
            pictures = pictures_of(contents, [path.name], (height, width), MAX_BYTES)
            return pictures.X, pictures.kept
        if "size" not in choices and isinstance(look_at_file(path), PictureScan):
            choices = {**choices, "size": [height, width]}
    data = read_file(path, choices)
    return data.X, [data.name_of(row) for row in range(data.n_samples)]


def _cell(value: Any) -> Any:
    return defused(value) if isinstance(value, str) else value
