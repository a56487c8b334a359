"""How commands speak: rows as columns or JSON, progress bars on a terminal, a run on one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from deepclust.engine.intake.featuring import Featuring
from deepclust.engine.judging.compare import with_spread
from deepclust.events import Event, Note, Progress, Stage
from deepclust.runs import Run
from deepclust.runs.table import HOW_TESTED, scores_of_test


@contextmanager
def progress_bar() -> Iterator[Callable[[Event], None] | None]:
    """A watcher that draws one progress bar per stage on the terminal; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    bar = tqdm(total=0, file=sys.stderr, disable=True)

    def watch(event: Event) -> None:
        nonlocal bar
        if isinstance(event, Stage):
            bar.close()
            bar = tqdm(total=event.n_epochs, desc=event.name, unit="epoch", file=sys.stderr)
        elif isinstance(event, Progress):
            bar.set_postfix({name: f"{value:.4g}" for name, value in event.losses.items()}, refresh=False)
            bar.update(event.epoch - bar.n)
        elif isinstance(event, Note):
            bar.write(event.text, file=sys.stderr)

    try:
        yield watch
    finally:
        bar.close()


@contextmanager
def download_bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A report that draws a progress bar per file on the terminal; without a terminal it is silent."""
    from tqdm import tqdm

    bar = tqdm(total=0, file=sys.stderr, disable=True)
    shown = ""

    def report(what: str, done: int, total: int) -> None:
        nonlocal bar, shown
        if what != shown:
            bar.close()
            shown = what
            bar = tqdm(
                desc=f"{title}: {what}",
                total=total or None,
                unit="B",
                unit_scale=True,
                file=sys.stderr,
                disable=not sys.stderr.isatty(),
            )
        bar.update(done - bar.n)

    try:
        yield report
    finally:
        bar.close()


@contextmanager
def counting_bar(unit: str) -> Iterator[Callable[[Featuring], None]]:
    """A watcher that draws one bar over all pictures on the terminal; without a terminal it is silent."""
    from tqdm import tqdm

    with tqdm(total=0, unit=f" {unit}", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:

        def watch(report: Featuring) -> None:
            bar.total = report.total
            bar.set_description(report.doing, refresh=False)
            bar.update(report.done - bar.n)

        yield watch


def print_rows(rows: Sequence[dict[str, Any]], as_json: bool, hide: Sequence[str] = ()) -> int:
    """Print rows as a JSON list or as aligned columns."""
    if as_json:
        print(json.dumps(rows))
        return 0
    if not rows:
        print("There are none yet.")
        return 0
    columns = [name for name in rows[0] if name not in hide]
    cells = [columns] + [[_cell(row[name]) for name in columns] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return 0


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def summary_of(run: Run) -> dict[str, Any]:
    """The facts of a run on one line; scores are None where there are no labels or no result."""
    config, status, metrics = run.config, run.status(), run.metrics()
    return {
        "run": run.id,
        "folder": str(run.folder),
        "state": status.state,
        "method": config.method,
        "preset": config.preset,
        "dataset": config.dataset.get("name", config.dataset_title),
        "part": config.dataset.get("part"),
        "features": config.features,
        "n_samples": config.n_samples,
        "n_clusters": config.n_clusters,
        "seed": config.seed,
        "seconds": metrics.get("seconds", status.seconds),
        "device": status.device or config.device,
        "card": status.card or None,
        **{name: metrics.get(name) for name in ("acc", "nmi", "nmi_arithmetic", "ari", "purity", "silhouette")},
        **scores_of_test(metrics),
    }


def of_parts(run: Run) -> list[str]:
    """Where a run has learned from a train part alone: what was learned from and what was not, with the scores of both."""
    test = run.metrics().get("test_part")
    if test is None:
        return []
    lines = [f"Train part: the {run.config.n_samples:,} samples that it learned from, scores above"]
    for how, words in HOW_TESTED.items():
        known = " ".join(f"{name.upper()} {test[how][name]:.3f}" for name in ("acc", "nmi", "ari") if name in test[how])
        lines.append(f"Test part: {test['n_samples']:,} samples, {words}: {known or 'no labels'}")
    return lines


def with_spreads(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `compared` with every spread in the cell of its mean."""
    spreads = {name for name in row if name.endswith("_sd")}
    return {
        name: with_spread(value, row.get(f"{name}_sd"), digits=1 if name in ("seconds", "n_used") else 3)
        if isinstance(value, float)
        else value
        for name, value in row.items()
        if name not in spreads
    }
