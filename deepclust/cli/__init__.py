"""The command line: train without a browser, list what there is, and start the app."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from deepclust.cli import listing, placing, ranking, serving, taking, training
from deepclust.data.reading.pictures.collection import MixedSizes
from deepclust.engine.detached.process import log_trace, show_traces

SEEDS_HELP = "train with so many seeds, or with each of a list such as 0-2 or 0,3,7; mean and spread are printed"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 when a run failed, or 2 when something cannot be done as asked."""
    asked = _parser().parse_args(arguments)
    if asked.debug:
        show_traces()
    try:
        return int(asked.run_command(asked))
    except Exception as error:  # people get a sentence, whatever it was
        log_trace()
        print(f"deepclust: {_sentence(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("deepclust: interrupted.", file=sys.stderr)
        return 130  # what shells expect of a command that Ctrl-C has ended


def _sentence(error: Exception) -> str:
    """An error in words; ours speak for themselves."""
    said = " ".join(str(error).split())
    if isinstance(error, MixedSizes):
        return f"{said} Here: --size {error.suggested[0]}x{error.suggested[1]}."
    if isinstance(error, (ValueError, OSError)):
        return said
    return f"This went wrong: {type(error).__name__}: {said}. The same with --debug says where."


class _Parser(argparse.ArgumentParser):
    """Words that are not understood get one sentence; options are written out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"deepclust: {message[:1].upper()}{message[1:]}. See {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="deepclust", description="Watch a neural network learn to sort your data, and judge what it found."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fit = commands.add_parser("fit", help="train a method on a data set and keep the run")
    several = fit.add_mutually_exclusive_group()
    several.add_argument("--ladder", action="store_true", help="train every rung of the method's ladder of ablations")
    several.add_argument(
        "--sensitivity", action="store_true", help="train a grid over the method's two critical hyper-parameters"
    )
    fit.add_argument("--seeds", metavar="10", help=SEEDS_HELP)
    fit.set_defaults(run_command=training.fit)
    estimate = commands.add_parser("estimate", help="time a few batches: how long and how much memory a run takes")
    estimate.set_defaults(run_command=training.estimate_run)
    several_runs = commands.add_parser(
        "sweep", help="train every combination of some values and seeds, here or on a Dask cluster"
    )
    several_runs.add_argument("--seeds", metavar="10", help=SEEDS_HELP)
    several_runs.add_argument(
        "--scheduler",
        metavar="tcp://HOST:8786",
        help="a Dask scheduler (default: $DEEPCLUST_SCHEDULER, else this machine)",
    )
    several_runs.set_defaults(run_command=training.sweep_runs)
    for command in (fit, estimate, several_runs):
        training.add_run_arguments(command)

    datasets = commands.add_parser("datasets", help="list the data sets, or download some")
    datasets.add_argument(
        "--fetch", nargs="+", metavar="NAME", help="download data sets of the catalog into $DEEPCLUST_DATA"
    )
    datasets.set_defaults(run_command=listing.datasets)
    methods = commands.add_parser("methods", help="list the methods and their hyper-parameters")
    methods.set_defaults(run_command=listing.methods)
    runs = commands.add_parser("runs", help="list the runs")
    runs.set_defaults(run_command=listing.runs)
    choose = commands.add_parser("choose-k", help="judge every number of clusters of a finished run")
    choose.add_argument("run", metavar="RUN", help="a run (see `deepclust runs`)")
    choose.add_argument("--max-k", type=int, default=20, help="compare k from 2 to this")
    choose.set_defaults(run_command=listing.choose)
    rank = commands.add_parser("rank", help="rank the settings of a sweep without labels")
    rank.add_argument("group", metavar="GROUP", help="the id of a group of runs, or one of its runs")
    rank.set_defaults(run_command=ranking.rank)
    for command in (fit, several_runs, estimate, runs, choose, rank):
        command.add_argument("--runs", type=Path, metavar="DIR", help="folder of the runs (default: $DEEPCLUST_RUNS)")
    for command in (fit, several_runs, estimate, datasets, methods, runs, choose, rank):
        command.add_argument("--json", action="store_true", help="print JSON")
    taking.add_commands(commands)
    placing.add_command(commands)

    app = commands.add_parser("app", help="open the app in the browser")
    app.add_argument("--port", type=int, default=8501)
    app.add_argument("--headless", action="store_true", help="serve without opening a browser")
    app.set_defaults(run_command=serving.app)
    for command in commands.choices.values():
        command.add_argument("--debug", action="store_true", help="on an error, print the trace that leads to it")
    return parser
