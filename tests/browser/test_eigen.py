"""The Eigenvectors view in a real browser."""

from __future__ import annotations

import re
from typing import Any

from deepclust.data.catalog.table import load_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.train import train
from deepclust.runs import RunStore
from tests.browser.conftest import Server, settle


def test_gaps_are_told_and_a_selection_stands_out_in_both_maps(server: Server, page: Any) -> None:
    store, blobs = RunStore(server.runs), load_dataset("blobs")
    run = store.create(make_config({"name": "blobs"}, blobs, "KMeans", values={"n_init": 2}))
    train(run, store)
    page.goto(f"{server.url}/explore?run={run.id}")
    page.get_by_text("Cluster D", exact=True).wait_for()
    page.get_by_role("radio", name="Eigenvectors").click()
    told = page.get_by_text(re.compile("^A clear gap after the .*: 4 groups are well separated"))
    told.wait_for()
    assert "view=Eigenvectors" in page.url
    page.get_by_alt_text("First eigenvalues as bars").or_(page.locator(".js-plotly-plot")).first.wait_for()

    page.get_by_text("Eigenvector 2 across, eigenvector 3 up").wait_for()
    page.get_by_role("combobox", name="Up").click()
    page.get_by_role("option", name=re.compile(r"^4 ")).click()
    page.get_by_text("Eigenvector 2 across, eigenvector 4 up").wait_for()

    maps = page.locator(".map")
    for i in range(2):
        page.wait_for_function("m => Boolean(m.dataset.drawn)", arg=maps.nth(i).element_handle())
    settle(page)
    right = maps.nth(1)
    right.scroll_into_view_if_needed()
    right.get_by_role("button", name=re.compile("rectangle", re.I)).click()
    box = right.locator(".glass").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 8, steps=5)
    page.mouse.up()
    page.locator("[aria-label='selected samples']").wait_for()
    chosen = [maps.nth(i).evaluate("m => Number(m.dataset.chosen)") for i in range(2)]
    assert 0 < chosen[0] < 1000
    assert chosen[0] == chosen[1]

    page.reload()  # a new visit: the view comes from the address
    told.wait_for()
