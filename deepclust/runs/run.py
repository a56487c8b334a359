"""One run: what was asked (config), where it is (status), what it told (events, snapshots), what it found (result)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np

from deepclust.disk import (
    DiskError,
    DiskFullError,
    Remembered,
    append,
    decode_json,
    load_arrays,
    no_room,
    read_json,
    refusals,
    save_arrays,
    whole,
    write_json,
)
from deepclust.events import Event, Snapshot, from_line, to_record
from deepclust.owner import Owner, recent
from deepclust.records import Count, Fraction, Moment, Rate, Score, Seconds, from_record, what_fits
from deepclust.results import BY_KMEANS, EXTRA, LABELS, LARGEST, MAX_CLUSTERS, ClusterResult, Wanted, check_arrays
from deepclust.runs.config import RunConfig
from deepclust.spaces import Space

State = Literal["queued", "running", "paused", "done", "stopped", "failed", "lost"]
Command = Literal["run", "pause", "stop", "discard"]
ENDED = frozenset({"done", "stopped", "failed", "lost"})
SPARE, SPARE_BYTES = ".spare", 2**14
STARTING = 20.0  # seconds for which a run that was asked for may be without a process


SNAPSHOT = {
    "sample": Wanted("iu", "m", 0, LARGEST),
    "embedding": Wanted("f", "md"),
    "labels": Wanted("iuf", "m", -1, MAX_CLUSTERS - 1),
    "points": Wanted("f", "mx"),
    "stage": Wanted("U"),
    "epoch": Wanted("iuf", "", 0, LARGEST),
}


@dataclass(frozen=True)
class RunStatus(Owner):
    """Where a run is, as the worker that owns it last wrote it. Times are since 1970, ``seconds`` of training only.

    device: what it computes on, and card: what that is called, where it is a graphics card. memory: bytes in use, of the
    card where there is one, which then has memory_total. speed: samples that were learned from in a second.
    cluster: address of the Dask scheduler that has the run; the process is then the one that looks after it here.
    """

    state: State = "queued"
    message: str = ""
    stage: str = ""
    epoch: Count = 0
    n_epochs: Count = 0
    fraction: Fraction = 0.0
    eta: Seconds | None = None
    seconds: Seconds = 0.0
    device: str = ""
    card: str = ""
    memory: Count | None = None
    memory_total: Count | None = None
    speed: Rate | None = None
    started: Moment | None = None
    ended: Moment | None = None
    cluster: str = ""

    @property
    def where(self) -> str:
        """What it computes on, in words: "cpu", or "NVIDIA H100 (cuda:1)"."""
        return f"{self.card} ({self.device})" if self.card else self.device


class _Sent(TypedDict):
    """command.json."""

    command: Command


class Judged(TypedDict, total=False):
    """What is known of a clustering: clusters in use, their sizes, and scores, of which all but one need labels."""

    n_used: Count
    sizes: list[Count]
    silhouette: Score | None
    acc: Score | None
    nmi: Score | None
    nmi_arithmetic: Score | None
    ari: Score | None
    purity: Score | None


class TestPart(TypedDict):
    """What is known of samples that were kept from training: as the model places them, and clustered by themselves."""

    n_samples: Count
    placed: Judged
    alone: Judged


class Scores(Judged, total=False):
    """What metrics.json says of the method's own clustering."""

    seconds: Seconds


class Metrics(Scores, total=False):
    """metrics.json: the method's own clustering and that of every k.

    content stands for the latent space, regrouping says how the clusters of every other k came about. test_part is there
    where the run learned from the train part of an official split alone, n_parameters where it has trained a network.
    """

    content: str
    n_clusters: Count
    spaces: list[str]
    regrouping: str
    by_k: Mapping[str, Judged]
    test_part: TestPart
    n_parameters: Count


