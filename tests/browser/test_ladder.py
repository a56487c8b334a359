"""The ladder of ablations in a real browser: what it will take is measured, its runs are started and stand side by side."""

from __future__ import annotations

import re
from typing import Any

from deepclust.runs import RunStore
from tests.browser.conftest import Server, choose_few_digits, settle

TINY = {"Pre-training epochs": "1", "Spectral epochs": "1"}


def test_a_ladder_is_estimated_started_and_compared(server: Server, page: Any) -> None:
    choose_few_digits(server, page)
    page.locator(".st-key-choose-DSCDAN").get_by_role("button").first.click()
    page.get_by_role("heading", name="Ablation ladder").wait_for()
    settle(page)
    for label, value in TINY.items():
        field = page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Enter")
        settle(page)
    page.get_by_text("measured on a few batches").wait_for()
    assert re.search(r"parameters · .*FLOP per batch · \d+ MB", page.locator("body").inner_text())

    page.locator(".st-key-ladder-start").get_by_role("button").click()
    page.get_by_role("heading", name="Ablation ladder side by side").wait_for()
    runs = RunStore(server.runs).runs()[::-1]
    assert [r.config.part for r in runs] == ["ConvAE", "DEC-like", "+MI", "+RS", "+MI+RS", "+MI+RS+SN"]
    page.get_by_role("button", name="Explore", exact=True).first.wait_for()
    page.get_by_role("button", name="Stop all and keep").click()
    page.get_by_text("Raw data", exact=True).wait_for()
    table = page.get_by_test_id("stTable")
    assert table.get_by_role("row").count() == 7  # with its head
    table.get_by_text("Silhouette").wait_for()
    assert table.get_by_text("ACC").count() == 0, "labels are hidden"
    page.get_by_text("Reveal labels").click()
    table.get_by_text("ACC", exact=True).wait_for()
