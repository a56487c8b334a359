"""What a card does: milliseconds of a step of every deep method, plain and captured, beside what its arithmetic needs; LALNet to .98.

    python -m benchmarks.gpu [--methods LALNet DDLS] [--seconds 170]
    python -m benchmarks.gpu --accuracy DDLS [--preset paper] [--dataset mnist]
    python -m benchmarks.gpu --contract [pytest's options]

Sized for a card that is lent for minutes, to be run with nothing else on it. Lines come as they are measured. A step is measured in a
row of others, batches drawn and losses added up, without what an epoch does beside. The limit is the step's convolutions and
matrix products at the rate of one large product in the same precision. On a CPU there is only the plain step.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.methods_on_digits import machine
from deepclust.captured import SWITCH, WARM_UP
from deepclust.compute import choose_device
from deepclust.data.catalog.table import load_dataset
from deepclust.events import Note, Progress, Snapshot
from deepclust.methods import METHODS, find_method
from deepclust.methods.base.deep import DeepMethod
from deepclust.metrics.external import acc, nmi

SAMPLES = 4_000  # of those that steps are timed on: what is done between stages takes little then
STEPS = 50  # of a stage that are timed
LEAD = WARM_UP + 3  # that are not: whole and last batches are warmed up, and captured
SIDE = 4_096  # of the product that tells the rate of a device
GOAL, GOAL_SECONDS = 0.98, 60.0


@dataclass
class Pace:
    """Of a stage: operations of its first batch, and seconds of so many later ones."""

    stage: str
    flops: float = 0.0
    seconds: float = 0.0
    n_steps: int = 0
    n_begun: int = 0

    @property
    def ms(self) -> float:
        return 1e3 * self.seconds / max(1, self.n_steps)


@dataclass
class Clock:
    """Stands in front of a method's epochs and batches: a stage ends as soon as enough of its steps have been timed."""

    method: Any
    steps: int = STEPS
    paces: list[Pace] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._epochs, self._batches = self.method._epochs, self.method._batches
        self.method._epochs, self.method._batches = self.epochs, self.batches

    def epochs(self, stage: str, n_epochs: int, **state: Any) -> Iterator[int]:
        self.paces.append(pace := Pace(stage))
        for epoch in self._epochs(stage, n_epochs, **state):
            begun = pace.n_begun
            yield epoch
            if pace.n_begun >= LEAD + self.steps or pace.n_begun == begun:
                return

    def batches(self, n_samples: int, batch_size: int) -> Iterator[torch.Tensor]:
        pace, start, timed = self.paces[-1], 0.0, 0
        try:
            for rows in self._batches(n_samples, batch_size):
                pace.n_begun += 1
                if pace.n_begun == 1:
                    with FlopCounterMode(display=False) as counter:
                        yield rows
                    pace.flops = float(counter.get_total_flops())
                    continue
                if pace.n_begun > LEAD:
                    if not timed:
                        wait()
                        start = time.perf_counter()
                    timed += 1
                yield rows
        finally:  # also where a method takes no more of them
            if timed:
                wait()
                pace.seconds += time.perf_counter() - start
                pace.n_steps += timed


def wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def rate(device: torch.device, precision: str, side: int = SIDE) -> float:
    """Operations a second of one large matrix product; float32 on a GPU means TF32, as in training."""
    kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
    a = torch.rand(side, side, device=device, dtype=kind)
    n_times, best = 5, float("inf")
    for _ in range(3):
        wait()
        start = time.perf_counter()
        for _ in range(n_times):
            a @ a
        wait()
        best = min(best, time.perf_counter() - start)
    return 2.0 * side**3 * n_times / best


def step_lines(
    name: str, X: np.ndarray, device: torch.device, rates: dict[str, float], steps: int = STEPS
) -> Iterator[str]:
    """A line for each stage of a method: ms of a step as it is, captured, and captured in bfloat16; the limits; notes."""
    preset = METHODS[name].presets.get("paper", {})
    kinds = [("plain", "float32")]
    if device.type == "cuda":
        kinds += [("captured", "float32"), ("captured", "bfloat16")]
    paces: list[list[Pace]] = []
    for how, precision in kinds:
        os.environ[SWITCH] = "0" if how == "plain" else "1"
        method = METHODS[name](
            device=str(device),
            **{**preset, "n_clusters": 10, "n_init": 1} if "n_init" in dir(METHODS[name]) else preset,
        )
        method.set_params(precision=precision)
        clock = Clock(method, steps)
        for event in method.fit_events(X):
            if isinstance(event, Note) and "captured" in event.text:
                yield f"  {name}: {event.text}"
        paces.append(clock.paces)
    os.environ.pop(SWITCH, None)
    for same in zip(*paces, strict=True):
        if not same[0].n_steps:
            continue
        limits = [1e3 * pace.flops / rates[precision] for pace, (_, precision) in zip(same, kinds, strict=True)]
        cells = "".join(
            f"{pace.ms:9.3f}{pace.ms / max(limit, 1e-9):7.0f}x" for pace, limit in zip(same, limits, strict=True)
        )
        yield f"{name:12}{same[0].stage:24}{same[0].flops / 1e9:9.2f}{limits[0]:8.3f}{cells}"


