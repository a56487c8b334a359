"""Drive one run from its config to its result: events to disk, commands obeyed, checkpoints, the k slider's labels."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from deepclust.compute import likely_device
from deepclust.data.dataset import Dataset
from deepclust.data.files import open_dataset
from deepclust.engine.projection_jobs import read_job, run_job
from deepclust.engine.run_maps import map_job
from deepclust.events import Event, Progress, Snapshot, Stage
from deepclust.methods import Method, find_method
from deepclust.metrics.external import scores
from deepclust.metrics.matching import align_labels
from deepclust.metrics.internal import recluster, silhouette, sizes
from deepclust.projections.plane import aligned_plane
from deepclust.results import save_arrays
from deepclust.runs import Run, RunConfig, RunStatus, RunStore
from deepclust.runs.run import this_process, write_json

CHECKPOINT_EVERY = 5.0  # seconds; a checkpoint of a small network takes about 10 ms
HEARTBEAT_EVERY = 1.0
COMMANDS_EVERY = 0.1
K_RANGE = range(2, 21)
FINISHING = "Finishing"


def train(
    run: Run, store: RunStore, *, watch: Callable[[Event], None] | None = None, dataset: Dataset | None = None
) -> RunStatus:
    """Train a run to its end (or until it is told to stop) and return its last status.

    Goes on from the run's checkpoint where there is one. ``watch`` sees every event. An error in the data or the
    method ends in the state "failed" with the error's own sentence; it is not raised.
    """
    config = run.config
    run.set_status(**this_process(), state="running", started=time.time(), device=likely_device(config.device))
    control = _Control(run)
    try:
        control.start()
        data = dataset if dataset is not None else open_dataset(config.dataset, store.datasets)
        method = build(run.config)
        stopped = _learn(run, method, data, control, watch)
        if run.command() == "discard":
            return control.end("stopped", "Discarded.")
        _finish(run, store, method, data, control)
        return control.end("stopped" if stopped else "done", "Stopped early; what was learned is kept." if stopped else "")
    except KeyboardInterrupt:
        return control.end("stopped", "Interrupted before anything was learned.")
    except Exception as error:  # whatever a method or a data set raises is told to the user, and the app stays up
        import traceback

        traceback.print_exc()
        sentence = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        return control.end("failed", sentence)
    finally:
        control.finish()


def build(config: RunConfig) -> Method:
    """The estimator that a config asks for, not fitted."""
    return find_method(config.method)(**config.params, random_state=config.seed, device=config.device)


def _learn(
    run: Run, method: Method, data: Dataset, control: _Control, watch: Callable[[Event], None] | None
) -> bool:
    """Drain the method's events to disk. Returns whether training was stopped before its end."""
    checkpoint = load_checkpoint(run)
    run.rewind(*(checkpoint["written"] if checkpoint else (0, 0)))
    control.begin(method, checkpoint)
    shown: Snapshot | None = None
    plane: np.ndarray | None = None
    saved_at = time.monotonic()
    events = method.fit_events(data.X, checkpoint=checkpoint["method"] if checkpoint else None)
    try:
        for event in events:
            if isinstance(event, Snapshot):
                plane = aligned_plane(event.embedding, plane)
                if shown is not None:  # a cluster keeps its colour while the network learns
                    event = replace(event, labels=align_labels(shown.labels, event.labels))
                shown = event
                run.record(event, plane)
            else:
                run.record(event)
            control.note(event)
            if watch is not None:
                watch(event)
            due = time.monotonic() - saved_at > CHECKPOINT_EVERY or control.command != "run"
            if isinstance(event, Progress) and due:
                save_checkpoint(run, method, control.seconds)
                saved_at = time.monotonic()
            if not control.gate():
                return True
        return False
    except KeyboardInterrupt:
        return True
    finally:
        events.close()  # settles the method, so that labels and latent space are there
        control.trained()


def _finish(run: Run, store: RunStore, method: Method, data: Dataset, control: _Control) -> None:
    """Write what was found: result, model, labels for every k, metrics and the first map."""
    control.write(stage=FINISHING, epoch=0, n_epochs=0, eta=None, message="Writing the result")
    result = method.result()
    result.save(run.folder / "result.npz")
    save_model(run, method)
    ks = [k for k in K_RANGE if k < data.n_samples]

    def say(done: float, text: str) -> None:
        control.write(fraction=done, message=f"Preparing the k slider: {text}")

    by_k = recluster(result.embedding, ks, base=result.labels, base_k=run.config.n_clusters, progress=say)
    save_arrays(run.folder / "labels_by_k.npz", **{str(k): labels.astype(np.int16) for k, labels in by_k.items()})
    found: dict[str, Any] = {
        "seconds": control.seconds,
        "content": hashlib.sha256(result.embedding.tobytes()).hexdigest()[:16],
        "n_clusters": run.config.n_clusters,
        "spaces": ["embedding"] + ["spectral_embedding"] * (result.spectral_embedding is not None),
        "by_k": {str(k): _judge(result.embedding, labels, data.y) for k, labels in by_k.items()},
    }
    found |= _judge(result.embedding, result.labels, data.y)
    write_json(run.folder / "metrics.json", found)
    run_job(read_job(map_job(run, store, "latent", "pca")), lambda fraction, text: False)  # the map that opens at once


