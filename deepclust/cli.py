"""The command line: train without a browser, list what there is, and start the app."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deepclust.data.catalog import CATALOG
from deepclust.data.files import open_dataset
from deepclust.engine.ask import make_config
from deepclust.engine.launch import slot_of, waiting_before
from deepclust.engine.worker import work
from deepclust.events import Event, Note, Progress, Stage
from deepclust.methods import METHODS, find_method
from deepclust.params import params_of, parse_value
from deepclust.runs import Run, RunStore

# by name: the app floor above is not known here, only what will be asked for
FIRST_PAGE = (
    "pandas",
    "PIL.PngImagePlugin",
    "deepclust.engine.projector",
    "deepclust.engine.standby",
    "deepclust.figures.pictures",
    "deepclust.metrics.exemplars",
    "deepclust.projections",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 when a run failed, or 2 when something cannot be done as asked."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run_command(asked))
    except (ValueError, OSError) as error:
        print(f"deepclust: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("deepclust: interrupted.", file=sys.stderr)
        return 130  # what shells expect of a command that Ctrl-C has ended


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deepclust",
        description="Watch a neural network learn to sort your data, and judge what it found.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fit = commands.add_parser("fit", help="train a method on a data set and keep the run")
    source = fit.add_mutually_exclusive_group(required=True)
    source.add_argument("--dataset", help="a data set of the catalog (see `deepclust datasets`)")
    source.add_argument(
        "--data", type=Path, metavar="FILE.npz", help="own data: x (n, ...), optional labels y (n,)"
    )
    fit.add_argument("--options", nargs="*", default=[], metavar="NAME=VALUE", help="options of the data set")
    fit.add_argument("--method", required=True, help="a method (see `deepclust methods`)")
    fit.add_argument("--preset", help="a named set of hyper-parameters of the method")
    fit.add_argument(
        "--set", nargs="*", action="extend", default=[], metavar="NAME=VALUE", help="hyper-parameters"
    )
    fit.add_argument("--seed", type=int, default=0)
    fit.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    fit.set_defaults(run_command=_fit)

    datasets = commands.add_parser("datasets", help="list the data sets")
    datasets.set_defaults(run_command=_datasets)
    methods = commands.add_parser("methods", help="list the methods and their hyper-parameters")
    methods.set_defaults(run_command=_methods)
    runs = commands.add_parser("runs", help="list the runs")
    runs.set_defaults(run_command=_runs)
    for command in (fit, runs):
        command.add_argument(
            "--runs", type=Path, metavar="DIR", help="folder of the runs (default: $DEEPCLUST_RUNS)"
        )
    for command in (fit, datasets, methods, runs):
        command.add_argument("--json", action="store_true", help="print JSON")

    app = commands.add_parser("app", help="open the app in the browser")
    app.add_argument("--port", type=int, default=8501)
    app.add_argument("--headless", action="store_true", help="serve without opening a browser")
    app.set_defaults(run_command=_app)
    return parser


def _fit(asked: argparse.Namespace) -> int:
    store = RunStore(asked.runs)
    cls = find_method(asked.method)
    ref: dict[str, Any] = {"name": asked.dataset}
    if asked.data is not None:
        ref = {"file": str(asked.data.expanduser().resolve())}
    elif asked.options:
        ref["options"] = _dataset_options(asked.dataset, asked.options)
    dataset = open_dataset(ref, store.datasets)
    params = params_of(cls)
    values = {}
    for name, text in _pairs(asked.set):
        if name not in params:
            raise ValueError(f"{asked.method} has no parameter {name!r}. It has: {', '.join(params)}.")
        values[name] = parse_value(params[name], text)
    config = make_config(
        ref, dataset, asked.method, preset=asked.preset, values=values, seed=asked.seed, device=asked.device
    )
    run = store.create(config)
    if ahead := waiting_before(run, store):
        print(
            f"Waiting for {slot_of(run)}, which {len(ahead)} run(s) use first. Ctrl-C gives up.",
            file=sys.stderr,
        )
    with _progress_bar() as watch:
        status = work(run, watch=watch, dataset=dataset)
    summary = _summary(run)
    if asked.json:
        print(json.dumps(summary))
    elif status.state != "failed" and run.has_result:
        scores = [
            f"{name.upper()} {summary[name]:.3f}"
            for name in ("acc", "nmi", "ari")
            if summary[name] is not None
        ]
        print(f"{status.state}: {run.id} in {summary['seconds']:.1f} s {' '.join(scores)}".rstrip())
        print(f"Look at it: deepclust app, or read {run.folder}")
    if status.state == "failed":
        print(f"deepclust: {status.message}", file=sys.stderr)
        return 1
    return 0


def _summary(run: Run) -> dict[str, Any]:
    """The facts of a run on one line; scores are None where there are no labels or no result."""
    config, status, metrics = run.config, run.status(), run.metrics()
    return {
        "run": run.id,
        "folder": str(run.folder),
        "state": status.state,
        "method": config.method,
        "preset": config.preset,
        "dataset": config.dataset.get("name", config.dataset_title),
        "n_samples": config.n_samples,
        "n_clusters": config.n_clusters,
        "seed": config.seed,
        "seconds": metrics.get("seconds", status.seconds),
        **{
            name: metrics.get(name)
            for name in ("acc", "nmi", "nmi_arithmetic", "ari", "purity", "silhouette")
        },
    }


def _datasets(asked: argparse.Namespace) -> int:
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
    return _print_rows(rows, asked.json)


def _methods(asked: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    for name, cls in METHODS.items():
        row: dict[str, Any] = {
            "method": name,
            "title": cls.title,
            "presets": list(cls.presets),
            "summary": cls.summary,
        }
        if asked.json:
            row["params"] = [
                {
                    "name": p.name,
                    "label": p.label,
                    "help": p.help,
                    "default": p.default,
                    "allowed": p.allowed(),
                }
                for p in params_of(cls).values()
            ]
        rows.append(row)
    return _print_rows(rows, asked.json)


def _runs(asked: argparse.Namespace) -> int:
    return _print_rows([_summary(run) for run in RunStore(asked.runs).runs()], asked.json, hide=("folder",))


def _app(asked: argparse.Namespace) -> int:
    """Become the Streamlit server. What the first page needs is loaded before the server answers anyone."""
    here = Path(__file__).resolve().parent
    page = next(path for path in (here.parent / "app.py", here / "_app" / "app.py") if path.exists())
    os.chdir(page.parent)  # the app's .streamlit/config.toml is read from here
    for name in FIRST_PAGE:
        importlib.import_module(name)
    headless = ["--server.headless", "true"] if asked.headless else []
    sys.argv = ["streamlit", "run", page.name, "--server.port", str(asked.port), *headless]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Split NAME=VALUE words."""
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ValueError(f"{word!r} is not of the form NAME=VALUE, for example n_clusters=10.")
        pairs.append((name, value))
    return pairs


def _dataset_options(name: str, words: Sequence[str]) -> dict[str, Any]:
    options = CATALOG[name].options if name in CATALOG else {}
    found = {}
    for option, text in _pairs(words):
        if option not in options:
            raise ValueError(
                f"The data set {name!r} has no option {option!r}. It has: {', '.join(options) or 'none'}."
            )
        found[option] = parse_value(options[option], text)
    return found


@contextmanager
def _progress_bar() -> Iterator[Callable[[Event], None] | None]:
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


def _print_rows(rows: Sequence[dict[str, Any]], as_json: bool, hide: Sequence[str] = ()) -> int:
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
