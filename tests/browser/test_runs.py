"""The page Runs in a real browser: the table of all runs, and two of them on one map."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deepclust.runs import Run, RunStore
from deepclust.runs.remarks import remarks_of
from tests.browser.conftest import Server, settle, trained

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEAD, ROW = 36, 35  # pixels of the head of a table and of a row


def pick_first_row(page: Any) -> None:
    """Tick the first row of the table; the page may still be drawing it, and then it is clicked again."""
    for _ in range(20):
        settle(page)
        if page.get_by_text("1 picked of").is_visible():
            return
        page.get_by_test_id("stDataFrame").click(position={"x": 15, "y": HEAD + ROW // 2})
        page.wait_for_timeout(1_000)
    raise AssertionError("the row was never picked")


def test_a_run_is_found_named_deleted_and_brought_back(quiet: Server, editable: Run, page: Any) -> None:
    from playwright.sync_api import expect

    cells = page.get_by_test_id("stDataFrame").locator("td")
    page.goto(f"{quiet.url}/compare")
    settle(page)
    page.get_by_role("textbox", name="Find").fill(editable.id)
    page.get_by_role("textbox", name="Find").press("Enter")
    page.wait_for_url(re.compile(f"find={editable.id}"))
    expect(page.get_by_text(re.compile(r"^1 of \d+ runs"))).to_be_visible()
    pick_first_row(page)
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Name").fill("the odd one")
    page.get_by_role("button", name="Save").click()
    expect(cells.filter(has_text="the odd one")).to_have_count(1)
    assert remarks_of(editable).name == "the odd one"

    pick_first_row(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("bring back 1"))).to_be_visible()
    expect(cells.filter(has_text="the odd one")).to_have_count(0)
    assert editable.id not in {run.id for run in RunStore(quiet.runs).runs()}
    settle(page)
    page.get_by_role("button", name=re.compile("bring back 1")).click()
    expect(cells.filter(has_text="the odd one")).to_have_count(1)
    assert remarks_of(RunStore(quiet.runs).get(editable.id)).name == "the odd one"


def test_points_glide_from_one_run_to_the_other(quiet: Server, clustered: Run, page: Any) -> None:
    from playwright.sync_api import expect

    other = trained(quiet, n_clusters=7, n_init=1)
    page.goto(f"{quiet.url}/compare?run={clustered.id}&pair={other.id}&runs=Two+on+one+map")
    slider = page.get_by_role("slider", name="Run")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("k = 7"))
    expect(page.get_by_text(re.compile(r"are in another cluster"))).to_be_visible()
    expect(page.get_by_role("button", name="Same cluster")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Play").click()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("k = 10"))
    expect(slider).to_have_attribute("aria-valuetext", re.compile("k = 7"))  # it is there by itself
    page.get_by_role("radio", name="All clusters").click()
    page.wait_for_url(re.compile(r"lit=All\+clusters"))
    expect(page.get_by_role("button", name="Same cluster")).to_have_count(0)
    expect(page.get_by_role("group", name=re.compile("samples that moved from cluster")).first).to_be_visible()
    page.get_by_text("Reveal labels").click()
    expect(page.get_by_text("k = 7, with the classes")).to_be_visible()
