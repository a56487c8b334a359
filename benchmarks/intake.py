"""How fast own data are taken in: pictures as npz and as a zip of PNG files, and a large parquet; with peak memory.

python -m benchmarks.intake [--only npz zip parquet] [--browser] [--share 0.01]: every measurement runs in a process of
its own. With --browser, the files are also uploaded to a real server with a headless Chromium. --share makes them smaller.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from deepclust.data.intake import receive
from deepclust.data.look import facts_of
from deepclust.data.reading.pictures.collection import PictureScan
from deepclust.data.reading.read import look_at_file
from deepclust.data.references import open_dataset
from deepclust.engine.intake.reading import read_and_keep
from deepclust.figures.pictures import contact_sheet

SHEET = 48


def make_npz(path: Path, share: float) -> None:
    """70,000 (times the share) noisy pictures of 28 x 28, labelled."""
    dice = np.random.default_rng(0)
    n = round(70_000 * share)
    y = dice.integers(0, 10, n)
    centres = dice.integers(0, 256, (10, 28, 28))
    x = np.clip(centres[y] + dice.normal(0, 30, (n, 28, 28)), 0, 255).astype(np.uint8)
    np.savez(path, x=x, y=y)


def make_zip(path: Path, share: float) -> None:
    """10,000 (times the share) PNG files of 64 x 64 in colour, in ten folders."""
    from PIL import Image

    dice = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(round(10_000 * share)):
            stream = io.BytesIO()
            Image.fromarray(dice.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(stream, "PNG")
            archive.writestr(f"class {i % 10}/{i}.png", stream.getvalue())


def make_parquet(path: Path, share: float) -> None:
    """1,000,000 (times the share) rows of 50 columns of float64, as pandas writes them (one row group)."""
    import pandas as pd

    dice = np.random.default_rng(0)
    pd.DataFrame({f"c{j}": dice.normal(size=round(1_000_000 * share)) for j in range(50)}).to_parquet(path)


def make_loose(path: Path, share: float) -> None:
    """1,200 (times the share) small PNG files in a folder, which are chosen all at once; only with --browser."""
    from PIL import Image

    dice = np.random.default_rng(0)
    path.mkdir()
    for i in range(round(1200 * share)):
        Image.fromarray(dice.integers(0, 256, (24, 24), dtype=np.uint8)).save(path / f"{i}.png")


MAKERS: dict[str, tuple[str, Callable[[Path, float], None]]] = {
    "npz": ("pictures.npz", make_npz),
    "zip": ("pictures.zip", make_zip),
    "parquet": ("table.parquet", make_parquet),
    "loose": ("loose", make_loose),
}
TARGETS = {
    "npz": "contact sheet 5 s after the upload ends",
    "zip": "30 s",
    "parquet": "preview 10 s, peak 3 times float32 (600 MB)",
    "loose": "20 s",
}


class Peak:
    """The largest resident memory of this process and its children above where it began, in MB, looked at every 5 ms."""

    def __enter__(self) -> Peak:
        self.process = psutil.Process()
        self.start = self.most = self.process.memory_info().rss
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self) -> None:
        while not self.over.wait(0.005):
            used = self.process.memory_info().rss
            for child in self.process.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    used += child.memory_info().rss
            self.most = max(self.most, used)

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    @property
    def megabytes(self) -> float:
        return (self.most - self.start) / 1e6


def measure(path: Path, own: Path) -> dict[str, Any]:
    """What the Data page does with a file: receive, look, read, keep, open again, count, draw the contact sheet."""
    seconds: dict[str, float] = {}
    peaks: dict[str, int] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        seconds[name] = round(time.perf_counter() - start, 2)
        peaks[name] = round(peak.megabytes)
        return result

    import pandas  # noqa: F401 (the app's server has loaded it before)
    import pyarrow.parquet  # noqa: F401

    began = _cpu()
    with Peak() as peak:
        with open(path, "rb") as stream:
            incoming = timed("to disk", lambda: receive([(path.name, stream)], own))
        look = timed("look", lambda: look_at_file(incoming.path, incoming.title))
        choices = {"size": look.same_size} if isinstance(look, PictureScan) else {}
        ref = timed("read and keep", lambda: read_and_keep(incoming.path, incoming.title, choices, own))
        data = timed("open", lambda: open_dataset(ref, own))
        size = data.X.nbytes / 1e6
        timed("count", lambda: facts_of(data))
        timed("sheet", lambda: contact_sheet(data, np.random.default_rng(0).permutation(data.n_samples)[:SHEET]))
    return {
        "seconds": seconds,
        "wall": round(sum(seconds.values()), 2),
        "cpu": round(_cpu() - began, 2),
        "peak_mb_so_far": peaks,
        "float32_mb": round(size),
        "peak_over_float32": round(peak.megabytes / size, 2),
    }


def _cpu() -> float:
    """Seconds of processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


def in_the_browser(path: Path) -> float:
    """Seconds from the file being chosen in Chromium to the contact sheet on the page (of a table: to its columns and first
    rows); the upload itself is in them.
    """
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.browser.conftest import FLAGS, serving, settle
    from tests.browser.find_browser import browser

    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), DEEPCLUST_HELPERS="0") as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        try:
            page = chromium.new_page(viewport={"width": 1400, "height": 1000})
            page.set_default_timeout(180_000)
            page.goto(server.url)
            settle(page)
            chosen = [str(file) for file in sorted(path.iterdir())] if path.is_dir() else str(path)
            title = f"{len(chosen):,} files" if path.is_dir() else path.stem
            start = time.perf_counter()
            page.get_by_test_id("stFileUploader").filter(has_text="Your data").locator("input").set_input_files(chosen)
            if path.suffix == ".parquet":
                page.get_by_role("button", name="Use these data").wait_for()
            else:
                page.get_by_alt_text(f"{SHEET} samples of {title}").wait_for()
            return round(time.perf_counter() - start, 2)
        finally:
            chromium.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="+", choices=list(MAKERS), default=list(MAKERS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--share", type=float, default=1.0, help="of the sizes, to try the script itself")
    parser.add_argument("--measure", nargs=2, metavar=("FILE", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(Path(asked.measure[0]), Path(asked.measure[1]))))
        return
    for name in asked.only:
        file, make = MAKERS[name]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            make(path, asked.share)
            print(f"{name}: {path.stat().st_size / 1e6:,.0f} MB; target: {TARGETS[name]}", flush=True)
            for _ in range(0 if path.is_dir() else asked.repeats):
                command = [sys.executable, "-m", "benchmarks.intake", "--measure", str(path), f"{folder}/own"]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                load = os.getloadavg()[0]
                print(f"  load {load:.1f}  {done.stdout.strip()}", flush=True)
            if asked.browser:
                print(f"  in the browser, with the upload: {in_the_browser(path)} s", flush=True)


if __name__ == "__main__":
    main()
