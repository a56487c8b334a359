"""How quick the page Runs is with many runs: its rows read from the disk for the first time and again, and the page in a browser.

    python -m benchmarks.many_runs [--runs 1000] [--browser] [--repeats 5]

The folders are made of one finished run of k-means on the digits, each with a config, a status and metrics of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deepclust.data.catalog.table import load_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.judging.overview import overview
from deepclust.engine.training.train import train
from deepclust.runs import RunStore
from tests.browser.conftest import FLAGS, Server, settle
from tests.browser.find_browser import browser

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def make_runs(root: Path, n: int) -> None:
    """n run folders in ``root``, as one that was trained, each with a seed and a moment of its own."""
    store = RunStore(root)
    run = store.create(make_config({"name": "digits"}, load_dataset("digits"), "KMeans", values={"n_init": 1}))
    train(run, store)
    config, began = json.loads((run.folder / "config.json").read_text()), time.time() - 3600
    for number in range(1, n):
        folder = root / f"{run.id[:-4]}{number:04x}-copy"
        folder.mkdir()
        for name in ("status.json", "metrics.json", "result.npz"):
            shutil.copy(run.folder / name, folder / name)
        mine = config | {"seed": number, "created": config["created"] - 60 * number}
        (folder / "config.json").write_text(json.dumps(mine))
        for path in folder.iterdir():  # what was written just now is read again each time
            os.utime(path, (began, began))


def open_in_browser(root: Path, repeats: int) -> dict[str, list[float]]:
    """Seconds to the table of the page Runs: from a click in the navigation, and as the first page of a visit; beside it
    those to the page Try it, which lists no runs but in its strip, for what every page takes."""
    from playwright.sync_api import sync_playwright

    server = Server(root, {**os.environ, "DEEPCLUST_RUNS": str(root), "DEEPCLUST_HELPERS": "0"})
    server.start()
    times: dict[str, list[float]] = {"click": [], "address": [], "address of Try it": []}
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)
            table = page.get_by_test_id("stDataFrame").locator("canvas").first

            def timed(name: str, go: Callable[[], object], there: Locator) -> None:
                began = time.perf_counter()
                go()
                there.wait_for()
                times[name].append(time.perf_counter() - began)
                settle(page)

            for _ in range(repeats):
                page.goto(server.url)
                settle(page)
                timed("click", page.get_by_role("link", name="Runs").click, table)
                timed("address", lambda: page.goto(f"{server.url}/compare"), table)
                there = page.get_by_role("heading").first
                timed("address of Try it", lambda: page.goto(f"{server.url}/try_it"), there)
            chromium.close()
    finally:
        server.kill()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_runs(root, asked.runs)
        store = RunStore(root)
        print(f"{asked.runs} runs, load {os.getloadavg()[0]:.1f}")
        for again in ("the first time", "again"):
            wall, cpu = time.perf_counter(), time.process_time()
            overview(store.runs())
            print(
                f"rows {again}: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} s of the processor"
            )
        if asked.browser:
            for name, values in open_in_browser(root, asked.repeats).items():
                print(f"{name}: {statistics.median(values):.2f} s ({', '.join(f'{value:.2f}' for value in values)})")
            print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
