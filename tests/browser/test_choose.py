"""Choosing k in a real browser: from a finished run over the board that fills in to "use this k" on Explore."""

from __future__ import annotations

import re
from typing import Any

from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.judging.choosing import read_board
from deepclust.engine.training.train import train
from deepclust.runs import RunStore
from tests.browser.conftest import Server, settle


def test_from_a_finished_run_to_another_k(server: Server, page: Any) -> None:
    store = RunStore(server.runs)
    ref = {"name": "blobs", "options": {"n_samples": 400, "n_blobs": 5}}
    config = make_config(ref, open_dataset(ref, store.datasets), "KMeans", values={"n_clusters": 3, "n_init": 2})
    run = store.create(config)
    assert train(run, store).state == "done"

    page.goto(f"{server.url}/choose?run={run.id}")
    page.get_by_text(
        re.compile("groups are well separated|falls apart into")
    ).first.wait_for()  # it has begun by itself
    page.get_by_text("So far:").wait_for()
    page.reload()  # the process works on without the page
    page.get_by_text(re.compile("9 criteria in")).wait_for()
    page.get_by_role("heading", name=re.compile("^5 clusters|the votes is 5")).wait_for()
    assert read_board(run).state == "done"

    page.get_by_role("radio", name="Pictures that change").click()
    page.get_by_text("From k = 4 to 5:").wait_for()
    page.get_by_role("radio", name="Film of k").click()
    page.get_by_text("A column for every k").wait_for()
    settle(page)
    assert page.get_by_text("The labels know").count() == 0, "labels are hidden"
    page.get_by_text("Reveal labels").click()
    page.get_by_text("The labels know 5 classes").wait_for()

    settle(page)
    page.get_by_role("button", name="Use k = 5").click()
    page.wait_for_url(re.compile("/explore"))
    page.get_by_text("k = 5: k-means on the latent space").wait_for()
    assert "k=5" in page.url
