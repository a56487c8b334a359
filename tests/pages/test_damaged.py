"""Damaged runs on the pages: named with their reason, deleted on demand, and in nobody's way; and zips from strangers."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from deepclust.events import Snapshot
from deepclust.exports.bundle import write_bundle
from deepclust.exports.unpacking import open_bundle
from deepclust.runs import RunStore
from tests.hostile import hostile, packed


@pytest.mark.parametrize("page", ["data", "train", "explore", "choose"])
def test_a_damaged_run_hides_no_page_and_can_be_deleted(app, finished, store, page):
    bad = store.create(finished.config)
    (bad.folder / "config.json").write_text('{"method": "![x](http://evil.example/a.png)", "created": NaN}')
    visitor = app(page, run=finished.id)
    shown = [block.value for block in visitor.markdown if bad.id.split("-")[0] in block.value]
    assert shown
    assert "config.json is missing or damaged" in shown[0]
    assert "![x](" not in shown[0]
    (button,) = [button for button in visitor.button if button.key == f"delete-{bad.id}"]
    button.click().run()
    assert not visitor.exception
    assert not bad.folder.exists()
    assert not [button for button in visitor.button if button.key == f"delete-{bad.id}"]
    assert [run.id for run in store.runs()] == [finished.id]


SAMPLE = [
    *("snapshots epoch one", "snapshots stage word", "snapshots labels floats", "snapshots extra:x text"),
    *(
        "result.npz space:x wide",
        "result.npz extra:x text",
        "result.npz cluster_centers short",
        "result.npz seconds one",
    ),
    *('run/metrics.json by_k = {"2": {"acc"', "run/metrics.json spaces = 1.5", "run/metrics.json silhouette = NaN"),
    *('run/config.json dataset_title = "![x](http:/', "run/config.json created = true", "edits [[[[[[[[[[[["),
    *("events progress NaN", "projections facts word", "model"),
]


@pytest.mark.slow
def test_what_opens_of_strangers_zips_can_be_looked_at(app, finished, store):
    target = io.BytesIO()
    finished.record(Snapshot("Clusters", 1, np.arange(120), finished.result().embedding, finished.result().labels))
    write_bundle(finished, store, target)
    with zipfile.ZipFile(target) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    zips = dict(hostile(members))
    opened = 0
    for name in SAMPLE:
        try:
            run = open_bundle(packed(zips[name]), RunStore(store.root))
        except ValueError:
            continue
        opened += 1
        for page in ("explore", "train"):
            app(page, run=run.id)  # fails where the page does
        store.delete(run)
    assert opened > 5
