"""What a class has done of a lesson: the runs of one play, as groups of runs in the store."""

from __future__ import annotations

import secrets
from dataclasses import replace

from deepclust.data.dataset import Dataset
from deepclust.engine.asking.ask import make_config
from deepclust.lessons.lesson import Lesson
from deepclust.methods import METHODS
from deepclust.runs import Run, RunConfig, RunGroup, RunStore


def new_play() -> str:
    """The id of a new play."""
    return secrets.token_hex(6)


def config_of(lesson: Lesson, number: int, play: str, dataset: Dataset, labels_seen: bool) -> RunConfig:
    """What the step of this number trains on ``dataset``, which is the one that it names. ValueError as `make_config`."""
    training = lesson.trained(number)
    if training is None:
        raise ValueError(f"Step {number + 1} of this lesson trains nothing.")
    method = str(training.method)
    config = make_config(
        dict(training.data or {}),
        dataset,
        method,
        preset=training.preset,
        values=training.settings,
        seed=training.seed or 0,
        labels_seen=labels_seen,
        group=RunGroup(_group(lesson, number, play), lesson.title, ""),
    )
    return replace(config, member=f"{number + 1}. {METHODS[method].title}")


def runs_of(lesson: Lesson, play: str, store: RunStore) -> dict[int, Run]:
    """The newest run of every step of a play, by the number of the step, in the order of the steps."""
    steps = [number for number in range(len(lesson.steps)) if lesson.steps[number].train is not None]
    groups = dict.fromkeys(_group(lesson, number, play) for number in steps)
    runs = [run for group in groups for run in store.group(group)] if play else []
    newest = {_step(run): run for run in sorted(runs, key=lambda run: run.config.created)}
    return {number: newest[number] for number in steps if number in newest}


def _group(lesson: Lesson, number: int, play: str) -> str:
    """Runs of other data are another group: groups are compared sample by sample."""
    own = [lesson.trained(n) for n in range(number + 1)]
    data = [training.data for training in own if training is not None]
    first = data.index(data[-1])
    return f"{play}-{first}" if first else play


def _step(run: Run) -> int:
    number = run.config.member.partition(".")[0]
    return int(number) - 1 if number.isdecimal() and len(number) < 4 else -1


def last_run(runs: dict[int, Run], number: int) -> Run | None:
    """The run that a step looks at: its own, or the last one before it."""
    earlier = [n for n in runs if n <= number]
    return runs[max(earlier)] if earlier else None
