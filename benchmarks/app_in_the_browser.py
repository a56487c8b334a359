"""How quick the app feels: first useful paint, first live curve, and a move of the k slider at 10,000 points, in headless Chromium.

Run it on a quiet machine: python -m benchmarks.app_in_the_browser [--repeats 5].
"""

from __future__ import annotations

import argparse
import os
import platform
import re
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
from deepclust.engine.training.launch import discard
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.browser.conftest import FLAGS, Server, end_helpers, settle
from tests.browser.find_browser import browser

N_SAMPLES, N_FEATURES, K = 10_000, 64, 10


def finished_run(store: RunStore) -> Run:
    """A k-means run on 10,000 pictures of 8 x 8 in ten groups."""
    generator = np.random.default_rng(0)
    centres = generator.random((K, 8, 8))
    y = generator.integers(0, K, N_SAMPLES)
    X = np.clip(centres[y] + 0.2 * generator.normal(size=(N_SAMPLES, 8, 8)), 0, 1).astype(np.float32)
    data = Dataset("ten thousand", X, y, kind="image")
    run = store.create(make_config(keep_dataset(data, store.datasets), data, "KMeans", values={"n_clusters": K}))
    train(run, store)
    return run


def first_paint(chromium: Any, server: Server) -> float:
    """Seconds from asking for the address to a page with the contact sheet and the Train button, new visitor."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(server.url)
    page.get_by_alt_text("48 samples of Digits").wait_for()
    page.get_by_role("button", name="Train Shortcut").wait_for()
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def slider_moves(chromium: Any, server: Server, run: Run, moves: int) -> tuple[list[float], list[float]]:
    """Seconds from a key press on the k slider to the new galleries, and to the redrawn map of 10,000 points."""
    page = chromium.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.url}/explore?run={run.id}&k=10")
    drawn = "m => m.dataset.drawn && m.querySelectorAll('.entry').length === {k}"
    there = page.locator(".map").element_handle()
    page.wait_for_function(drawn.format(k=10), arg=there)
    settle(page)
    galleries, maps = [], []
    for k in range(11, 11 + moves):
        page.get_by_role("slider").first.focus()
        start = time.perf_counter()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            f"document.querySelectorAll('[aria-label^=\"Most typical samples of cluster\"]').length === {k}", polling=20
        )
        galleries.append(time.perf_counter() - start)
        page.wait_for_function(drawn.format(k=k), arg=there, polling=20)
        maps.append(time.perf_counter() - start)
        settle(page)
        page.wait_for_timeout(1_000)
    return galleries, maps


def newcomer(chromium: Any, server: Server) -> tuple[float, float]:
    """Seconds from asking for the address to the first live curve, and from the click on Train to it, new visitor.

    The click is the only one. A second one, on "Explore the clusters" or on Choose, leads to galleries or verdict.
    """
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    opened = time.perf_counter()
    page.goto(server.url)
    page.get_by_alt_text("48 samples of Digits").wait_for()
    page.get_by_role("button", name="Train Shortcut").click()
    clicked = time.perf_counter()
    page.get_by_text(re.compile(r"epoch \d+ of \d+")).wait_for()
    page.wait_for_function("document.querySelectorAll('canvas').length >= 1", polling=20)
    drawn = time.perf_counter()
    page.context.close()
    for started in RunStore(server.runs).runs():
        if not started.has_result:
            discard(started, RunStore(server.runs))
    return drawn - opened, drawn - clicked


def told(name: str, seconds: list[float], target: float) -> None:
    print(
        f"{name:44s} median {statistics.median(seconds):5.2f} s   min {min(seconds):5.2f}   max {max(seconds):5.2f}"
        f"   target {target:g} s: {'reached' if statistics.median(seconds) <= target else 'NOT reached'}"
    )


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        runs = Path(folder).resolve()
        run = finished_run(RunStore(runs))
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        print(re.sub(r"\s+", " ", f"Chromium {chromium.version}, software rendering"))
        server = Server(runs, {**os.environ, "DEEPCLUST_RUNS": str(runs)})
        first_ever = []
        try:
            for _ in range(repeats):
                server.start()
                first_ever.append(first_paint(chromium, server))
                server.kill()
            server.start()
            first_paint(chromium, server)
            told("first useful paint, server just started", first_ever, 4)
            told("first useful paint, later visitors", [first_paint(chromium, server) for _ in range(repeats)], 4)
            curves = [newcomer(chromium, server) for _ in range(repeats)]
            told("opening to the first live curve, one click", [opening for opening, _ in curves], 5)
            told("  from the click to it", [click for _, click in curves], 5)
            galleries, maps = slider_moves(chromium, server, run, repeats)
            told(f"k slider to new galleries ({N_SAMPLES:,} points)", galleries, 1)
            told(f"k slider to the redrawn map ({N_SAMPLES:,} points)", maps, 1)
        finally:
            server.kill()
            end_helpers(runs)
            chromium.close()


if __name__ == "__main__":
    main()
