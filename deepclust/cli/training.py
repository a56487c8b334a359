"""`fit`, `sweep` and `estimate`: from words on the command line to runs, one or many, and what they found."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deepclust.cli import reading
from deepclust.cli.printing import counting_bar, of_parts, print_rows, progress_bar, summary_of, with_spreads
from deepclust.cli.ranking import print_ranking, ranking_at_end
from deepclust.data.catalog.table import CATALOG
from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import grid, ladder, make_config, over_seeds
from deepclust.engine.estimating.estimate import advice, can_be_tried, estimate, in_words
from deepclust.engine.intake.featuring import features_here
from deepclust.engine.judging.compare import compared
from deepclust.engine.judging.ranking import ranking_summary
from deepclust.engine.training import cluster
from deepclust.engine.training.memory import in_bytes
from deepclust.engine.training.queue import waiting_for
from deepclust.engine.training.sweep import run_all, sweep, values_of
from deepclust.engine.training.worker import work
from deepclust.methods import find_method
from deepclust.params import params_of, parse_value
from deepclust.runs import Run, RunConfig, RunStatus, RunStore
from deepclust.runs.table import HOW_TESTED


def add_run_arguments(command: argparse.ArgumentParser) -> None:
    """What says which run is meant: data, method, hyper-parameters, seed and device."""
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--dataset", help="a data set of the catalog (see `deepclust datasets`)")
    source.add_argument(
        "--data", type=Path, metavar="PATH", help="own data: a file of arrays or a table, a zip or folder of pictures"
    )
    command.add_argument("--options", nargs="*", default=[], metavar="NAME=VALUE", help="options of a drawn data set")
    reading.add_arguments(command)
    command.add_argument(
        "--train-test",
        action="store_true",
        help="learn from the official train part alone, and judge the test part by what was learned",
    )
    command.add_argument(
        "--picture-features",
        metavar="NETWORK",
        help="cluster what a network sees in the pictures: efficientnet_lite0, or one brought on the Data page",
    )
    command.add_argument("--method", required=True, help="a method (see `deepclust methods`)")
    command.add_argument("--preset", help="a named set of hyper-parameters of the method")
    command.add_argument("--set", nargs="*", action="extend", default=[], metavar="NAME=VALUE", help="hyper-parameters")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")


def asked_run(asked: argparse.Namespace, store: RunStore) -> tuple[RunConfig, Dataset]:
    """The checked config of what was asked for, and its data."""
    cls = find_method(asked.method)
    ref: dict[str, Any] = {"name": asked.dataset}
    choices = reading.choices_of(asked)
    if asked.data is not None:
        if asked.options:
            raise ValueError(
                "--options are of the drawn data sets. How a file is read, its own options say: --label, --size..."
            )
        ref = {"file": str(asked.data.expanduser().resolve())} | ({"choices": choices} if choices else {})
    elif choices:
        raise ValueError(f"--{next(iter(choices))} says how a file is read: it goes with --data, not with --dataset.")
    elif asked.options:
        ref["options"] = _dataset_options(asked.dataset, asked.options)
    if asked.picture_features:
        with counting_bar("pictures") as watch:
            ref = features_here(open_dataset(ref, store.datasets), asked.picture_features, store.datasets, watch)
    if asked.train_test:
        ref["part"] = "train"
    dataset = open_dataset(ref, store.datasets)
    if asked.data is not None:
        for note in dataset.notes:  # what was guessed and left out
            print(f"{asked.data.name}: {note}", file=sys.stderr)
    params = params_of(cls)
    values = {}
    for name, text in pairs(asked.set):
        if name not in params:
            raise ValueError(f"{asked.method} has no parameter {name!r}. It has: {', '.join(params)}.")
        values[name] = parse_value(params[name], text)
    config = make_config(
        ref, dataset, asked.method, preset=asked.preset, values=values, seed=asked.seed, device=asked.device
    )
    return config, dataset


def fit(asked: argparse.Namespace) -> int:
    store = RunStore(asked.runs)
    config, dataset = asked_run(asked, store)
    seeds = seeds_of(asked.seeds, asked.seed)
    if asked.ladder:
        return _fit_all(ladder(config, seeds), dataset, store, asked.json)
    if asked.sensitivity:
        if seeds:
            raise ValueError("--sensitivity trains with one seed: give it as --seed N.")
        return _fit_all(grid(config), dataset, store, asked.json)
    if seeds:
        return _fit_all(over_seeds(config, seeds), dataset, store, asked.json)
    run, status = _train(config, dataset, store)
    summary = summary_of(run)
    if asked.json:
        print(json.dumps(summary))
    elif status.state != "failed" and run.has_result:
        scores = [f"{name.upper()} {summary[name]:.3f}" for name in ("acc", "nmi", "ari") if summary[name] is not None]
        print(f"{status.state}: {run.id} in {summary['seconds']:.1f} s {' '.join(scores)}".rstrip())
        for line in of_parts(run):
            print(line)
        print(f"Look at it: deepclust app, or read {run.folder}")
    if status.state == "failed":
        print(f"deepclust: {status.message}", file=sys.stderr)
        return 1
    return 0


def _train(config: RunConfig, dataset: Dataset, store: RunStore) -> tuple[Run, RunStatus]:
    """Train one run in this process, when its device is free."""
    run = store.create(config)
    device, ahead = waiting_for(run, store)
    if ahead:
        print(f"Waiting for {device}, which {len(ahead)} run(s) use first. Ctrl-C gives up.", file=sys.stderr)
    with progress_bar() as watch:
        return run, work(run, watch=watch, dataset=dataset)


def _fit_all(configs: Sequence[RunConfig], dataset: Dataset, store: RunStore, as_json: bool) -> int:
    """Train the runs of a group and print them side by side."""
    return _report(_train_all(configs, dataset, store), dataset, store, as_json)


def _train_all(configs: Sequence[RunConfig], dataset: Dataset, store: RunStore) -> list[Run]:
    """Train the runs of a group one after the other; Ctrl-C ends the group."""
    runs: list[Run] = []
    for number, config in enumerate(configs, start=1):
        run, status = _train(config, dataset, store)
        runs.append(run)
        said = status.message if status.state == "failed" else f"{status.seconds:.1f} s"
        print(
            f"{number} of {len(configs)}: {config.part or config.method}, seed {config.seed}: {status.state}, {said}",
            file=sys.stderr,
        )
        if status.state == "stopped":
            break
    return runs


def seeds_of(words: str | None, first: int = 0) -> list[int]:
    """Seeds of a list such as 0-2 or 0,3,7, or of their number, counted from ``first``; empty where none were named.

    ValueError for anything else.
    """
    if words is None:
        return []
    listed = f"{first}-{first + int(words) - 1}" if words.isdigit() else words
    seeds: list[int] = []
    for word in listed.split(","):
        start, dash, last = word.partition("-")
        if not start.isdigit() or (dash and not last.isdigit()) or int(last or start) < int(start):
            raise ValueError(f"--seeds {words!r} is not a list of seeds. Write it as 10 (so many), 0-2 or 0,3,7.")
        seeds += range(int(start), int(last or start) + 1)
    return list(dict.fromkeys(seeds))


def estimate_run(asked: argparse.Namespace) -> int:
    store = RunStore(asked.runs)
    config, dataset = asked_run(asked, store)
    trial = None
    if can_be_tried(config) and estimate(config, store).fits:
        from deepclust.engine.estimating.trial import try_out

        trial = try_out(config, dataset)
    expected = estimate(config, store, trial)
    if asked.json:
        said = {**asdict(expected), "fits": expected.fits, "advice": advice(config, expected)}
        print(json.dumps({"method": config.method, "preset": config.preset, "n_samples": config.n_samples, **said}))
        return 0
    print(f"{in_words(expected)} ({expected.basis}; {in_bytes(expected.free_memory)} are free)")
    for sentence in advice(config, expected):
        print(sentence)
    return 0


def pairs(words: Sequence[str]) -> list[tuple[str, str]]:
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
    for option, text in pairs(words):
        if option not in options:
            raise ValueError(f"The data set {name!r} has no option {option!r}. It has: {', '.join(options) or 'none'}.")
        found[option] = parse_value(options[option], text)
    return found


def sweep_runs(asked: argparse.Namespace) -> int:
    """Train every combination of the values that are named, here or on a Dask cluster, and print them side by side."""
    if asked.scheduler:
        os.environ["DEEPCLUST_SCHEDULER"] = asked.scheduler
    several = values_of(asked.method, pairs(asked.set))
    asked.set = [f"{name}={text.split(',')[0]}" for name, text in pairs(asked.set)]
    store = RunStore(asked.runs)
    config, dataset = asked_run(asked, store)
    configs = sweep(config, several, seeds_of(asked.seeds, asked.seed))
    if cluster.scheduler() is None:
        return _report(_train_all(configs, dataset, store), dataset, store, asked.json, ranked=True)

    def tell(run: Run) -> None:
        status = run.status()
        said = status.message if status.state == "failed" else f"{status.seconds:.1f} s"
        print(
            f"{run.config.part or run.config.method}, seed {run.config.seed}: {status.state}, {said}", file=sys.stderr
        )

    return _report(run_all(configs, store, tell), dataset, store, asked.json, ranked=True)


def _report(runs: list[Run], dataset: Dataset, store: RunStore, as_json: bool, ranked: bool = False) -> int:
    """Print the runs of a group side by side, ranked without labels where wanted; 1 where one of them failed."""
    rows = compared(runs, labelled=dataset.y is not None)
    board = ranking_at_end(store, runs) if ranked else None
    if as_json:
        group = runs[0].config.group
        told = {"group": group and group.id, "table": rows, "runs": [summary_of(run) for run in runs]}
        print(json.dumps(told | ({"ranking": ranking_summary(board)} if board is not None else {})))
    else:
        print_rows([with_spreads(row) for row in rows], as_json=False)
        if runs[0].config.test_part is not None:
            print(
                "Without test_ in front: of the train part, which was learned from. With it: of the test part, which was not,"
            )
            print("; ".join(f"test_{how}: {words}" for how, words in HOW_TESTED.items()))
        if board is not None:
            print()
            print_ranking(board)
    return 1 if any(run.status().state == "failed" for run in runs) else 0
