"""Small finished runs to take along: pictures of a file of this machine, and named vectors of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.train import train
from deepclust.exports.view import View, data_of, view_of
from deepclust.runs import Run, RunStore

# names that a spreadsheet, a file system or a page could take for more than a name
WILD = ["=1+2", "+49 170", "-5", "@me", "a/b/../Käfer.png", "<b>bold</b>", "con", "x" * 200, "tab\tname", "🦓 zebra"]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """Two finished k-means runs, on 90 pictures in a file of this machine and on 60 vectors of one's own with wild names."""
    folder = tmp_path_factory.mktemp("trained")
    store, dice = RunStore(folder / "runs"), np.random.default_rng(0)
    y = np.repeat(np.arange(3), 30)
    x = np.clip(np.eye(36, dtype=np.float32)[y * 9] * 0.8 + dice.random((90, 36), np.float32) * 0.3, 0, 1)
    np.savez(folder / "small.npz", x=x.reshape(90, 6, 6), y=y)
    X = (np.eye(3, 5)[np.repeat([0, 1, 2], 20)] * 6 + dice.normal(size=(60, 5))).astype(np.float32)
    names = [WILD[i].encode() if i < len(WILD) else f"{WILD[i % len(WILD)]} {i}".encode() for i in range(60)]
    wild = Dataset(
        "wild", X, np.repeat([0, 1, 2], 20), ("=left", "right", "<i>top</i>"), ids=np.array(names), title="Wild ones"
    )
    for ref in ({"file": str(folder / "small.npz")}, keep_dataset(wild, store.datasets)):
        data = open_dataset(ref, store.datasets)
        run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": 3, "n_init": 1}))
        assert train(run, store).state == "done"
    return store


def copied(trained: RunStore, store: RunStore, kind: str) -> Run:
    shutil.copytree(trained.datasets, store.datasets, dirs_exist_ok=True)
    run = next(r for r in trained.runs() if r.config.kind == kind)
    return Run(Path(shutil.copytree(run.folder, store.root / run.id)))


@pytest.fixture
def pictures(trained: RunStore, store: RunStore) -> Run:
    """The run on pictures, to be changed at will."""
    return copied(trained, store, "image")


@pytest.fixture
def vectors(trained: RunStore, store: RunStore) -> Run:
    """The run on vectors, to be changed at will."""
    return copied(trained, store, "vector")


@pytest.fixture
def view(store: RunStore) -> Callable[..., View]:
    """The view of a run: ``view(run, k=4, revealed=True)``."""

    def made(run: Run, k: int | None = None, revealed: bool = False, data: bool = True) -> View:
        return view_of(run, data_of(run, store) if data else None, k, revealed=revealed)

    return made
