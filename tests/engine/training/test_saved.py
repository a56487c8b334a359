"""Kept models: arrays where a method needs no torch, and models of earlier versions are still read."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from deepclust.data.references import open_dataset
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.train import train

TORCH_FREE = """
import sys
from pathlib import Path
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.worker import work
from deepclust.methods import METHODS
from deepclust.runs import RunStore

store = RunStore(Path(sys.argv[1]))
ref = {"name": "digits"}
data = open_dataset(ref, store.datasets)
for name, method in METHODS.items():
    if "torch" not in method.needs:
        run = store.create(make_config(ref, data, name, preset="quick"))
        assert work(run).state == "done", run.status().message
        assert (load_model(run).predict(data.X) == run.result().labels).all()
        print(name)
assert not [m for m in sys.modules if m.startswith(("torch", "faiss"))]
"""


@pytest.mark.slow
def test_methods_that_need_no_torch_are_trained_and_kept_without_it(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", TORCH_FREE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert {"KMeans", "LocalMAPKMeans"} <= set(said.stdout.split())


def test_a_model_of_an_earlier_version_is_read(ask, store):
    run = ask("KMeans")
    train(run, store)
    path = run.folder / "model.npz"
    with np.load(path) as arrays:
        fitted = {name: torch.from_numpy(array) for name, array in arrays.items()}
    path.unlink()
    fitted["feature_shape"] = tuple(fitted["feature_shape"].tolist())
    torch.save({"fitted": fitted}, run.folder / "model.pt")
    data = open_dataset(run.config.dataset, store.datasets)
    np.testing.assert_array_equal(load_model(run).predict(data.X), run.result().labels)
