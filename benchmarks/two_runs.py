"""How quick two runs of 10,000 samples are on one map, and how smoothly the points glide from one to the other.

    python -m benchmarks.two_runs [--repeats 3]

Headless Chromium with software rendering, a server and a browser of its own; both maps are there before.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.train import train
from deepclust.runs import RunStore

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.browser.conftest import FLAGS, Server, settle
from tests.browser.find_browser import browser

N_SAMPLES, K = 10_000, 10
FRAMES = """milliseconds => new Promise(done => {
  let frames = 0; const began = performance.now();
  const next = now => now - began < milliseconds ? (frames++, requestAnimationFrame(next)) : done(1000 * frames / (now - began));
  requestAnimationFrame(next);
})"""
GLIDE = 900  # milliseconds that a played step takes, of which the first half waits


def two_runs(store: RunStore) -> list[str]:
    """Two k-means runs, of which one has found other clusters, on 10,000 pictures of 8 x 8 in ten groups that overlap."""
    generator = np.random.default_rng(0)
    centres = generator.random((K, 8, 8))
    y = generator.integers(0, K, N_SAMPLES)
    X = np.clip(centres[y] + 0.5 * generator.normal(size=(N_SAMPLES, 8, 8)), 0, 1).astype(np.float32)
    data = Dataset("ten thousand", X, y, kind="image")
    ref, ids = keep_dataset(data, store.datasets), []
    for k in (K, K + 2):
        run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": k, "n_init": 1}))
        train(run, store)
        ids.append(run.id)
    return ids


def measured(page: Any, server: Server, ids: list[str]) -> tuple[float, float]:
    """Seconds from the click on the view to the drawn map, and frames a second while the points glide."""
    page.goto(f"{server.url}/compare?run={ids[0]}&pair={ids[1]}")
    settle(page)
    page.get_by_role("radio", name="Two on one map").wait_for()
    began = time.perf_counter()
    page.get_by_role("radio", name="Two on one map").click()
    page.locator(".map[data-drawn]").wait_for()
    seconds = time.perf_counter() - began
    settle(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(GLIDE / 2)
    return seconds, page.evaluate(FRAMES, GLIDE)


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ids = two_runs(RunStore(root))
        server = Server(root, {**os.environ, "DEEPCLUST_RUNS": str(root), "DEEPCLUST_HELPERS": "0"})
        server.start()
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
                page = chromium.new_page(viewport={"width": 1440, "height": 900})
                results = [measured(page, server, ids) for _ in range(asked.repeats)]
                chromium.close()
        finally:
            server.kill()
        print(f"{N_SAMPLES:,} samples, load {os.getloadavg()[0]:.1f}")
        for title, values in zip(("map drawn, s", "frames a second"), zip(*results, strict=True), strict=True):
            print(f"{title}: {statistics.median(values):.2f} ({', '.join(f'{value:.2f}' for value in values)})")


if __name__ == "__main__":
    main()
