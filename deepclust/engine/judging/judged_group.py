"""What is known without labels of the runs of a group: every measure of `deepclust.selection.settings.measures`, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from deepclust.data.references import open_dataset
from deepclust.runs import Run, RunStore
from deepclust.selection.settings.agreement import across, most_typical, pairwise_ari, within
from deepclust.selection.settings.cross_space import judge_across, standings_in_spaces

SAMPLE = 2_000  # samples that are looked at in every space
TASK = "transforms"  # the hyper-parameter that names a pseudo-task
#: Hyper-parameters that do not change what the loss means.
SAME_OBJECTIVE = frozenset({"learning_rate", "max_epochs", "pretrain_epochs", "steps_per_epoch", "n_init"})


def judge_group(runs: Sequence[Run]) -> Iterator[dict[str, Any]]:
    """Judge runs with results that differ in their settings; gives what is new after every step, as changes of a `RankBoard`.

    ValueError for runs on different data.
    """
    if len({(run.config.fingerprint, run.config.n_samples) for run in runs}) > 1:
        raise ValueError("The runs of this group learned from different data, so that they cannot be compared.")
    settings = [run.config.part for run in runs]
    tasks = _tasks(runs)
    n_steps, done = 2 + len(tasks) + len(runs), 0
    values: dict[str, dict[str, float | None]] = {}
    problems: dict[str, str] = {}

    yield {"n_steps": n_steps, "doing": "how much the clusters of all runs agree"}
    results = [run.result() for run in runs]
    partitions = [result.labels for result in results]
    agreement = pairwise_ari(partitions)
    values["stability"] = within(agreement, settings)
    values["agreement"] = across(agreement, settings)
    values["silhouette"] = _means([run.metrics().get("silhouette") for run in runs], settings)
    losses = final_losses(runs)
    if losses is not None:
        values["loss"] = _means(losses, settings)
    problems |= _collapses(runs, settings, partitions)
    typical = {name: runs[i].id for name, i in most_typical(agreement, settings).items()}
    done += 1
    yield {"values": values, "problems": problems, "typical": typical, "done": done}

    rows = np.sort(np.random.default_rng(0).permutation(len(partitions[0]))[:SAMPLE])
    spaces = [np.ascontiguousarray(result.embedding[rows], np.float32) for result in results]
    del results
    few = [labels[rows] for labels in partitions]
    yield {"doing": f"all clusters in the space of {runs[0].config.part}, seed {runs[0].config.seed}"}
    standings = np.full((len(runs), len(runs)), np.nan)
    for i, column in standings_in_spaces(spaces, few):
        standings[:, i] = column
        done += 1
        after = runs[min(i + 1, len(runs) - 1)].config
        yield {"done": done, "doing": f"all clusters in the space of {after.part}, seed {after.seed}"}
    judged = judge_across(standings)
    values["cross_space"] = _means(judged.scores.tolist(), settings)
    done += 1
    kept = {run.id: bool(k) for run, k in zip(runs, judged.kept, strict=True)}
    yield {"values": values, "kept": kept, "done": done}

    yield from _judge_tasks(runs, tasks, values, problems, done)


def final_losses(runs: Sequence[Run]) -> list[float | None] | None:
    """The loss of each run's last epoch, where it means the same in all of them: one term, the same objective; else None."""
    first = runs[0].config.params
    differing = {name for run in runs for name, value in run.config.params.items() if value != first.get(name)}
    if not differing <= SAME_OBJECTIVE or len({run.config.method for run in runs}) > 1:
        return None
    found: list[float | None] = []
    for run in runs:
        last = next((e for e in reversed(run.events()[0]) if e["kind"] == "progress"), None)
        if last is None or len(last["losses"]) != 1:
            return None
        found.append(float(next(iter(last["losses"].values()))))
    return found


def _tasks(runs: Sequence[Run]) -> dict[str, str]:
    """The pseudo-task of every setting {setting: set of transformations}, where the runs differ in it."""
    tasks = {run.config.part: str(run.config.params[TASK]) for run in runs if TASK in run.config.params}
    return tasks if len(set(tasks.values())) > 1 else {}


def _judge_tasks(
    runs: Sequence[Run],
    tasks: dict[str, str],
    values: dict[str, dict[str, float | None]],
    problems: dict[str, str],
    done: int,
) -> Iterator[dict[str, Any]]:
    """Try the probes on the pseudo-task of every setting; the same set of transformations is tried once."""
    if not tasks:
        return
    from deepclust.selection.settings.pseudo_task import PseudoTask, judge_task

    config = runs[0].config
    yield {"doing": "opening the data"}
    X = open_dataset(config.dataset, RunStore(runs[0].folder.parent).datasets).X
    tried: dict[str, PseudoTask] = {}
    told: dict[str, dict[str, Any]] = {}
    lessons: dict[str, float | None] = {}
    for setting, name in tasks.items():
        yield {"doing": f"probes on the transformations {name}"}
        task = tried[name] if name in tried else judge_task(X, name)
        tried[name] = task
        lessons[setting] = task.lesson
        told[setting] = {
            "linear": task.linear,
            "texture": task.texture,
            "shape": task.shape,
            "n_transforms": task.n_transforms,
            "bits": task.bits,
        }
        if task.problem:
            problems[setting] = "; ".join(filter(None, (problems.get(setting), task.problem)))
        done += 1
        yield {"tasks": dict(told), "problems": dict(problems), "done": done}
    yield {"values": values | {"task": lessons}}


def _collapses(runs: Sequence[Run], settings: Sequence[str], partitions: Sequence[np.ndarray]) -> dict[str, str]:
    """Settings of which most runs use fewer clusters than were asked for, in words."""
    found = {}
    for name in dict.fromkeys(settings):
        mine = [i for i, s in enumerate(settings) if s == name]
        fewer = [i for i in mine if len(np.unique(partitions[i])) < runs[i].config.n_clusters]
        if 2 * len(fewer) > len(mine):
            found[name] = "it collapsed: fewer clusters are used than were asked for"
    return found


def _means(values: Sequence[float | None], settings: Sequence[str]) -> dict[str, float | None]:
    """Mean over the runs of every setting that have a value."""
    found: dict[str, float | None] = {}
    for name in dict.fromkeys(settings):
        mine = [v for v, s in zip(values, settings, strict=True) if s == name and v is not None and np.isfinite(v)]
        found[name] = float(np.mean(mine)) if mine else None
    return found
