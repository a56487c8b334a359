"""Where and how numbers are computed: device choice, seeds, batches, speed switches, numpy at the edge."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from threadpoolctl import threadpool_limits

DEVICES = ("auto", "cpu", "cuda", "mps")
SMALL_STEP = 2.5e9  # floating-point operations of one batch, forward and backward: some 0.1 s on one core


def likely_device(device: str = "auto") -> str:
    """The device that ``device`` will mean, guessed without loading torch (for the queue and the page)."""
    if device != "auto":
        return device
    if (os.path.exists("/dev/nvidia0") or shutil.which("nvidia-smi")) and not version("torch").endswith("+cpu"):
        return "cuda"
    return "mps" if sys.platform == "darwin" and os.uname().machine == "arm64" else "cpu"


def choose_device(device: str = "auto") -> torch.device:
    """Turn "auto", "cpu", "cuda", "cuda:1" or "mps" into a torch device that is really there.

    ValueError names what is missing and what to choose instead.
    """
    import torch

    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind = device.split(":")[0]
    if kind not in DEVICES:
        raise ValueError(f"device={device!r} is not known. Choose one of {', '.join(DEVICES)} (or cuda:N).")
    if kind == "cuda":
        number = device.partition(":")[2]
        if not torch.cuda.is_available():
            raise ValueError(
                "device='cuda' was asked for, but torch sees no CUDA GPU on this machine. "
                "Choose 'auto' or 'cpu', or install a CUDA build of torch and its driver."
            )
        if number and (not number.isdigit() or int(number) >= torch.cuda.device_count()):
            raise ValueError(f"device={device!r}: this machine has the GPUs 0 to {torch.cuda.device_count() - 1}.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device='mps' needs an Apple GPU, which torch does not see here. Choose 'auto' or 'cpu'.")
    return torch.device(device)


def prepare_torch(device: torch.device) -> None:
    """Switch on what makes training fast without changing what is learned.

    Flush-to-zero: units that are idle leave denormal numbers, on which CPUs are several times slower.
    """
    import torch

    torch.set_flush_denormal(True)
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")


def limit_threads(flops_per_step: float) -> threadpool_limits:
    """Keep all libraries to one thread where the steps are small, until ``restore_original_limits()`` of the answer.

    Threads wait for each other after every operation. For small operations on a busy machine that costs up to ten
    times more than they gain, and large ones are not affected.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1 if flops_per_step < SMALL_STEP else None)


def generator_on(device: torch.device, seed: int) -> torch.Generator:
    """A random generator that draws where numbers are needed: on a CUDA GPU; elsewhere on the CPU, and then always the same."""
    import torch

    return torch.Generator(device if device.type == "cuda" else "cpu").manual_seed(seed)


def bfloat16_products(device: torch.device, precision: str) -> torch.autocast:
    """Inside of it convolutions and matrix products are in bfloat16, if ``precision`` is "bfloat16" and this a CUDA GPU."""
    import torch

    # weights are not kept in bfloat16 between layers: a captured step could not tell when they are old
    on = precision == "bfloat16" and device.type == "cuda"
    return torch.autocast(device.type, torch.bfloat16, enabled=on, cache_enabled=False)


def batches(n_samples: int, batch_size: int, generator: torch.Generator | None = None) -> Iterator[torch.Tensor]:
    """Row numbers of one epoch in batches, shuffled by ``generator`` (in order without one).

    A last batch of fewer than half ``batch_size`` rows joins the one before, so that no batch is too small for
    batch statistics or for neighbours inside the batch.
    """
    import torch

    order = (
        torch.arange(n_samples)
        if generator is None
        else torch.randperm(n_samples, generator=generator, device=generator.device)
    )
    n_batches = max(1, int(n_samples / batch_size + 0.5))
    for i in range(n_batches):
        stop = n_samples if i == n_batches - 1 else (i + 1) * batch_size
        yield order[i * batch_size : stop]


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """A float32 or integer numpy copy, off the device and off the graph."""
    return tensor.detach().cpu().numpy().copy()


def synchronise(device: torch.device) -> None:
    """Wait until a device has done what it was told: a GPU answers before it has."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def device_memory(device: torch.device) -> int | None:
    """Peak bytes that torch has held on a GPU since the start of the process; None on a CPU."""
    import torch

    return int(torch.cuda.max_memory_allocated(device)) if device.type == "cuda" else None