def to_the_goal(X: np.ndarray, y: np.ndarray, device: torch.device, seconds: float, **changes: Any) -> Iterator[str]:
    """LALNet by its paper preset with the graph's cut: its curve on the samples of snapshots, then all samples."""
    method: Any = METHODS["LALNet"](
        **{**METHODS["LALNet"].presets["paper"], "last_step": "graph", **changes}, device=str(device)
    )
    begun, trained, events, score = time.perf_counter(), 0.0, method.fit_events(X), 0.0
    for event in events:
        if isinstance(event, Note):
            yield f"  {event.text}"
        if isinstance(event, Progress):
            trained += event.seconds
            if score >= GOAL or time.perf_counter() - begun > seconds:
                break
        if isinstance(event, Snapshot):
            score = acc(y[event.sample], event.labels)
            yield f"  epoch {event.epoch:4}  ACC {score:.3f} of {len(event.sample):,}  {time.perf_counter() - begun:6.1f} s in all"
    events.close()
    whole = acc(y, method.labels_), nmi(y, method.labels_, average="max")
    yield (
        f"LALNet, {len(X):,} samples, {method.n_iter_} epochs, {trained:.1f} s of training, "
        f"{time.perf_counter() - begun:.1f} s in all: ACC {whole[0]:.3f}, NMI {whole[1]:.3f} (goal {GOAL} in {GOAL_SECONDS:.0f} s)"
    )


def accuracy(name: str, preset: str, X: np.ndarray, y: np.ndarray, device: torch.device) -> Iterator[str]:
    """A method's preset to its end."""
    method: Any = find_method(name)(**METHODS[name].presets[preset], device=str(device))
    begun = told = time.perf_counter()
    for event in method.fit_events(X):
        if isinstance(event, Note):
            yield f"  {event.text}"
        elif isinstance(event, Progress) and time.perf_counter() - told > 10:
            told = time.perf_counter()
            losses = ", ".join(f"{term} {value:.4g}" for term, value in event.losses.items())
            yield f"  {told - begun:6.1f} s  {event.stage} {event.epoch}  {losses}"
    scores = acc(y, method.labels_), nmi(y, method.labels_, average="max")
    yield f"{name} {preset}: ACC {scores[0]:.3f}, NMI {scores[1]:.3f} in {time.perf_counter() - begun:.1f} s"


def contract(device: torch.device, options: list[str]) -> int:
    """The tests that every method keeps, on the device, and captured fits beside plain ones; pytest's exit status."""
    tests = ["tests/methods/test_contract.py", "tests/methods/test_captured_steps.py", "tests/test_captured.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, *options]
    return subprocess.run(command, env={**os.environ, "DEEPCLUST_TEST_DEVICE": str(device)}, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--methods", nargs="+", default=[n for n, m in METHODS.items() if issubclass(m, DeepMethod)])
    parser.add_argument("--seconds", type=float, default=170.0, help="of the default mode in all")
    parser.add_argument("--accuracy", metavar="METHOD")
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--contract", action="store_true")
    options, further = parser.parse_known_args()
    if further and not options.contract:
        parser.error(f"unknown: {' '.join(further)}")
    device = choose_device(options.device)
    if options.contract:
        sys.exit(contract(device, further))
    begun = time.perf_counter()
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else machine()
    print(f"{name}, torch {torch.__version__}", flush=True)
    data = load_dataset(options.dataset)
    if data.y is None:
        parser.error(f"{data.title} has no labels to judge by. Choose another data set.")
    if options.accuracy:
        lines = accuracy(options.accuracy, options.preset, data.X, data.y, device)
    else:
        lines = default_mode(options.methods, data.X, data.y, device, begun, options.seconds)
    for line in lines:
        print(line, flush=True)


def default_mode(
    methods: list[str], X: np.ndarray, y: np.ndarray, device: torch.device, begun: float, seconds: float
) -> Iterator[str]:
    """The table of steps, as far as there is time for it beside LALNet's goal; then LALNet."""
    torch.set_float32_matmul_precision("high")
    rates = {p: rate(device, p, SIDE if device.type == "cuda" else 512) for p in ("float32", "bfloat16")}
    yield "large products: " + ", ".join(f"{p} {r / 1e12:.1f} TFLOP/s" for p, r in rates.items())
    yield f"{'method':12}{'stage':24}{'GFLOP':>9}{'limit':>8}{'plain ms':>9}{'':8}{'captured':>9}{'':8}{'bfloat16':>9}"
    few = np.random.default_rng(0).permutation(len(X))[:SAMPLES]
    for name in methods:
        if time.perf_counter() - begun > seconds - 1.3 * GOAL_SECONDS:
            yield f"{name:12}not measured: no time left"
            continue
        yield from step_lines(name, X[few], device, rates, STEPS if device.type == "cuda" else 5)
    yield from to_the_goal(X, y, device, seconds - (time.perf_counter() - begun) - 15)


if __name__ == "__main__":
    main()
