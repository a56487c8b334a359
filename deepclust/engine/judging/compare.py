"""Runs of a group beside each other and beside published numbers, as plain rows for a table, a page or a file."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from typing import Any

from deepclust.data.catalog.table import published_rungs
from deepclust.runs import Run
from deepclust.runs.table import LABELLED, TESTED, UNLABELLED, WEIGHTS, table


def compared(runs: Sequence[Run], *, labelled: bool) -> list[dict[str, Any]]:
    """A row for each member of a group: name, number of finished runs, means and standard deviations over the seeds.

    labelled: also the scores against the labels, and the accuracy and NMI that were published for a rung of this ladder.
    What is not known (yet) is None; columns without a single value are left out.
    """
    if not runs:
        return []
    config = runs[0].config
    published = published_rungs(config.dataset, config.method) if labelled else {}
    rows = []
    for row in table(runs):
        said: dict[str, Any] = {"member": row.part, "runs": len(row.runs), "finished": row.n_ended}
        for name in (*((*LABELLED, *TESTED) if labelled else ()), *UNLABELLED):
            said |= {name: row.mean(name), f"{name}_sd": row.spread(name)}
        n_weights = row.mean(WEIGHTS)
        said[WEIGHTS] = None if n_weights is None else round(n_weights)
        if published:
            there = published.get(row.part)
            said |= {"published_acc": there and there.acc, "published_nmi": there and there.nmi}
        rows.append(said)
    empty = {name for name in rows[0] if all(row[name] is None for row in rows)}
    return [{name: value for name, value in row.items() if name not in empty} for row in rows]


def fallen(rows: Sequence[dict[str, Any]], beside: Collection[str] = ()) -> str:
    """A sentence where a rung has a lower mean accuracy than the one before it, by more than the spreads; else nothing.

    rows as from `compared`, from the lowest rung up; those named in ``beside`` are not steps of the ladder.
    """
    known = [row for row in rows if row.get("acc") is not None and row["member"] not in beside]
    falls = []
    for before, row in itertools.pairwise(known):
        spread = max(before.get("acc_sd") or 0.0, row.get("acc_sd") or 0.0)
        if row["acc"] < before["acc"] - spread:
            falls.append(f"{row['member']} ({row['acc']:.3f}) is below {before['member']} ({before['acc']:.3f})")
    if not falls:
        return ""
    single = "" if all(row["finished"] > 1 for row in known) else " With one seed that may be chance."
    return f"Not every rung is above the one before it here: {'; '.join(falls)}.{single}"


def with_spread(mean: float | None, spread: float | None, digits: int = 3) -> str:
    """A mean and its standard deviation in a cell of a table: "0.831 ± 0.012", "0.831", or a dash."""
    if mean is None:
        return "–"
    return f"{mean:.{digits}f}" + (f" ± {spread:.{digits}f}" if spread is not None else "")
