"""Look closely and take it with you: a point, the honest colour, table, report and run as files, and the run opened again."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from deepclust.projections import BEST_FIRST, PROJECTIONS
from deepclust.runs import Run, RunStore
from tests.browser.conftest import Server, settle


def saved(page: Any, button: str, folder: Path) -> Path:
    """Click a download and keep the file."""
    with page.expect_download() as started:
        page.get_by_role("button", name=button).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_a_point_and_everything_to_take_along(
    quiet: Server, clustered: Run, page: Any, chromium: Any, tmp_path: Path
) -> None:
    server, run, store = quiet, clustered, RunStore(quiet.runs)
    before = store.runs()
    page.goto(f"{server.url}/explore?run={run.id}")
    settle(page)
    expect(page.locator(".label:visible")).to_have_count(10)
    settle(page)
    box = page.locator(".label").get_by_text("A", exact=True).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 14)
    picture = page.locator("img[alt^='Picture of sample']")
    expect(picture).to_be_visible()
    expect(page.get_by_text("Nearest in the latent space")).to_be_visible()
    expect(page.get_by_text("Its way through training")).to_be_visible()
    expect(page.locator("img[alt^='Sample ']")).to_have_count(24)
    settle(page)

    page.get_by_role("button", name="Colour").click()
    page.get_by_role("radio", name="Neighbours kept").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text(PROJECTIONS[BEST_FIRST[0]].note)).to_be_visible()
    expect(page.locator(".legend").get_by_text("Neighbours kept")).to_be_visible()
    settle(page)

    page.get_by_role("button", name="Take it with you").click()
    table = saved(page, "Table (CSV)", tmp_path)
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(r["cluster"]) for r in rows] == run.result().labels.tolist()
    assert "class" not in rows[0]
    assert saved(page, "Map (SVG)", tmp_path).read_text(encoding="utf-8").startswith("<svg")
    report = saved(page, "Report (HTML)", tmp_path)
    zipped = saved(page, "Run (zip", tmp_path)
    expect(page.get_by_text(f"/explore?run={run.id}")).to_be_visible()

    context = chromium.new_context(offline=True)
    alone, asked = context.new_page(), []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(report.as_uri())
    expect(alone.get_by_text("Cluster J", exact=True)).to_be_visible()
    assert all(alone.evaluate("[...document.images].map(i => i.complete && i.naturalWidth > 0)"))
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert report.stat().st_size < 5e6
    context.close()

    page.keyboard.press("Escape")
    page.get_by_role("button", name="folder_open").click()
    page.locator("[data-testid='stPopoverBody'] input[type='file']").set_input_files(zipped)
    page.wait_for_url(re.compile(rf"/explore\?run={run.id}-[0-9a-f]{{4}}"))
    expect(page.locator(".legend").get_by_text("Neighbours kept")).to_be_visible()
    expect(page.get_by_text("k = 10: the clusters that KMeans found")).to_be_visible()
    assert len(store.runs()) == len(before) + 1