def _judge(embedding: np.ndarray, labels: np.ndarray, y: np.ndarray | None) -> dict[str, Any]:
    judged: dict[str, Any] = {
        "n_used": len(np.unique(labels)),
        "sizes": sizes(labels, int(labels.max()) + 1).tolist(),
        "silhouette": silhouette(embedding, labels, sample=1_000),
    }
    return judged | (scores(y, labels) if y is not None else {})


class _Control:
    """The worker's second thread: it keeps the heart beating and reads commands while a batch is computed."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._begun = time.monotonic()
        self._until: float | None = None
        self._before = 0.0  # training seconds of earlier processes
        self._paused = 0.0
        self._changes: dict[str, Any] = {}
        self._plan: list[tuple[str, int]] = []
        self._method: Method | None = None
        self.command = run.command()

    @property
    def seconds(self) -> float:
        """Training time so far, pauses left out."""
        now = time.monotonic() if self._until is None else self._until
        return self._before + now - self._begun - self._paused

    def start(self) -> None:
        self._thread.start()

    def begin(self, method: Method, checkpoint: Mapping[str, Any] | None) -> None:
        """Training begins: the clock starts, and the method asks `gate` between its batches."""
        self._method = method
        self._plan = list(method.plan())
        self._begun, self._paused = time.monotonic(), 0.0
        self._before = checkpoint["seconds"] if checkpoint else 0.0
        if hasattr(method, "between_batches"):
            method.between_batches = self.gate

    def trained(self) -> None:
        """Training is over: the clock stops."""
        self._until = time.monotonic()
        self.write(seconds=self.seconds)

    def gate(self) -> bool:
        """Wait while paused; False when training should end now."""
        if self.command == "pause":
            since = time.monotonic()
            self.write(state="paused")
            while self.command == "pause":
                time.sleep(COMMANDS_EVERY / 2)
            self._paused += time.monotonic() - since
            self.write(state="running")
        return self.command == "run"

    def note(self, event: Event) -> None:
        """Keep the status up with an event: stage, epoch, how much is done, and how long it may still take."""
        if isinstance(event, Stage):
            self.write(stage=event.name, epoch=0, n_epochs=event.n_epochs)
        elif isinstance(event, Progress):
            names = [name for name, _ in self._plan]
            at = names.index(event.stage) if event.stage in names else 0
            done = sum(n for _, n in self._plan[:at]) + event.epoch
            total = max(sum(n for _, n in self._plan), done)
            n_epochs = self._plan[at][1] if self._plan else event.epoch
            self.write(
                stage=event.stage,
                epoch=event.epoch,
                n_epochs=n_epochs,
                fraction=done / total,
                eta=self.seconds / done * (total - done),
                seconds=self.seconds,
                memory=_memory(self._method),
            )

    def write(self, **changes: Any) -> None:
        """Change the status; small changes wait for the next heartbeat, changes of state are written at once."""
        with self._lock:
            self._changes |= changes
        if "state" in changes or "message" in changes:
            self._flush()

    def end(self, state: str, message: str) -> RunStatus:
        """Write the last status."""
        self.finish()
        return self._run.set_status(
            **{**self._changes, "state": state, "message": message, "eta": None},
            ended=time.time(),
            heartbeat=time.time(),
        )

    def finish(self) -> None:
        """Stop the thread."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _flush(self) -> None:
        with self._lock:
            self._run.set_status(**self._changes, heartbeat=time.time())
            self._changes.clear()

    def _beat(self) -> None:
        beaten = 0.0
        while not self._ended.wait(COMMANDS_EVERY):
            self.command = self._run.command()
            if time.monotonic() - beaten > HEARTBEAT_EVERY:
                beaten = time.monotonic()
                self._flush()


def _memory(method: Method | None) -> int | None:
    """Bytes in use: of the GPU where there is one, else of this process."""
    import psutil

    from deepclust.compute import device_memory

    device = getattr(method, "_device", None)
    on_device = device_memory(device) if device is not None else None
    return on_device if on_device is not None else int(psutil.Process().memory_info().rss)


def save_checkpoint(run: Run, method: Method, seconds: float) -> None:
    """Write checkpoint.pt in one step, with how much was told up to it."""
    state = method.checkpoint()
    if state is not None:
        _save(run.folder / "checkpoint.pt", method=state, written=(run.events_size, run.n_snapshots), seconds=seconds)


def load_checkpoint(run: Run) -> dict[str, Any] | None:
    """The run's checkpoint, tensors on the CPU; None where there is none."""
    path = run.folder / "checkpoint.pt"
    return _load(path) if path.exists() else None


def save_model(run: Run, method: Method) -> None:
    """Write model.pt: what `load_model` needs to place new samples."""
    _save(run.folder / "model.pt", fitted=method.fitted_state())


def load_model(run: Run) -> Method:
    """The fitted estimator of a finished run, for `transform` and `predict` on new samples."""
    method = build(run.config)
    method.load_fitted(_load(run.folder / "model.pt")["fitted"])
    return method


def _save(path: Any, **values: Any) -> None:
    import torch

    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    torch.save(values, unfinished)
    os.replace(unfinished, path)


def _load(path: Any) -> dict[str, Any]:
    import torch

    return dict(torch.load(path, map_location="cpu", weights_only=True))