class Run:
    """A run's folder. Everything is read from disk when asked for, so that any process sees the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._status = Remembered(folder / "status.json", lambda path: from_record(RunStatus, read_json(path)))
        self._scores = Remembered(folder / "metrics.json", lambda path: what_fits(Scores, read_json(path)))

    @property
    def id(self) -> str:
        return self.folder.name

    # -- asked and status ----------------------------------------------------------------------------------------

    @cached_property
    def config(self) -> RunConfig:
        """What was asked. ValueError when the folder holds no readable config."""
        try:
            return RunConfig.from_json(read_json(self.folder / "config.json"))
        except (OSError, ValueError) as error:
            why = "" if isinstance(error, FileNotFoundError) else f" ({error})"
            raise ValueError(
                f"The run {self.id} cannot be read: its config.json is missing or damaged{why}."
            ) from error

    @property
    def there(self) -> bool:
        """Whether the run's folder is still that of a run: it gets its config before all else, and loses it only for good."""
        return (self.folder / "config.json").exists()

    def status(self) -> RunStatus:
        """The status now; a run whose worker died without a word reads as "lost" (which is never stored)."""
        status = self._stored_status()
        begun = any(recent(moment, STARTING) for moment in (status.heartbeat, self.config.created))
        starting = status.pid is None and begun
        if status.state not in ENDED and not status.alive and not starting:
            full = " The disk that holds it is full." if no_room(self.folder) else ""
            return replace(status, state="lost", message=f"The worker process ended without a word.{full}")
        return status

    def set_status(self, **changes: Any) -> RunStatus:
        """Write changes of the status in one step. Only the worker, or whoever starts one, does this."""
        status = replace(self._stored_status(), **changes)
        ended = status.state in ENDED
        self._say("status.json", asdict(status), at_any_price=ended)
        if ended:
            (self.folder / SPARE).unlink(missing_ok=True)
        return status

    def reserve(self) -> None:
        """Keep some room on the disk for the run's last words, and for the command to discard it."""
        with suppress(DiskError), whole(self.folder / SPARE) as stream:
            stream.write(os.urandom(SPARE_BYTES))  # no file system can make less of it

    def _say(self, name: str, values: dict[str, Any], at_any_price: bool) -> None:
        try:
            write_json(self.folder / name, values, sync=at_any_price)
        except DiskFullError:
            if not at_any_price or not (self.folder / SPARE).exists():
                raise
            (self.folder / SPARE).unlink(missing_ok=True)
            write_json(self.folder / name, values)

    def _stored_status(self) -> RunStatus:
        try:
            return self._status()
        except (OSError, ValueError):
            return RunStatus()

    # -- commands ------------------------------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        """Ask the worker to pause, go on ("run"), stop and keep, or discard; it answers within a batch."""
        self._say("command.json", {"command": command}, at_any_price=True)

    def command(self) -> Command:
        """What the worker was last asked to do."""
        try:
            return from_record(_Sent, read_json(self.folder / "command.json"))["command"]
        except (OSError, ValueError):
            return "run"

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
        complete = text[: text.rfind(b"\n") + 1]
        records = []
        for line in complete.splitlines():
            try:
                record = decode_json(line)
                from_line(record)
            except ValueError:
                continue
            records.append(record)
        return records, offset + len(complete)

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
        arrays = load_arrays(path)
        if missing := SNAPSHOT.keys() - arrays:
            raise ValueError(f"{path.name} is no snapshot: {', '.join(sorted(missing))} is missing.")
        wanted = SNAPSHOT if len(arrays["points"]) else {**SNAPSHOT, "points": Wanted("f", "zw")}
        check_arrays(arrays, wanted, x=2)
        if not len(arrays["sample"]) or int(arrays["sample"].max()) >= self.config.n_samples:
            raise ValueError(f"{path.name} shows samples that there are not.")
        return arrays

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
            check_arrays(arrays, dict.fromkeys(arrays, LABELS))
            return {k: arrays[str(k)].astype(np.int64) for k in sorted(map(int, arrays))}
        except (OSError, ValueError, KeyError):
            return {}

    def metrics(self) -> dict[str, Any]:
        """metrics.json: seconds, and for every k its sizes, silhouette and, where there are labels, scores."""
        try:
            return what_fits(Metrics, read_json(self.folder / "metrics.json"))
        except (OSError, ValueError):
            return {}

    def scores(self) -> dict[str, Any]:
        """The part of `metrics` that a list of many runs needs: it is kept until the file changes."""
        try:
            return self._scores()
        except (OSError, ValueError):
            return {}

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The spaces of what it found, the latent one first; empty where nothing was found."""
        try:
            return tuple(Space.parse(name) for name in self.metrics().get("spaces", ()))
        except (ValueError, TypeError, AttributeError):
            return ()

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
