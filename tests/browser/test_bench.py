"""The Transformations bench in a real browser: from the pictures of two sets to their runs side by side."""

from __future__ import annotations

import re
from typing import Any

from deepclust.runs import RunStore
from tests.browser.conftest import Server, choose_few_digits, settle


def test_two_sets_are_seen_trained_and_compared(server: Server, page: Any) -> None:
    choose_few_digits(server, page)
    page.locator(".st-key-choose-LALNet").get_by_role("button").first.click()
    page.get_by_role("heading", name="Transformations bench").wait_for()
    settle(page)
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("1")
    epochs.press("Enter")
    settle(page)
    page.get_by_role("combobox", name="Sets to compare").press("Backspace")
    page.get_by_role("button", name="Start 2 runs").wait_for()
    wide, narrow = (page.get_by_alt_text(f"under each transformation of {n}") for n in ("D4", "half-turn"))
    assert wide.evaluate("img => img.naturalWidth") > 3 * narrow.evaluate("img => img.naturalWidth")

    page.get_by_role("button", name="Start 2 runs").click()
    page.get_by_role("heading", name="Transformations side by side").wait_for()
    page.get_by_role("button", name="Explore", exact=True).nth(1).wait_for()
    first, second = RunStore(server.runs).runs()[::-1]
    assert [r.config.params["transforms"] for r in (first, second)] == ["D4", "half-turn"]
    assert first.id in page.url
    assert page.get_by_text(re.compile(r"ACC 0\.\d")).count() == 0, "labels are hidden"

    page.reload()
    page.get_by_role("heading", name="Transformations side by side").wait_for()
    page.get_by_text("Reveal labels").click()
    page.get_by_text(re.compile(r"ACC 0\.\d")).nth(1).wait_for()
    page.get_by_role("button", name="Details").click()
    page.get_by_role("heading", name="half-turn in detail").wait_for()
    assert second.id in page.url
