"""From a search among the methods to the league, and from there to the form of a method on other data."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_methods_are_found_and_the_league_leads_back_to_them(quiet: Server, page: Any) -> None:
    page.set_viewport_size({"width": 1024, "height": 900})
    page.goto(f"{quiet.url}/train")
    page.get_by_role("heading", name="Train on Digits").wait_for()
    settle(page)
    page.get_by_label("Search methods").fill("chains rings")
    expect(page.locator(".st-key-choose-LALNet")).to_have_count(0)
    expect(page.locator(".st-key-choose-SpectralClustering")).to_be_visible()
    page.get_by_role("link", name="League").last.click()
    page.get_by_role("heading", name="League").wait_for()
    settle(page)
    line = page.locator(".league tr.line")
    expect(line).to_have_text(re.compile("LocalMAP.*the line"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a wide table scrolls by itself"
    page.get_by_role("button", name="Train it here").click()
    page.get_by_role("heading", name="Train on Digits").wait_for()
