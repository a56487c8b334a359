"""The WebGL map in a real browser: paint, cards with pictures, lasso, k, keys, touch, and what is sent meanwhile."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from deepclust.figures.theme import PETROFF_10
from deepclust.metrics.lineage import letter
from deepclust.runs import Run
from tests.browser.conftest import Server, settle, visiting


class Map:
    """The first map of a page, as a hand and an eye know it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        page.goto(address)
        self.root = page.locator(".map").first
        self.glass = page.locator(".glass").first
        self.wait("m.dataset.drawn")
        settle(page)
        self.glass.scroll_into_view_if_needed()

    def wait(self, truth: str) -> None:
        """Until something is true of the map's element ``m``."""
        self.page.wait_for_function(f"m => Boolean({truth})", arg=self.root.element_handle())

    def said(self, name: str) -> str:
        return str(self.root.evaluate("(m, name) => m.dataset[name] ?? ''", name))

    def label(self, cluster: int) -> Any:
        """The number of a cluster, once it is written."""
        label = self.page.locator(".label").get_by_text(letter(cluster), exact=True)
        label.wait_for()
        return label

    def middle(self, cluster: int) -> tuple[float, float]:
        """Where the number of a cluster is written."""
        box = self.label(cluster).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def draw_around(self, x: float, y: float, radius: float) -> None:
        self.page.mouse.move(x + radius, y)
        self.page.mouse.down()
        for step in range(1, 13):
            turn = step * math.pi / 6
            self.page.mouse.move(x + radius * math.cos(turn), y + radius * math.sin(turn))
        self.page.mouse.up()


@pytest.fixture
def shown(quiet: Server, clustered: Run, page: Any) -> Map:
    return Map(page, f"{quiet.url}/explore?run={clustered.id}")


def test_it_is_painted_with_numbers_a_legend_that_hides_and_isolates_and_a_table(shown: Map) -> None:
    page = shown.page
    png = page.screenshot(clip=shown.glass.bounding_box())
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3)
    for colour in PETROFF_10:
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        assert (np.abs(pixels - wanted).max(axis=1) < 24).sum() > 200, f"points of {colour} are painted"
    numbers = page.locator(".label:visible")
    expect(numbers).to_have_count(10)
    entries = page.locator(".entry")
    counts = [int(text) for text in page.locator(".entry .count").all_inner_texts()]
    assert entries.count() == 10
    assert sum(counts) == 1797
    entries.nth(3).click()
    expect(numbers).to_have_count(9)
    entries.nth(3).click()
    expect(numbers).to_have_count(10)
    entries.nth(5).dblclick()
    expect(numbers).to_have_text(["F"])
    entries.nth(5).dblclick()
    expect(numbers).to_have_count(10)

    page.get_by_text("The map as a table").click()
    rows = page.locator(".scroll tr")
    expect(rows).to_have_count(11)
    lines = rows.all_inner_texts()
    assert lines[0].split("\t")[:3] == ["Group", "Samples", "Share"]
    assert sum(int(line.split("\t")[1]) for line in lines[1:]) == 1797


def test_a_point_has_a_ring_at_once_and_a_card_with_its_picture(shown: Map) -> None:
    page = shown.page
    x, y = shown.middle(0)
    page.mouse.move(x, y + 14)
    page.locator(".ring:not(.echo)").wait_for()
    card = page.locator(".card")
    card.wait_for()
    assert re.search(r"Cluster [A-Z]", card.inner_text())
    assert re.search(r"Confidence\s*0\.\d\d", card.inner_text())
    assert "Class" not in card.inner_text(), "labels are hidden until they are revealed"
    page.locator(".card[data-picture=true]").wait_for()
    inks = card.locator("canvas").evaluate(
        "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((_, i) => i % 4 === 0)).size"
    )
    assert inks > 3, "a picture has more than a shade or two"
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")

    page.mouse.click(x, y + 14)
    page.get_by_role("button", name="Close the card").wait_for()
    page.locator("img[alt^='Picture of sample']").wait_for()
    assert shown.said("chosen") == "1"
    page.get_by_text("Reveal labels").click()
    page.locator(".card").get_by_text("Class").wait_for()


