"""A sweep in a real browser: from the form over runs that fill in to the ranking, and to the chosen setting on Explore."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import expect

from deepclust.runs import RunStore
from tests.browser.conftest import Server, choose_few_digits, settle


def test_from_a_sweep_to_a_chosen_setting(server: Server, page: Any) -> None:
    store = RunStore(server.runs)
    choose_few_digits(server, page)
    page.locator(".st-key-choose-KMeans").get_by_role("button").first.click()
    settle(page)
    page.get_by_text("Sweep over settings and seeds").click()
    start = page.locator(".st-key-sweep-start").get_by_role("button")
    expect(start).to_be_disabled()  # the last of the form is drawn
    settle(page)
    several = page.locator(".st-key-sweep-values-KMeans-n_clusters input")
    pick(page, "What varies", "Clusters")
    expect(several).to_be_visible()
    page.keyboard.press("Escape")
    settle(page)
    several.fill("4, 7, 10")
    several.press("Enter")
    settle(page)
    for seed in ("1", "2"):  # one seed will do
        page.locator(".st-key-sweep-seeds").get_by_role("button", name=seed, exact=True).click()
        settle(page)
    expect(start).to_have_text(re.compile("Start 3 runs"))
    expect(page.get_by_text(re.compile("3 × 1 seed "))).to_be_visible()
    settle(page)
    start.click()

    expect(page.get_by_role("heading", name="Settings side by side")).to_be_visible()
    expect(page.locator("table").get_by_role("row")).to_have_count(4)
    wait_for_all(store, 3)
    page.goto(f"{server.url}/choose?run={store.runs()[0].id}")
    page.get_by_role("radio", name="Transformations and settings").click()
    page.get_by_role("button", name="Rank 3 settings").click()
    expect(page.get_by_text(re.compile("Made from 3 runs in"))).to_be_visible()
    expect(page.get_by_text("ACC appears when the labels are revealed")).to_be_visible()
    page.get_by_text("Reveal labels").click()
    expect(page.get_by_text(re.compile("Spearman's correlation with ACC over the 3 settings"))).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("samples that moved")).first).to_be_visible()

    settle(page)
    page.locator(".st-key-use-setting").get_by_role("button").click()
    page.wait_for_url(re.compile("/explore"))
    chosen = re.search("run=([^&]+)", page.url)
    assert chosen is not None
    assert store.get(chosen[1]).config.part in ("4", "7", "10")


def pick(page: Any, label: str, option: str) -> None:
    """Choose from a list that opens on a click. The page may still be drawing, which closes it: then it is opened again."""
    from playwright.sync_api import TimeoutError as NotThereError

    offered = page.get_by_role("option").filter(has_text=option)
    for _ in range(20):
        page.get_by_role("combobox", name=label).click()
        try:
            offered.click(timeout=3_000)
            return
        except NotThereError:
            continue
    raise AssertionError(f"{label} never offered {option}")


def wait_for_all(store: RunStore, n_runs: int) -> None:
    """Until all runs have ended."""
    deadline = time.monotonic() + 240
    while sum(run.has_result for run in store.runs()) < n_runs:
        assert time.monotonic() < deadline, [run.status() for run in store.runs()]
        time.sleep(0.2)
