"""One run: what was asked (config), where it is (status), what it told (events, snapshots), what it found (result)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from deepclust.disk import append, load_arrays, refusals, save_arrays, write_json
from deepclust.events import Event, Snapshot, to_record
from deepclust.owner import Owner, recent
from deepclust.results import BY_KMEANS, EXTRA, ClusterResult
from deepclust.runs.config import RunConfig

State = Literal["queued", "running", "paused", "done", "stopped", "failed", "lost"]
Command = Literal["run", "pause", "stop", "discard"]
ENDED = frozenset({"done", "stopped", "failed", "lost"})
STARTING = 20.0  # seconds for which a run that was asked for may be without a process


@dataclass(frozen=True)
class RunStatus(Owner):
    """Where a run is, as the worker that owns it last wrote it. Times are since 1970, ``seconds`` of training only.

    cluster: address of the Dask scheduler that has the run; the process is then the one that looks after it here.
    """

    state: State = "queued"
    message: str = ""
    stage: str = ""
    epoch: int = 0
    n_epochs: int = 0
    fraction: float = 0.0
    eta: float | None = None
    seconds: float = 0.0
    device: str = ""
    memory: int | None = None
    started: float | None = None
    ended: float | None = None
    cluster: str = ""


class Run:
    """A run's folder. Everything is read from disk when asked for, so that any process sees the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        return self.folder.name

    # -- asked and status ----------------------------------------------------------------------------------------

    @cached_property
    def config(self) -> RunConfig:
        """What was asked. ValueError when the folder holds no readable config."""
        try:
            return RunConfig.from_json(json.loads((self.folder / "config.json").read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ValueError(f"The run {self.id} cannot be read: its config.json is missing or damaged.") from error

    def status(self) -> RunStatus:
        """The status now; a run whose worker died without a word reads as "lost" (which is never stored)."""
        status = self._stored_status()
        begun = any(recent(moment, STARTING) for moment in (status.heartbeat, self.config.created))
        starting = status.pid is None and begun
        if status.state not in ENDED and not status.alive and not starting:
            return replace(status, state="lost", message="The worker process ended without a word.")
        return status

    def set_status(self, **changes: Any) -> RunStatus:
        """Write changes of the status in one step. Only the worker, or whoever starts one, does this."""
        status = replace(self._stored_status(), **changes)
        write_json(self.folder / "status.json", asdict(status))
        return status

    def _stored_status(self) -> RunStatus:
        try:
            values = json.loads((self.folder / "status.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return RunStatus()
        if not isinstance(values, dict) or values.get("state") not in get_args(State):
            return RunStatus()
        return RunStatus(**{f.name: values[f.name] for f in fields(RunStatus) if f.name in values})

    # -- commands ------------------------------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        """Ask the worker to pause, go on ("run"), stop and keep, or discard; it answers within a batch."""
        write_json(self.folder / "command.json", {"command": command})

    def command(self) -> Command:
        """What the worker was last asked to do."""
        try:
            asked = json.loads((self.folder / "command.json").read_text(encoding="utf-8"))["command"]
        except (OSError, ValueError, KeyError, TypeError):
            return "run"
        return asked if asked in ("pause", "stop", "discard") else "run"

    # -- events --------------------------------------------------------------------------------------------------

    def record(self, event: Event, points: np.ndarray | None = None) -> None:
        """Append an event; a snapshot becomes a file with its 2-D ``points`` (m, 2) beside the embedding."""
        if isinstance(event, Snapshot):
            large = np.abs(event.embedding).max(initial=0) > np.finfo(np.float16).max
            snapshots = self.folder / "snapshots"
            with refusals(snapshots):
                snapshots.mkdir(exist_ok=True)
            arrays: dict[str, np.ndarray | float] = {
                "sample": event.sample,
                "embedding": event.embedding if large else event.embedding.astype(np.float16),
                "labels": event.labels.astype(np.int32),
                "points": np.zeros((0, 2), np.float32) if points is None else points.astype(np.float32),
                "stage": np.array(event.stage),
                "epoch": event.epoch,
            }
            extras = {f"{EXTRA}{name}": array for name, array in event.extras.items()}
            save_arrays(snapshots / f"{self.n_snapshots:05d}.npz", arrays | extras)
            return
        append(self.folder / "events.jsonl", json.dumps(to_record(event)).encode() + b"\n")

    def events(self, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Events written since byte ``offset``, and the offset to ask from next time.

        A last line that is still being written waits for the next call; a damaged line is left out. After a resume the
        file may be shorter than ``offset`` (see `events_size`): read it again from 0.
        """
        try:
            with open(self.folder / "events.jsonl", "rb") as file:
                file.seek(offset)
                text = file.read()
        except OSError:
            return [], offset
        whole = text[: text.rfind(b"\n") + 1]
        records = []
        for line in whole.split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                records.append(record)
        return records, offset + len(whole)

    @property
    def events_size(self) -> int:
        """Bytes of events written so far."""
        path = self.folder / "events.jsonl"
        return path.stat().st_size if path.exists() else 0

    @property
    def n_snapshots(self) -> int:
        """How many snapshots have been written."""
        return sum(1 for _ in (self.folder / "snapshots").glob("[0-9]*.npz"))

    def snapshot(self, number: int) -> dict[str, np.ndarray]:
        """Arrays of a snapshot: sample, embedding, labels, points, stage, epoch, and its extras as "extra:name".

        Negative numbers count from the end.
        IndexError if there is no such snapshot, ValueError if it is damaged.
        """
        if number < 0:
            number += self.n_snapshots
        path = self.folder / "snapshots" / f"{number:05d}.npz"
        if number < 0 or not path.exists():
            raise IndexError(f"The run {self.id} has no snapshot {number}.")
        return load_arrays(path)

    def rewind(self, events_size: int, n_snapshots: int) -> None:
        """Forget what was told after a checkpoint, before training goes on from it."""
        path = self.folder / "events.jsonl"
        if path.exists():
            os.truncate(path, min(events_size, path.stat().st_size))
        for snapshot in sorted((self.folder / "snapshots").glob("[0-9]*.npz"))[n_snapshots:]:
            snapshot.unlink()

    # -- what was found ------------------------------------------------------------------------------------------

    @property
    def has_result(self) -> bool:
        """Whether labels and a latent space are there to be explored."""
        return (self.folder / "result.npz").exists()

    def result(self) -> ClusterResult:
        """What the run found. OSError or ValueError if it is missing or damaged."""
        return ClusterResult.load(self.folder / "result.npz")

    def labels_by_k(self) -> dict[int, np.ndarray]:
        """Labels int64 (n,) for every k of the k slider, cluster numbers matched from one k to the next.

        Empty where they are missing or damaged.
        """
        try:
            arrays = load_arrays(self.folder / "labels_by_k.npz")
            return {k: arrays[str(k)].astype(np.int64) for k in sorted(map(int, arrays))}
        except (OSError, ValueError):
            return {}

    def metrics(self) -> dict[str, Any]:
        """metrics.json: seconds, and for every k its sizes, silhouette and, where there are labels, scores."""
        try:
            return dict(json.loads((self.folder / "metrics.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    @property
    def content(self) -> str:
        """Stands for what the run found; its id where that is not known."""
        return str(self.metrics().get("content", self.id))

    @property
    def regrouping(self) -> str:
        """How its clusters at another k than that of the training were made, in words."""
        return str(self.metrics().get("regrouping", BY_KMEANS))

    def log_tail(self, lines: int = 30) -> str:
        """The end of the worker's log."""
        try:
            with open(self.folder / "worker.log", "rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 20_000))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])
