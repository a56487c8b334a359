"""What a run keeps for later processes: the checkpoint to go on from, and the model that places new samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepclust.disk import load_arrays, save_arrays, whole
from deepclust.methods import Method, find_method
from deepclust.runs import Run, RunConfig


def build(config: RunConfig) -> Method:
    """The estimator that a config asks for, not fitted."""
    return find_method(config.method)(**config.params, random_state=config.seed, device=config.device)


def save_checkpoint(run: Run, method: Method, seconds: float) -> None:
    """Write checkpoint.pt in one step, with how much was told up to it."""
    state = method.checkpoint()
    if state is not None:
        told = (run.events_size, run.n_snapshots)
        # not synced: it would stall training every five seconds, and what it replaces is lost in a power cut only where the
        # file system does not write a renamed file first (ext4, btrfs and xfs do)
        _save(run.folder / "checkpoint.pt", False, method=state, written=told, seconds=seconds)


def load_checkpoint(run: Run) -> dict[str, Any] | None:
    """The run's checkpoint {method, written, seconds}, tensors on the CPU; None where there is none.

    ValueError if it is damaged.
    """
    path = run.folder / "checkpoint.pt"
    if not path.exists():
        return None
    try:
        checkpoint = _load(path)
        if not {"method", "written", "seconds"} <= set(checkpoint):
            raise ValueError("it holds something else")
    except Exception as error:  # torch raises whatever its reader stumbles over
        raise ValueError(f"The checkpoint of the run {run.id} cannot be read ({error}).") from error
    return checkpoint


def save_model(run: Run, method: Method) -> None:
    """Write what `load_model` needs to place new samples: model.pt, or model.npz of a method that needs no torch."""
    if "torch" in method.needs:
        _save(run.folder / "model.pt", True, fitted=method.fitted_state())
    else:
        save_arrays(run.folder / "model.npz", method.fitted_state(), sync=True)


def load_model(run: Run) -> Method:
    """The fitted estimator of a finished run, for `transform` and `predict` on new samples."""
    method = build(run.config)
    arrays = run.folder / "model.npz"
    # earlier runs have a model.pt, whatever the method
    method.load_fitted(load_arrays(arrays) if arrays.exists() else _load(run.folder / "model.pt")["fitted"])
    return method


def _save(path: Path, sync: bool, **values: Any) -> None:
    import torch

    with whole(path, sync=sync) as stream:
        try:
            torch.save(values, stream)
        except RuntimeError as error:
            if isinstance(error.__context__, OSError):  # torch stumbles over its own tidying up, and hides a full disk
                raise error.__context__ from None
            raise


def _load(path: Path) -> dict[str, Any]:
    import torch

    return dict(torch.load(path, map_location="cpu", weights_only=True))
