"""How quick the map is: paint, new colours, cards, lasso, bytes sent, and the same points in st.plotly_chart.

Two comparisons with Plotly: the whole Explore page with either map, most of whose time is the rest of the page; and a page
with nothing but the points, drawn by our component, by ``st.plotly_chart`` of a Plotly Express figure, or not at all. What
a map adds to the page without one is the time that it takes to paint.

    python -m benchmarks.map [--points 1797 70000 200000] [--repeats 3] [--keep FOLDER] [--layout PROJECTION.npz] [--ours]

Headless Chromium with software rendering, a server and a browser of its own. Every measurement is printed: the median,
then all of them. Run it on a quiet machine; the load is printed with the figures. The runs that are looked at are real
k-means runs, trained first (minutes for 200,000 points); with --keep they stay in a folder for the next time.
"""

from __future__ import annotations

import argparse
import math
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

from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import first_sample, map_job, telling_projection
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from deepclust.spaces import LATENT
from tests.browser.conftest import FLAGS, ROOT, Server, serving, settle
from tests.browser.find_browser import browser

K = 12
BARE_PAGE = str(ROOT / "benchmarks" / "_bare_map.py")
BARE = (sys.executable, "-m", "streamlit", "run", BARE_PAGE, "--server.headless=true", "--server.port")
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FRAMES = """async glass => {
    const box = glass.getBoundingClientRect(), times = [];
    const middle = {clientX: box.x + box.width / 2, clientY: box.y + box.height / 2};
    const place = {...middle, ctrlKey: true, bubbles: true, cancelable: true};
    for (let i = 0; i < 24; i++) {
        glass.dispatchEvent(new WheelEvent('wheel', {...place, deltaY: i % 2 ? 40 : -40}));
        await new Promise(done => requestAnimationFrame(done));
        times.push(performance.now());
    }
    return times.slice(1).map((t, i) => t - times[i]).slice(3);
}"""


def run_of(store: RunStore, n: int) -> Run:
    """A k-means run on n pictures: the digits for 1,797, else noisy copies of twelve pictures of 8 x 8."""
    title = f"map benchmark {n}"
    for run in store.runs():
        if run.config.n_samples == n and run.has_result:
            return with_its_map(store, run)
    if n == 1797:
        ref: dict[str, Any] = {"name": "digits"}
        data = load_dataset("digits")
    else:
        dice = np.random.default_rng(0)
        centres = dice.random((K, 8, 8))
        y = dice.integers(0, K, n)
        X = np.clip(centres[y] + 0.2 * dice.normal(size=(n, 8, 8)), 0, 1).astype(np.float32)
        data = Dataset(title, X, y, kind="image")
        ref = keep_dataset(data, store.datasets)
    run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": K, "n_init": 1}))
    train(run, store)
    return with_its_map(store, run)


def with_its_map(store: RunStore, run: Run) -> Run:
    """The run once the map that it opens with is there, also where it was kept from an earlier version."""
    n = run.config.n_samples
    projection = telling_projection(run.result().embedding.shape[1])
    run_job(map_job(run, store, LATENT, projection, sample=first_sample(projection, n)), lambda fraction, text: False)
    return run