def test_lasso_to_gallery_and_the_selection_outlives_k_and_zoom(shown: Map) -> None:
    page = shown.page
    page.get_by_role("button", name=re.compile("Draw around points")).click()
    shown.draw_around(*shown.middle(3), 70)
    page.locator("[aria-label='selected samples']").wait_for()
    chosen = shown.said("chosen")
    assert int(chosen) > 20
    assert page.locator(".chip").inner_text() == f"{chosen} selected ×"
    page.get_by_text(f"Selection ({chosen})").wait_for()

    page.mouse.wheel(0, -600)
    shown.wait("m.dataset.zoom > 2")
    zoom, paint, frame = shown.said("zoom"), shown.said("paint"), shown.said("frame")
    settle(page)
    there = shown.root.element_handle()
    page.evaluate("m => { window.canvas = m.querySelector('canvas') }", there)
    page.keyboard.press("]")
    page.get_by_text(re.compile("k = 11: k-means on the latent space")).wait_for()
    shown.wait(f"m.dataset.drawn && m.dataset.drawn !== '{paint}'")
    settle(page)
    assert (shown.said("zoom"), shown.said("chosen"), shown.said("frame")) == (zoom, chosen, frame)
    assert page.locator(".entry").count() == 11
    assert "k=11" in page.url
    assert page.evaluate("m => m.isConnected && m.querySelector('canvas') === window.canvas", there)

    page.keyboard.press("Escape")
    page.get_by_text("Selection (0)").wait_for()
    assert shown.said("chosen") == "0"
    assert not page.locator(".chip").is_visible()


def test_shift_adds_and_the_gallery_can_choose_for_the_map(shown: Map) -> None:
    page = shown.page
    page.keyboard.down("Shift")
    shown.draw_around(*shown.middle(3), 40)
    shown.wait("m.dataset.chosen > 3")
    first = int(shown.said("chosen"))
    settle(page)
    shown.draw_around(*shown.middle(0), 40)
    page.keyboard.up("Shift")
    shown.wait(f"m.dataset.chosen > {first}")
    settle(page)
    page.locator(".chip").click()
    page.get_by_text("Selection (0)").wait_for()

    page.get_by_text("Selection (0)").click()
    page.get_by_role("combobox", name="Select a whole cluster").click()
    page.get_by_role("option", name="Cluster E").click()
    page.get_by_role("button", name="Select", exact=True).click()
    shown.wait("m.dataset.chosen > 50")
    count = page.locator(".entry").nth(4).locator(".count").inner_text()
    assert count == f"{shown.said('chosen')} / {shown.said('chosen')}"


def test_keys_move_zoom_reset_and_take_the_lasso(shown: Map) -> None:
    page = shown.page
    page.locator(".ground").first.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    shown.wait("m.dataset.zoom > 1.5")
    left = shown.label(0).bounding_box()["x"] - 20
    page.keyboard.press("ArrowRight")
    shown.wait(
        f"[...m.querySelectorAll('.label')].some(l => l.textContent === 'A' && l.getBoundingClientRect().x < {left})"
    )
    page.keyboard.press("l")
    expect(page.locator(".glass").first).to_have_attribute("data-tool", "lasso")
    page.keyboard.press("r")
    shown.wait("m.dataset.zoom === '1.000'")
    page.keyboard.press("[")
    page.get_by_text(re.compile("k = 9: k-means on the latent space")).wait_for()


def test_few_points_in_view_are_pictures_and_a_rerun_that_changes_nothing_draws_nothing(shown: Map) -> None:
    page = shown.page
    page.mouse.move(*shown.middle(3))
    assert not page.locator(".thumbs").first.is_visible()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -1400)
    page.keyboard.up("Control")
    page.locator(".thumbs").first.wait_for()
    page.get_by_role("button", name=re.compile("Pictures instead of points")).click()
    page.locator(".thumbs").first.wait_for(state="hidden")

    page.wait_for_timeout(1_500)  # all pictures have come
    page.evaluate(
        "m => { window.drawn = 0;"
        "window.watch = new MutationObserver(all => { window.drawn += all.length });"
        "window.watch.observe(m, {attributes: true, childList: true, subtree: true}); }",
        shown.root.element_handle(),
    )
    page.get_by_text("Borderline").click()
    page.locator("[aria-label='Borderline samples of cluster A']").wait_for()
    settle(page)
    assert page.evaluate("window.drawn") == 0


def test_a_finger_draws_a_lasso(quiet: Server, clustered: Run, chromium: Any) -> None:
    with visiting(chromium, has_touch=True) as page:
        shown = Map(page, f"{quiet.url}/explore?run={clustered.id}")
        page.get_by_role("button", name=re.compile("Draw around points")).click()
        x, y = shown.middle(3)
        touch = page.context.new_cdp_session(page)
        corners = [(x + 60 * math.cos(t / 2), y + 60 * math.sin(t / 2)) for t in range(12)]
        for kind, (px, py) in [("touchStart", corners[0]), *(("touchMove", corner) for corner in corners[1:])]:
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        shown.wait("m.dataset.chosen > 10")


def test_without_webgl_plotly_draws_the_map(quiet: Server, clustered: Run, page: Any) -> None:
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind.includes('webgl') && this.classList.contains('points') ? null : get.call(this, kind, ...rest); };"
    )
    page.goto(f"{quiet.url}/explore?run={clustered.id}")
    page.wait_for_function("document.querySelector('.js-plotly-plot')?.calcdata?.length === 10")
