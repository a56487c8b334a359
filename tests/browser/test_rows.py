"""Cluster rows in a real browser: sort, rename, merge, split, undo, a cluster of a selection, and what a reload keeps."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from deepclust.metrics.lineage import letter
from deepclust.runs import Run, edits
from tests.browser.conftest import Server, settle

NAME = 'Sixes 🦒 "6" <img src=x onerror=alert(1)>'  # more than the map shows


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("[aria-label='Most typical samples of cluster A']").wait_for()
    drawn = page.locator(".map").first.element_handle()
    # without a graphics card, a busy machine paints late
    page.wait_for_function("m => Boolean(m.dataset.drawn)", arg=drawn)
    settle(page)


def choose(page: Any, row: int, option: str | re.Pattern[str]) -> None:
    """An entry of the menu of a row, counted from the top."""
    settle(page)
    page.get_by_role("button", name="Edit", exact=True).nth(row).click()
    page.get_by_role("menuitem", name=option).or_(page.get_by_role("option", name=option)).click()


def press(page: Any, name: str) -> None:
    """A button, once what was there before has gone: for a moment a page that is drawn anew has both."""
    settle(page)
    button = page.get_by_role("button", name=name)
    expect(button).to_have_count(1)
    button.click()


def test_from_sorting_to_a_reload(quiet: Server, editable: Run, page: Any) -> None:
    server, run = quiet, editable
    address = f"{server.url}/explore?run={run.id}"
    opened(page, address)
    pictures = page.locator("[aria-label^='Most typical samples of cluster']")
    legend = page.locator(".entry")
    expect(pictures).to_have_count(10)
    expect(page.locator("img[alt^='Mean picture of cluster']")).to_have_count(10)

    # sorting draws the rows anew, and nothing of the map
    watch = (
        "m => { window.drawn = 0; new MutationObserver(all => { window.drawn += all.length })"
        ".observe(m, {attributes: true, childList: true, subtree: true}); }"
    )
    still = (  # pictures that were on their way when it was first drawn have come
        "m => new Promise(done => { let at = setTimeout(done, 2000); new MutationObserver(() => { clearTimeout(at);"
        " at = setTimeout(done, 2000); }).observe(m, {attributes: true, childList: true, subtree: true}); })"
    )
    page.evaluate(still, page.locator(".map").first.element_handle())
    page.evaluate(watch, page.locator(".map").first.element_handle())
    sizes = [int((run.result().labels == cluster).sum()) for cluster in range(10)]
    largest = max(range(10), key=sizes.__getitem__)
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Largest first").click()
    expect(pictures.first).to_have_attribute("aria-label", f"Most typical samples of cluster {letter(largest)}")
    settle(page)
    assert page.evaluate("window.drawn") == 0
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="By letter").click()
    expect(pictures.first).to_have_attribute("aria-label", "Most typical samples of cluster A")

    choose(page, 0, "Rename")
    field = page.get_by_role("textbox", name="New name of cluster A")
    field.fill(NAME)
    field.press("Enter")
    expect(legend.first).to_contain_text('Sixes 🦒 "6" <img src=x')
    expect(page.get_by_text(NAME).first).to_be_visible()

    choose(page, 1, re.compile("Merge with"))
    expect(pictures).to_have_count(9)
    expect(legend).to_have_count(9)
    expect(page.get_by_text("With your edits: 9 clusters")).to_be_visible()

    choose(page, 0, "Split")
    parts = page.get_by_role("spinbutton", name=re.compile("Parts of"))
    parts.fill("3")
    parts.press("Tab")
    settle(page)
    page.get_by_role("button", name="Split it").click()
    expect(legend).to_have_count(11)
    expect(legend.last).to_contain_text(letter(11))
    press(page, "Undo")
    expect(legend).to_have_count(9)
    settle(page)
    press(page, "Redo")
    expect(legend).to_have_count(11)
    settle(page)

    # what was done outlives the session and the server
    kept = edits.stored(run, 10)
    server.kill()
    server.start()
    opened(page, address)
    expect(legend).to_have_count(11)
    expect(legend.first).to_contain_text("Sixes 🦒")
    expect(pictures).to_have_count(11)
    assert edits.stored(run, 10) == kept

    # a selection becomes a cluster
    choose(page, 3, "Select on the map")
    expect(page.locator(".chip")).to_contain_text("selected")
    settle(page)
    page.get_by_role("button", name=re.compile("selected")).first.wait_for()
    page.get_by_role("button", name="Make it a cluster").click()
    expect(page.get_by_text("a cluster of their own already")).to_be_visible()

    page.get_by_text("Clusters", exact=True).last.click()
    settle(page)
    press(page, "Reset")
    expect(legend).to_have_count(10)
    expect(legend.first).not_to_contain_text("Sixes")
    expect(page.get_by_text("With your edits")).to_have_count(0)
    press(page, "Undo")
    expect(legend).to_have_count(11)