class Visit:
    """A new visitor who opens the map of a run with all its points, in WebGL or in Plotly."""

    def __init__(self, chromium: Any, server: Server, run: Run) -> None:
        self.context = chromium.new_context(viewport={"width": 1400, "height": 1000})
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.frames: list[bytes] = []
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._received))
        self.address = f"{server.url}/explore?run={run.id}&k={K}"
        self.n = run.config.n_samples

    def _received(self, payload: bytes | str) -> None:
        self.frames.append(payload if isinstance(payload, bytes) else payload.encode())

    def paint(self, plotly: bool = False) -> float:
        """Seconds from asking for the address to the painted map."""
        start = time.perf_counter()
        self.page.goto(self.address)
        if plotly:
            self.page.wait_for_function(
                f"document.querySelector('.js-plotly-plot')?.calcdata?.length === {K}", polling="raf"
            )
        else:
            self.page.locator(".map[data-drawn]").wait_for(state="attached")
            self.map = self.page.locator(".map").element_handle()
        self.page.evaluate(TWO_FRAMES)
        return time.perf_counter() - start

    def redraw(self, act: Any) -> tuple[float, int, int]:
        """Seconds from an act to the map in its new colours; bytes received, and those that were for the map."""
        settle(self.page)
        self.frames.clear()
        before = self.map.evaluate("m => m.dataset.drawn")
        start = time.perf_counter()
        act()
        self.page.wait_for_function(
            "([m, before]) => m.dataset.drawn !== before", arg=[self.map, before], polling="raf"
        )
        self.page.evaluate(TWO_FRAMES)
        seconds = time.perf_counter() - start
        settle(self.page)
        wires = sum(len(frame) for frame in self.frames if b"deepclust_wire" in frame)
        return seconds, sum(map(len, self.frames)), wires

    def place(self) -> tuple[float, float, float, float]:
        box = self.page.locator(".glass").bounding_box()
        return box["x"], box["y"], box["width"], box["height"]

    def card(self) -> list[float]:
        """Seconds from a move of the pointer onto a point to the card with its picture, for several points."""
        seconds = []
        for number in range(4):
            self.page.mouse.move(3, 3)
            self.page.locator(".card").wait_for(state="hidden")
            label = self.page.locator(".label:visible").nth(number).bounding_box()
            start = time.perf_counter()
            self.page.mouse.move(label["x"] + label["width"] / 2, label["y"] + label["height"] / 2)
            self.page.locator(".card[data-picture=true]").wait_for()
            seconds.append(time.perf_counter() - start)
        return seconds

    def lasso(self) -> tuple[float, int]:
        """Seconds from letting go of the lasso to the gallery of what is in it, and how many that are."""
        x, y, width, height = self.place()
        middle, radius = (x + width / 2, y + height / 2), 0.33 * min(width, height)
        self.page.mouse.move(middle[0] + radius, middle[1])
        self.page.mouse.down()
        for step in range(1, 13):
            turn = step * math.pi / 6
            self.page.mouse.move(middle[0] + radius * math.cos(turn), middle[1] + radius * math.sin(turn), steps=2)
        start = time.perf_counter()
        self.page.mouse.up()
        self.page.locator("[aria-label='selected samples']").wait_for()
        seconds = time.perf_counter() - start
        return seconds, int(self.map.evaluate("m => m.dataset.chosen"))

    def film(self, steps: int) -> list[float]:
        """Seconds from a key press on the film of k to the next column, and the clusters at that k in words below it."""
        self.page.goto(f"{self.address}&view=Film+of+k")
        self.page.locator(".film .node").first.wait_for()
        seconds = []
        for k in range(K + 1, K + 1 + steps):
            settle(self.page)
            self.page.locator(".film").focus()
            start = time.perf_counter()
            self.page.keyboard.press("ArrowRight")
            self.page.locator(f".film .step[data-k='{k}'][aria-current=true]").wait_for()
            self.page.get_by_text(re.compile(f"^k = {k}: ")).wait_for()
            self.page.evaluate(TWO_FRAMES)
            seconds.append(time.perf_counter() - start)
        return seconds


def told(name: str, values: list[float], target: float | None = None, unit: str = "s") -> None:
    middle = statistics.median(values)
    verdict = "" if target is None else f"target {target:g}: {'reached' if middle <= target else 'NOT reached'}"
    every = " ".join(f"{v:.2f}" for v in values)
    print(f"  {name:46s} {middle:7.2f} {unit:9s} ({every})  {verdict}", flush=True)


def measure(chromium: Any, runs: Path, run: Run, repeats: int, ours: bool) -> None:
    """All figures of one run."""
    n = run.config.n_samples
    print(f"{n:,} points, load {os.getloadavg()[0]:.1f}", flush=True)
    strict = n == 70_000
    with serving(runs, DEEPCLUST_HELPERS="0") as server:
        Visit(chromium, server, run).paint()  # the server has its data and the browser its code, as later visits do
        paints = []
        for _ in range(repeats):
            visit = Visit(chromium, server, run)
            paints.append(visit.paint())
            visit.context.close()
        told("first paint from navigation", paints, 2.5 if strict else None)
        visit = Visit(chromium, server, run)
        visit.paint()
        page = visit.page
        page.wait_for_timeout(12_000 if n > 20_000 else 3_000)  # until the pictures have come
        page.get_by_role("button", name="Colour").click()
        colours = [
            visit.redraw(page.get_by_role("radio", name=name, exact=True).first.click)
            for _ in range(repeats)
            for name in ("Confidence", "Cluster")
        ]
        told("colour by confidence, by cluster", [c[0] for c in colours], 0.5 if strict else None)
        told("  bytes received for each point", [c[1] / n for c in colours], 2 if strict else None, "B/point")
        page.keyboard.press("Escape")
        settle(page)
        ks = [visit.redraw(lambda: page.keyboard.press("]")) for _ in range(repeats)]
        told("next k, for the first time", [k[0] for k in ks], 0.5 if strict else None)
        told("  bytes for the map for each point", [k[2] / n for k in ks], 2 if strict else None, "B/point")
        ks = [visit.redraw(lambda: page.keyboard.press("[")) for _ in range(repeats)]
        told("k that was there before", [k[0] for k in ks], 0.5 if strict else None)
        page.locator(".glass").scroll_into_view_if_needed()
        told("a frame while zooming", visit.page.locator(".glass").evaluate(FRAMES), 40 if strict else None, "ms")
        page.keyboard.press("r")
        told("hover to card with picture", visit.card(), 0.2 if strict else None)
        page.get_by_role("button", name="Draw around points").click()
        lassos = []
        for _ in range(repeats):
            settle(page)
            lassos.append(visit.lasso())
            settle(page)
            page.keyboard.press("Escape")
            page.get_by_text("Selection (0)").wait_for()
        told(f"lasso of {lassos[0][1]:,} points to gallery", [s for s, _ in lassos], 2 if strict else None)
        told("step of the film of k", visit.film(repeats), 0.5 if strict else None)
        visit.context.close()
    if ours:
        return
    with serving(runs, DEEPCLUST_HELPERS="0", DEEPCLUST_MAP="plotly") as server:
        Visit(chromium, server, run).paint(plotly=True)
        plotly = []
        for _ in range(repeats):
            visit = Visit(chromium, server, run)
            plotly.append(visit.paint(plotly=True))
            visit.context.close()
    told("the same page with its map in Plotly", plotly)
    times = statistics.median(plotly) / statistics.median(paints)
    print(f"  the page with the WebGL map is painted {times:.1f} times as fast", flush=True)


