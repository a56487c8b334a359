"""A digit drawn on the sheet with the mouse: its cluster, its place on the map, and a change by a slider, in a real browser."""

from __future__ import annotations

import math
import re
from typing import Any

from playwright.sync_api import expect

from deepclust.runs import Run
from tests.browser.conftest import Server, settle


def test_a_digit_is_drawn_and_finds_its_cluster(quiet: Server, clustered: Run, page: Any) -> None:
    page.goto(f"{quiet.url}/try_it?run={clustered.id}")
    page.locator(".sheet").wait_for()
    page.locator(".map[data-drawn]").wait_for()
    settle(page)
    expect(page.locator(".guest")).to_be_hidden()

    box = page.locator(".sheet").bounding_box()
    ring = [(0.5 + 0.28 * math.sin(a), 0.5 - 0.38 * math.cos(a)) for a in (2 * math.pi * i / 24 for i in range(25))]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ring]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()

    page.get_by_text(re.compile("It lands in Cluster [A-J]")).wait_for()
    expect(page.locator(".guest")).to_be_visible()
    nearest = page.get_by_text("Nearest in the data").locator("xpath=..").locator("img")
    expect(nearest.first).to_be_visible()
    zeros = (clustered.result().labels[[0, 10, 20, 30]]).tolist()  # the first zeros of the digits
    assert len(set(zeros)) == 1
    expect(page.get_by_text(f"It lands in Cluster {'ABCDEFGHIJ'[zeros[0]]}")).to_be_visible()
    assert f"run={clustered.id}" in page.url

    settle(page)
    page.get_by_text("Disturb it").click()
    page.get_by_text("Dark and bright exchanged").click()
    page.get_by_text("hardly seen such a thing").wait_for()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".guest")).to_be_hidden()

    page.locator(".sheet").focus()
    for key in ["ArrowUp"] * 5 + [" "] + ["ArrowDown"] * 10 + [" "]:
        page.keyboard.press(key)
    expect(page.locator(".pad")).to_have_attribute("data-strokes", "1")
    expect(page.locator(".guest")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.locator(".guest")).to_be_hidden()
