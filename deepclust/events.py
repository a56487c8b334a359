"""What a method tells while it learns: stages, epochs, snapshots of a fixed sample, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from deepclust.records import Count, Loss, Seconds, from_record

SNAPSHOT_SAMPLE = 2_000


@dataclass(frozen=True)
class Stage:
    """A stage of training begins. ``terms`` says in plain words what each of its loss terms is."""

    name: str
    n_epochs: Count
    terms: Mapping[str, str]


@dataclass(frozen=True)
class Progress:
    """An epoch has ended: ``epoch`` counts from 1 inside its stage, ``losses`` are means over its batches.

    It is the last event of its epoch, so the state of the method at this moment is that of the finished epoch.
    """

    stage: str
    epoch: Count
    losses: Mapping[str, Loss]
    seconds: Seconds


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The latent space at an epoch, of a sample that stays the same all through a run.

    sample: int64 (m,) row numbers; embedding: float32 (m, n_components); labels: int64 (m,) clusters now. extras:
    whatever else the method has to show of this epoch, arrays of any shape by name; they are kept as they are.
    """

    stage: str
    epoch: int
    sample: np.ndarray
    embedding: np.ndarray
    labels: np.ndarray
    extras: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """A sentence for the user: what was decided for them, or what looks wrong and what to do about it."""

    level: Literal["info", "warning"]
    text: str


Event = Stage | Progress | Snapshot | Note


def snapshot_sample(n_samples: int) -> np.ndarray:
    """The rows that every snapshot of a data set shows: all of a small one, else a fixed random 2,000."""
    if n_samples <= SNAPSHOT_SAMPLE:
        return np.arange(n_samples)
    return np.sort(np.random.default_rng(0).choice(n_samples, SNAPSHOT_SAMPLE, replace=False))


def to_record(event: Stage | Progress | Note) -> dict[str, Any]:
    """An event as a JSON object with its kind; snapshots are arrays and go to files of their own."""
    return {"kind": type(event).__name__.lower(), **asdict(event)}


_KINDS: Mapping[str, type[Stage | Progress | Note]] = {kind.__name__.lower(): kind for kind in (Stage, Progress, Note)}


def from_line(values: Any) -> Stage | Progress | Note:
    """The event that `to_record` made a JSON object of. ValueError for anything else."""
    name = str(values.get("kind")) if isinstance(values, dict) else ""
    if name not in _KINDS:
        raise ValueError(f"{name[:60]!r} is no kind of event")
    return from_record(_KINDS[name], values)
