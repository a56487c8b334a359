"""Several finished runs of the same samples."""

from __future__ import annotations

import shutil

import pytest

from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.train import train
from deepclust.runs import Run


@pytest.fixture
def three(finished, store):
    """Three finished runs, which differ in their seeds."""
    runs = [finished]
    for seed in (1, 2):
        copy = Run(shutil.copytree(finished.folder, finished.folder.with_name(f"{finished.id}-{seed}")))
        text = (copy.folder / "config.json").read_text()
        (copy.folder / "config.json").write_text(text.replace('"seed": 0', f'"seed": {seed}'))
        runs.append(copy)
    return runs


@pytest.fixture
def split(finished, store):
    """A run of the same samples in four clusters, one more than those of `finished`."""
    ref = finished.config.dataset
    run = store.create(make_config(ref, open_dataset(ref, store.datasets), "KMeans", values={"n_clusters": 4}))
    assert train(run, store).state == "done"
    return run
