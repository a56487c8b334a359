"""How quick the page Runs is with many runs: its rows read from the disk for the first time and again, and the page in a browser.

    python -m benchmarks.many_runs [--runs 1000] [--browser]

The folders are made of one finished run of k-means on the digits, each with a config, a status and metrics of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deepclust.data.catalog.table import load_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.judging.overview import overview
from deepclust.engine.training.train import train
from deepclust.runs import RunStore
from tests.browser.conftest import FLAGS, Server, settle
from tests.browser.find_browser import browser


def make_runs(root: Path, n: int) -> None:
    """n run folders in ``root``, as one that was trained, each with a seed and a moment of its own."""
    store = RunStore(root)
    run = store.create(make_config({"name": "digits"}, load_dataset("digits"), "KMeans", values={"n_init": 1}))
    train(run, store)
    config = json.loads((run.folder / "config.json").read_text())
    for number in range(1, n):
        folder = root / f"{run.id[:-4]}{number:04x}-copy"
        folder.mkdir()
        for name in ("status.json", "metrics.json", "result.npz"):
            shutil.copy(run.folder / name, folder / name)
        mine = config | {"seed": number, "created": config["created"] - 60 * number}
        (folder / "config.json").write_text(json.dumps(mine))


def seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def open_in_browser(root: Path) -> tuple[float, float]:
    """Seconds from asking for the page to its table: of the first visit of a server, and of the next."""
    from playwright.sync_api import sync_playwright

    environment = {**os.environ, "DEEPCLUST_RUNS": str(root), "DEEPCLUST_HELPERS": "0"}
    server = Server(root, environment)
    server.start()
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.goto(server.url)  # the server and the browser have loaded what every page needs
            settle(page)

            def visit() -> None:
                page.goto(f"{server.url}/compare")
                page.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()

            times = seconds_of(visit), seconds_of(visit)
            chromium.close()
            return times
    finally:
        server.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--browser", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_runs(root, asked.runs)
        store = RunStore(root)
        first, again = seconds_of(lambda: overview(store.runs())), seconds_of(lambda: overview(store.runs()))
        print(f"{asked.runs} runs, load {os.getloadavg()[0]:.1f}")
        print(f"rows: {first:.2f} s the first time, {again:.2f} s again")
        if asked.browser:
            first, again = open_in_browser(root)
            print(f"page: {first:.2f} s the first time, {again:.2f} s again")


if __name__ == "__main__":
    main()
