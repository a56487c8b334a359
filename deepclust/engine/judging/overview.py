"""All runs as plain rows: what was asked of each, what came out, and what a person has said of it."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from deepclust.engine.asking.ask import SET_BY_RUN
from deepclust.methods import find_method
from deepclust.params import params_of
from deepclust.runs import Run, RunConfig
from deepclust.runs.remarks import remarks_of

OF_LABELS = ("acc", "nmi")  # scores that tell of the labels
SEARCHED = ("name", "method", "data", "preset", "differs", "state", "device", "note", "group", "id")
ITS_OWN = (*SET_BY_RUN, "n_clusters")  # what a run says elsewhere


def overview(runs: Iterable[Run], revealed: Collection[str] = ()) -> list[dict[str, Any]]:
    """A row for each run, in order. revealed: fingerprints of the data sets whose scores against the labels may be told.

    What is not known (yet) is None.
    """
    return [_row(run, run.config.fingerprint in revealed) for run in runs]


def _row(run: Run, revealed: bool) -> dict[str, Any]:
    config, status, remarks = run.config, run.status(), remarks_of(run)
    scores = run.scores() if run.has_result else {}
    group = config.group
    return {
        "id": run.id,
        "name": remarks.name,
        "data": config.dataset_title,
        "method": config.method,
        "preset": config.preset,
        "k": config.n_clusters,
        "seed": config.seed,
        "differs": in_words(config.method, from_preset(config)),
        **{name: scores.get(name) if revealed else None for name in OF_LABELS},
        "silhouette": scores.get("silhouette"),
        "n_used": scores.get("n_used"),
        "seconds": scores.get("seconds", status.seconds or None),
        "device": status.where or config.device,
        "state": status.state,
        "created": config.created,
        "group": "" if group is None else f"{group.words} {group.id[:4]}",
        "tags": list(remarks.tags),
        "note": remarks.note,
        "fingerprint": config.fingerprint,
    }


def matching(rows: Iterable[dict[str, Any]], search: str) -> list[dict[str, Any]]:
    """The rows in which every word of a search stands somewhere; ``k=10`` and ``seed=3`` find those numbers alone."""
    words = search.casefold().split()
    return [row for row in rows if _matches(row, words)]


def _matches(row: Mapping[str, Any], words: Iterable[str]) -> bool:
    numbers = (f"k={row['k']}", f"seed={row['seed']}")
    text = " ".join([*(row[name] or "" for name in SEARCHED), *row["tags"]]).casefold()
    return all(word in numbers or word in text for word in words)


def ordered(rows: Sequence[dict[str, Any]], by: str, largest_first: bool) -> list[dict[str, Any]]:
    """The rows by the value of a column, capital letters as small ones; those that have none come last."""
    told = [row for row in rows if row[by] not in (None, "")]
    told.sort(key=lambda row: str.casefold(row[by]) if isinstance(row[by], str) else row[by], reverse=largest_first)
    return [*told, *(row for row in rows if row[by] in (None, ""))]


def grouped(rows: Iterable[dict[str, Any]], by: str) -> dict[str, list[dict[str, Any]]]:
    """The rows that share the value of a column, in the order of their first; one with several tags is in several groups."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        values = row[by] if isinstance(row[by], list) else [row[by]]
        for value in values or [""]:
            groups.setdefault("" if value is None else str(value), []).append(row)
    return groups


def averaged(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Means of the scores and of the seconds of some rows, and under ``NAME_sd`` their standard deviations (n - 1)."""
    averages: dict[str, float | None] = {}
    for name in (*OF_LABELS, "silhouette", "seconds"):
        values = [row[name] for row in rows if row[name] is not None]
        averages[name] = fmean(values) if values else None
        averages[f"{name}_sd"] = stdev(values) if len(values) > 1 else None
    return averages


def from_preset(config: RunConfig) -> dict[str, Any]:
    """The hyper-parameters in which a run differs from its preset, or from the defaults where it has none.

    Neither k nor the seed, which every run has of its own; nothing where this version does not know the method.
    """
    usual = _usual(config.method, config.preset)
    return {name: value for name, value in config.params.items() if name in usual and usual[name] != _plain(value)}


def in_words(method: str, values: Mapping[str, Any]) -> str:
    """Hyper-parameters and their values as on the form of a method."""
    labels = _labels(method)
    return ", ".join(
        f"{labels.get(name, name)} {value:g}" if isinstance(value, float) else f"{labels.get(name, name)} {value}"
        for name, value in values.items()
    )


@functools.cache
def _usual(method: str, preset: str | None) -> dict[str, Any]:
    try:
        cls = find_method(method)
    except ValueError:
        return {}
    defaults = {name: param.default for name, param in params_of(cls).items() if name not in ITS_OWN}
    return {name: _plain(value) for name, value in {**defaults, **cls.presets.get(preset or "", {})}.items()}


@functools.cache
def _labels(method: str) -> dict[str, str]:
    try:
        return {name: param.label for name, param in params_of(find_method(method)).items()}
    except ValueError:
        return {}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
