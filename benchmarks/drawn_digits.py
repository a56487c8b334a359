"""Twenty digits drawn with the mouse on the page Try it: how many land in the cluster of their class, and how soon they are on the map.

    python -m benchmarks.drawn_digits RUN --runs DIR

RUN is a finished run on MNIST, DIR the folder that it lies in. Each digit is drawn twice, upright and by a slanted, narrower and
unsteady hand. A cluster's class is that of most of its samples. The time counts from lifting the pen until the place is seen: the page
answers while one draws, so that it may be there already.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.references import open_dataset
from deepclust.metrics.external import majorities
from deepclust.runs import RunStore
from deepclust.runs.edit_kinds import default_name

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.browser.conftest import FLAGS, serving, settle
from tests.browser.find_browser import browser

Stroke = list[tuple[float, float]]


def arc(x: float, y: float, wide: float, high: float, start: float, end: float) -> Stroke:
    """A piece of an ellipse around (x, y), in degrees from above, with the clock."""
    return [(x + wide * np.sin(a), y - high * np.cos(a)) for a in np.radians(np.linspace(start, end, 20))]


#: Strokes of the digits in the unit square, x to the right and y down.
STROKES: dict[int, list[Stroke]] = {
    0: [arc(0.5, 0.5, 0.24, 0.36, 0, 360)],
    1: [[(0.5, 0.12), (0.48, 0.88)]],
    2: [[*arc(0.5, 0.32, 0.22, 0.2, -80, 120), (0.3, 0.85)], [(0.3, 0.85), (0.76, 0.84)]],
    3: [arc(0.46, 0.32, 0.2, 0.18, -60, 170) + arc(0.46, 0.68, 0.24, 0.2, 10, 230)],
    4: [[(0.38, 0.15), (0.28, 0.55), (0.74, 0.53)], [(0.66, 0.2), (0.62, 0.88)]],
    5: [[(0.7, 0.16), (0.36, 0.17), (0.34, 0.46), *arc(0.48, 0.64, 0.22, 0.22, -20, 220)]],
    6: [[(0.62, 0.12), (0.42, 0.4), (0.32, 0.62), *arc(0.48, 0.68, 0.18, 0.2, -90, 280)]],
    7: [[(0.26, 0.18), (0.74, 0.17), (0.46, 0.88)]],
    8: [arc(0.5, 0.32, 0.17, 0.18, 180, -180) + arc(0.5, 0.68, 0.2, 0.19, 0, 360)],
    9: [[*arc(0.48, 0.34, 0.19, 0.2, 90, 450), (0.66, 0.5), (0.6, 0.88)]],
}


def by_another_hand(strokes: list[Stroke], dice: np.random.Generator) -> list[Stroke]:
    """Slanted, narrower, and every point a little off."""
    return [
        [
            (
                0.5 + 0.86 * (x - 0.5) - 0.22 * (y - 0.5) + dice.normal(0, 0.008),
                0.5 + 0.95 * (y - 0.5) + dice.normal(0, 0.008),
            )
            for x, y in stroke
        ]
        for stroke in strokes
    ]


def draw(page: Any, strokes: list[Stroke]) -> float:
    """Draw them, and wait for the place on the map: seconds from lifting the pen."""
    sheet = page.locator(".sheet").bounding_box()
    for stroke in strokes:
        places = [(sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=2)
        lifted = time.perf_counter()
        page.mouse.up()
    page.locator(".guest:visible").wait_for()
    seconds = time.perf_counter() - lifted
    page.wait_for_timeout(2_000)  # the answer to all strokes, and not that to those before the last
    settle(page)
    return seconds


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--runs", type=Path, required=True)
    asked = parser.parse_args()
    store = RunStore(asked.runs)
    run = store.get(asked.run)
    classes = majorities(open_dataset(run.config.dataset, store.datasets).y, run.result().labels)
    class_of = {default_name(cluster): number for cluster, (number, _) in classes.items()}
    dice, right, seconds = np.random.default_rng(5), 0, []
    with serving(asked.runs) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(120_000)
        page.goto(f"{server.url}/try_it?run={run.id}")
        page.locator(".sheet").wait_for()
        page.locator(".map[data-drawn]").wait_for()
        settle(page)
        for hand in (0, 1):
            for digit, strokes in STROKES.items():
                seconds.append(draw(page, by_another_hand(strokes, dice) if hand else strokes))
                sentence = page.get_by_text(re.compile("It lands in")).first.inner_text()
                landed = class_of[re.search(r"lands in (Cluster [A-Z]+)", sentence)[1]]
                right += landed == digit
                print(f"{digit}: {landed}, {seconds[-1]:.2f} s", flush=True)
                page.get_by_role("button", name="Clear").click()
                page.locator(".guest").wait_for(state="hidden")
                settle(page)
        chromium.close()
    print(
        f"{right} of {len(seconds)} right; on the map after {statistics.median(seconds):.2f} s (median), {max(seconds):.2f} s at most"
    )


if __name__ == "__main__":
    main()
