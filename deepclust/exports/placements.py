"""Placements of new samples as a table with commas: a row for each, safe to be opened by a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import IO

from deepclust.engine.placing.placements import Placements
from deepclust.engine.placing.rows import rows_of
from deepclust.exports.table import defused

NESTED = ("memberships", "nearest", "percentiles", "says")  # of a row: what is no single value


def write_placements(placed: Placements, names: Mapping[int, str], samples: Sequence[str], target: IO[str]) -> None:
    """Write m rows: what each sample is called, its cluster, percentile and verdict, and its share in every cluster.

    names: what each cluster is called; samples: what each sample is called (m,), m >= 1.
    """
    rows = rows_of(placed, names, samples)
    flat = [name for name in rows[0] if name not in NESTED]
    table = csv.writer(target, lineterminator="\n")
    table.writerow([*flat, *(defused(f"share of {names[c]}") for c in placed.clusters.tolist())])
    for row in rows:
        cells = [defused(row[name]) if isinstance(row[name], str) else row[name] for name in flat]
        table.writerow([*cells, *row["memberships"].values()])
