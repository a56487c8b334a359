"""The map comes first on Explore: its room, a page that still scrolls, pictures that show their point, keys, narrow windows."""

from __future__ import annotations

import re
from typing import Any

from deepclust.runs import Run
from tests.browser.conftest import Server, settle, visiting
from tests.browser.test_map import Map


def test_it_has_what_the_header_and_one_row_leave_and_stays_while_galleries_scroll(
    quiet: Server, clustered: Run, page: Any
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    shown = Map(page, f"{quiet.url}/explore?run={clustered.id}")
    box = shown.glass.bounding_box()
    assert box["y"] < 200
    assert box["y"] + box["height"] <= 900
    assert box["height"] > 690
    page.mouse.move(1200, 600)
    page.mouse.wheel(0, 600)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 200")
    assert shown.glass.bounding_box()["y"] >= 50, "it stays below the header of the page"


def test_the_wheel_scrolls_the_page_until_ctrl_or_a_click(quiet: Server, clustered: Run, page: Any) -> None:
    shown = Map(page, f"{quiet.url}/explore?run={clustered.id}")
    box = shown.glass.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, 200)
    page.locator(".hinted[data-on]").get_by_text("wheel zooms").wait_for()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 50")
    assert shown.said("zoom") == "1.000"
    page.locator(".hinted:not([data-on])").wait_for(state="attached")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    shown.wait("m.dataset.zoom > 1.3")
    zoom = shown.said("zoom")
    box = shown.glass.bounding_box()  # the page has scrolled
    page.mouse.click(box["x"] + 60, box["y"] + box["height"] - 90)
    page.mouse.wheel(0, -300)
    shown.wait(f"m.dataset.zoom > {zoom}")


def test_a_picture_of_a_gallery_shows_its_point_and_the_card_leaves_it_free(
    quiet: Server, clustered: Run, page: Any
) -> None:
    shown = Map(page, f"{quiet.url}/explore?run={clustered.id}")
    page.locator("[aria-label='Most typical samples of cluster C'] button").nth(2).click()
    page.get_by_role("button", name="Close the card").wait_for()
    card, ring = page.locator(".card").bounding_box(), page.locator(".ring:not(.echo)").bounding_box()
    assert "Cluster C" in page.locator(".card").inner_text()
    middle = (ring["x"] + 8, ring["y"] + 8)
    assert not (
        card["x"] <= middle[0] <= card["x"] + card["width"] and card["y"] <= middle[1] <= card["y"] + card["height"]
    )
    assert shown.said("chosen") == "0", "nothing is selected by it"
    page.keyboard.press("ArrowRight")
    page.wait_for_function(r"/^Show sample \d+ on the map$/.test(document.activeElement.getAttribute('aria-label'))")


def test_keys_look_at_a_point_walk_to_the_next_and_choose_it(quiet: Server, clustered: Run, page: Any) -> None:
    shown = Map(page, f"{quiet.url}/explore?run={clustered.id}")
    page.locator(".ground").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Close the card").wait_for()
    spoken = page.locator(".spoken").first
    first = spoken.inner_text()
    assert re.match(r"Cluster [A-Z], Confidence 0\.\d\d, Sample \d+", first)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([s, before]) => s.textContent !== before", arg=[spoken.element_handle(), first])
    page.keyboard.press("Enter")
    shown.wait("m.dataset.chosen === '1'")
    settle(page)
    page.keyboard.press("Escape")
    shown.wait("m.dataset.chosen === '0'")
    assert not page.locator(".card").is_visible()


def test_one_finger_scrolls_and_two_zoom(quiet: Server, clustered: Run, chromium: Any) -> None:
    with visiting(chromium, viewport={"width": 700, "height": 900}, has_touch=True) as page:
        shown = Map(page, f"{quiet.url}/explore?run={clustered.id}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
        assert page.get_by_role("link", name="Choose").last.is_visible(), "the other pages can be reached"
        box = shown.glass.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch = page.context.new_cdp_session(page)

        def send(kind: str, *places: tuple[float, float]) -> None:
            points = [{"x": px, "y": py, "id": number} for number, (px, py) in enumerate(places)]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        at = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
        send("touchStart", (x, y))
        for step in range(1, 9):
            send("touchMove", (x, y - 25 * step))
        send("touchEnd")
        page.wait_for_function("at => document.querySelector('[data-testid=stMain]').scrollTop > at + 60", arg=at)
        assert shown.said("zoom") == "1.000"
        box = shown.glass.bounding_box()
        y = max(box["y"], 80) + 150
        send("touchStart", (x - 30, y), (x + 30, y))
        for step in range(1, 7):
            send("touchMove", (x - 30 - 12 * step, y), (x + 30 + 12 * step, y))
        send("touchEnd")
        shown.wait("m.dataset.zoom > 1.5")
