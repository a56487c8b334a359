"""Drive one run from its config to its result: events to disk, commands obeyed, checkpoints, the k slider's labels."""

from __future__ import annotations

import hashlib
import importlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.disk import DiskFullError, save_arrays, sweep, write_json
from deepclust.engine.detached.process import log_trace
from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.projector import projector_of, request
from deepclust.engine.maps.run_maps import first_sample, map_job, telling_projection
from deepclust.engine.training.cards import granted_card, is_out_of_memory
from deepclust.engine.training.control import Control
from deepclust.engine.training.memory import ran_out
from deepclust.engine.training.queue import slots_for
from deepclust.engine.training.saved import build, load_checkpoint, save_checkpoint, save_model
from deepclust.events import Event, Note, Progress, Snapshot
from deepclust.methods import DeepMethod, Method
from deepclust.metrics.external import scores
from deepclust.metrics.internal import silhouette, sizes
from deepclust.metrics.matching import align_labels
from deepclust.owner import this_process
from deepclust.projections.maps.plane import aligned_plane
from deepclust.runs import Run, RunConfig, RunStatus, RunStore
from deepclust.selection.k.every_k import recluster
from deepclust.spaces import LATENT

CHECKPOINT_EVERY = 5.0  # seconds; a checkpoint of a small network takes about 10 ms
K_RANGE = range(2, 21)
FINISHING = "Finishing"


class _DiscardedError(Exception):
    """The user wants nothing of this run to be kept."""


def train(
    run: Run,
    store: RunStore,
    *,
    device: str = "",
    watch: Callable[[Event], None] | None = None,
    dataset: Dataset | None = None,
    test_part: Dataset | None = None,
) -> RunStatus:
    """Train a run to its end (or until it is told to stop) and return its last status.

    device: that the queue has granted, which "auto" then is. dataset, test_part: its samples, and those that were kept from
    training, where they are at hand already. Goes on from the run's checkpoint where there is one. ``watch`` sees every event. An error in the data or the
    method ends in the state "failed" with the error's own sentence; it is not raised.
    """
    config = run.config
    control, slot = Control(run), device or slots_for(config)[0]
    try:
        sweep(run.folder)
        run.reserve()
        run.set_status(**this_process(), state="running", started=time.time(), device=slot, card="", speed=None)
        control.start()
        data = _open(run, store, dataset)
        method = build(config)
        if config.device == "auto" and "torch" in method.needs:
            method.device = granted_card(slot)
        stopped = _learn(run, method, data, control, watch)
        _finish(run, store, method, data, test_part, control)
        return control.end("stopped" if stopped else "done", "What was learned until then is kept." if stopped else "")
    except _DiscardedError:
        return control.end("stopped", "Discarded.")
    except KeyboardInterrupt:
        return control.end("stopped", "Interrupted. Resume goes on from the last checkpoint.")
    except Exception as error:  # whatever a method or a data set raises is told to the user, and the app stays up
        log_trace()
        return control.end("failed", _sentence(error, config, control))
    finally:
        control.finish()


def _open(run: Run, store: RunStore, dataset: Dataset | None) -> Dataset:
    """The data set of a run. ValueError if it is no longer the one that the run was made for."""
    data = dataset if dataset is not None else open_dataset(run.config.dataset, store.datasets)
    if data.fingerprint != run.config.fingerprint:
        raise ValueError(
            f"{data.title} has changed since this run was set up: its samples are not the same any more. "
            "Start a new run on the data as they are now, or bring the old file back and resume."
        )
    return data


def _learn(run: Run, method: Method, data: Dataset, control: Control, watch: Callable[[Event], None] | None) -> bool:
    """Drain the method's events to disk. Returns whether training was stopped before its end."""
    checkpoint, problem = None, ""
    try:
        checkpoint = load_checkpoint(run)
    except ValueError as error:
        problem = f"{error} Training starts again from the beginning."
    run.rewind(*(checkpoint["written"] if checkpoint else (0, 0)))
    if problem:
        run.record(Note("warning", problem))
    if "torch" in method.needs:
        importlib.import_module("torch")  # takes seconds that are not training
    control.begin(method, checkpoint)
    labels, plane = _last_shown(run)
    saved_at = time.monotonic()
    events = method.fit_events(data.X, checkpoint=checkpoint["method"] if checkpoint else None)
    try:
        for event in events:
            if isinstance(event, Snapshot):
                plane = aligned_plane(event.embedding, plane)
                if labels is not None:  # a cluster keeps its colour while the network learns
                    event = replace(event, labels=align_labels(labels, event.labels))
                labels = event.labels
                run.record(event, plane)
            else:
                run.record(event)
            control.note(event)
            if watch is not None:
                watch(event)
            if isinstance(event, Progress):
                if time.monotonic() - saved_at > CHECKPOINT_EVERY or control.command != "run":
                    save_checkpoint(run, method, control.seconds)
                    saved_at = time.monotonic()
            if not control.gate():
                return True
        # deep methods also ask between their batches, and then end by themselves
        return control.command == "stop"
    except Exception:
        with suppress(Exception):  # what went wrong first is what the user has to know
            events.close()
        raise
    finally:
        if control.command == "discard":
            raise _DiscardedError
        events.close()  # settles the method, so that labels and latent space are there
        control.trained()