def measure_million(playwright: Any, runs: Path, layout: Path, repeats: int) -> None:
    """A million points alone on a page: a real layout of 50,000, each repeated 20 times with a little noise."""
    n = 1_000_000
    with serving(runs, command=BARE, PYTHONPATH=str(ROOT), DEEPCLUST_BENCH_LAYOUT=str(layout.resolve())) as server:
        print(f"{n:,} points alone on a page, load {os.getloadavg()[0]:.1f}", flush=True)
        paints = [bare_paint(playwright, server.url, n, "map") for _ in range(repeats + 1)][
            1:
        ]  # the first makes the points
        told("first paint from navigation", paints, 8)
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{server.url}/?n={n}&draw=map")
        page.locator(".map[data-drawn]").wait_for(state="attached", timeout=120_000)
        page.wait_for_timeout(5_000)
        told("a frame while zooming, thinned", page.locator(".glass").evaluate(FRAMES), None, "ms")
        start = time.perf_counter()
        page.wait_for_timeout(250)  # until the view counts as at rest
        page.screenshot()  # waits until all points are in the picture
        told("all of them again after the last move", [time.perf_counter() - start])
        chromium.close()


def bare_paint(playwright: Any, address: str, n: int, draw: str) -> float:
    """Seconds from asking for a page with one map of n points to its picture, in a browser that has seen nothing yet."""
    chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(120_000)
    start = time.perf_counter()
    page.goto(f"{address}/?n={n}&draw={draw}")
    if draw == "map":
        page.locator(".map[data-drawn]").wait_for(state="attached")
    elif draw == "plotly":
        page.wait_for_function(f"document.querySelector('.js-plotly-plot')?.calcdata?.length === {K}", polling="raf")
    page.get_by_text("The end of the page.").wait_for()
    page.evaluate(TWO_FRAMES)
    page.screenshot()  # waits until the points are in the picture
    seconds = time.perf_counter() - start
    chromium.close()
    return seconds


def compare_bare(playwright: Any, runs: Path, points: list[int], repeats: int) -> None:
    """Our component beside st.plotly_chart, each alone on a page, in turns."""
    with serving(runs, command=BARE, PYTHONPATH=str(ROOT)) as server:
        for n in points:
            print(f"{n:,} points alone on a page, load {os.getloadavg()[0]:.1f}", flush=True)
            seconds: dict[str, list[float]] = {"none": [], "map": [], "plotly": []}
            for turn in range(repeats + 1):
                for draw, kept in seconds.items():
                    one = bare_paint(playwright, server.url, n, draw)
                    if turn:  # the first makes the points
                        kept.append(one)
            told("the page without a map", seconds["none"])
            told("with the map", seconds["map"])
            told("with st.plotly_chart", seconds["plotly"])
            empty, ours, theirs = (statistics.median(kept) for kept in seconds.values())
            print(
                f"  the map alone: {ours - empty:.2f} s against {theirs - empty:.2f} s, {(theirs - empty) / max(ours - empty, 0.01):.1f} "
                f"times as fast (target 5); the whole page {theirs / ours:.1f} times",
                flush=True,
            )


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, nargs="+", default=[1797, 70_000, 200_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--layout", type=Path, help="a saved projection of 50,000 samples or more, for a million points"
    )
    parser.add_argument("--ours", action="store_true", help="leave out the comparisons with Plotly")
    parser.add_argument("--keep", type=Path, help="folder of the runs, made or used again")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        runs = (asked.keep or Path(folder)).resolve()
        store = RunStore(runs)
        made = [run_of(store, n) for n in asked.points]
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        print(f"Chromium {chromium.version}, software rendering", flush=True)
        for run in made:
            measure(chromium, runs, run, asked.repeats, asked.ours)
        chromium.close()
        if asked.layout:
            measure_million(playwright, runs, asked.layout, asked.repeats)
        if not asked.ours:
            compare_bare(playwright, runs, asked.points, asked.repeats)


if __name__ == "__main__":
    main()
