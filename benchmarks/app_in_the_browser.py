"""How quick the app opens: first useful paint and first live curve, in headless Chromium (its map: benchmarks.map).

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

from deepclust.engine.training.launch import discard
from deepclust.runs import RunStore

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.browser.conftest import FLAGS, Server, end_helpers
from tests.browser.find_browser import browser


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
        finally:
            server.kill()
            end_helpers(runs)
            chromium.close()


if __name__ == "__main__":
    main()