def _last_shown(run: Run) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Labels and 2-D points of the last snapshot before a resume, for the colours and the map to go on from."""
    try:
        shot = run.snapshot(-1)
    except (IndexError, OSError, ValueError):
        return None, None
    return shot["labels"].astype(np.int64), shot["points"] if len(shot["points"]) else None


def _finish(
    run: Run, store: RunStore, method: Method, data: Dataset, test_part: Dataset | None, control: Control
) -> None:
    """Write what was found: model, labels for every k, metrics, the result, and the first map."""

    def say(done: float, text: str) -> None:
        if control.command == "discard":
            raise _DiscardedError
        control.write(fraction=done, message=f"Preparing the k slider: {text}")

    control.write(stage=FINISHING, epoch=0, n_epochs=0, eta=None, message="Writing the result")
    result, own_k = method.result(), run.config.n_clusters
    save_model(run, method)
    ks = sorted({own_k, *(k for k in K_RANGE if k < data.n_samples)})
    regroup = method.regrouping(result.embedding)
    by_k = recluster(result.embedding, ks, base=result.labels, base_k=own_k, progress=say, regroup=regroup)
    save_arrays(
        run.folder / "labels_by_k.npz", {str(k): labels.astype(np.int16) for k, labels in by_k.items()}, sync=True
    )
    metrics: dict[str, Any] = {
        "seconds": control.seconds,
        "content": hashlib.sha256(result.embedding.tobytes()).hexdigest()[:16],
        "n_clusters": own_k,
        "regrouping": method.regrouping_name,
        "spaces": [str(space) for space in result.present],
        "by_k": {str(k): judge(result.embedding, labels, data.judged) for k, labels in by_k.items()},
    }
    metrics |= judge(result.embedding, result.labels, data.judged)
    if isinstance(method, DeepMethod):
        metrics["n_parameters"] = method.n_parameters_
    if (ref := run.config.test_part) is not None:
        say(1.0, "placing the test part")
        metrics["test_part"] = judge_test_part(method, test_part or open_dataset(ref, store.datasets))
    write_json(run.folder / "metrics.json", metrics, sync=True)
    result.save(run.folder / "result.npz")  # last: where it is, all that belongs to it is
    run_job(map_job(run, store, LATENT, "pca"), lambda fraction, text: False)  # the map that opens at once
    best = telling_projection(result.embedding.shape[1])
    if projector_of(store.root).read().live:  # an app is open, and will want the map that separates
        request(store.root, map_job(run, store, LATENT, best, sample=first_sample(best, data.n_samples)))


def judge(embedding: np.ndarray, labels: np.ndarray, y: np.ndarray | None) -> dict[str, Any]:
    judged: dict[str, Any] = {
        "n_used": len(np.unique(labels)),
        "sizes": sizes(labels, int(labels.max()) + 1).tolist(),
        "silhouette": silhouette(embedding, labels, sample=1_000),
    }
    return judged | (scores(y, labels) if y is not None else {})


def judge_test_part(method: Method, data: Dataset) -> dict[str, Any]:
    """Samples that a fitted method has not learned from, as it places them, and clustered by themselves.

    The latter is the last step of the papers that report on a test part: k-means, with ten starts, on its latent space.
    """
    from sklearn.cluster import KMeans

    z = method.transform(data.X)
    alone = KMeans(min(method.n_clusters, len(z)), n_init=10, random_state=0).fit_predict(z)
    return {
        "n_samples": data.n_samples,
        "placed": judge(z, method.predict(data.X), data.judged),
        "alone": judge(z, alone.astype(np.int64), data.judged),
    }


def _sentence(error: Exception, config: RunConfig, control: Control) -> str:
    """What went wrong, in words for the user; lack of memory, of a card or of the machine, gets the way out."""
    if isinstance(error, DiskFullError):
        return f"{error} Resume goes on from the last checkpoint."
    if isinstance(error, ValueError):
        return str(error)
    if is_out_of_memory(error):
        card = None
        with suppress(RuntimeError):  # a card that has failed may not answer
            card = control.card
        said = ran_out(config, card)
        return f"{said} ({error})" if isinstance(error, MemoryError) and str(error) else said
    return f"{type(error).__name__}: {error}"
