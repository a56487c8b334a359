"""How much faster a sweep of short runs ends on two local Dask workers than on one.

    python -m benchmarks.dask_workers [--epochs 12] [--runs 8] [--repeat 1]

One scheduler, then one worker and after it two, each a process of one thread that trains on the CPU. The same sweep goes to
both: autoencoder + k-means on the digits, one run for each seed, through `launch` and its driver process, as the app and the
command line do. A worker has trained one short run before the clock starts, so that nobody waits for torch to load; the first
numbers, which include that, are printed too. The target is a ratio of 1.6; it needs two cores that are otherwise idle.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.methods_on_digits import machine
from deepclust.data.catalog.table import load_dataset
from deepclust.engine.asking.ask import make_config, over_seeds
from deepclust.engine.training.sweep import run_all
from deepclust.runs import RunStore

TARGET = 1.6


@contextmanager
def dask(n_workers: int, folder: Path) -> Iterator[str]:
    """A scheduler with that many workers of one thread; its address. All processes are ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    environment.pop("DEEPCLUST_SCHEDULER", None)

    def start(*words: str) -> subprocess.Popen[bytes]:
        with (folder / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"], env=environment, stdout=log, stderr=log
            )

    processes = [start("scheduler", "--host", "127.0.0.1", "--port", str(port))]
    own = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    processes += [start("worker", address, *own) for _ in range(n_workers)]
    try:
        from distributed import Client

        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=120)
        yield address
    finally:
        for process in reversed(processes):  # nothing in them is worth a farewell
            process.kill()
            process.wait()


def timed_sweep(store: RunStore, n_runs: int, epochs: int) -> float:
    """Seconds until all runs of a sweep have come back. RuntimeError if one of them did not end well."""
    ref = {"name": "digits"}
    config = make_config(
        ref, load_dataset("digits"), "AEKMeans", values={"max_epochs": epochs, "n_init": 2}, device="cpu"
    )
    start = time.perf_counter()
    runs = run_all(over_seeds(config, range(n_runs)), store)
    seconds = time.perf_counter() - start
    bad = [run.status().message for run in runs if run.status().state != "done"]
    if bad:
        raise RuntimeError(f"{len(bad)} of {n_runs} runs did not end well: {bad[0]}")
    return seconds


def measure(n_workers: int, n_runs: int, epochs: int) -> tuple[float, float]:
    """Seconds of a first sweep with one short run for each worker, and of the sweep itself."""
    with tempfile.TemporaryDirectory() as folder, dask(n_workers, Path(folder)) as address:
        os.environ["DEEPCLUST_SCHEDULER"] = address
        try:
            store = RunStore(Path(folder) / "runs")
            return timed_sweep(store, n_workers, 1), timed_sweep(store, n_runs, epochs)
        finally:
            del os.environ["DEEPCLUST_SCHEDULER"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--repeat", type=int, default=1, help="measure so many times")
    asked = parser.parse_args()
    print(machine(), f"· load {os.getloadavg()[0]:.1f}")
    for _ in range(asked.repeat):
        found = {n: measure(n, asked.runs, asked.epochs) for n in (1, 2)}
        for n, (first, seconds) in found.items():
            print(f"{n} worker(s): {seconds:.1f} s for {asked.runs} runs (first contact {first:.1f} s)", flush=True)
        ratio = found[1][1] / found[2][1]
        print(f"two workers are {ratio:.2f} times as fast; the target is {TARGET}", flush=True)


if __name__ == "__main__":
    main()
