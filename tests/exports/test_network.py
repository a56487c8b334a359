"""The network of a run outside of the program: it places samples as the run does, and says what it wants."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepclust.cli import main
from deepclust.engine.placing.finished import FinishedRun
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore


@pytest.mark.parametrize("method", ["AEKMeans", "DDLS", "DSCDAN", "SpectralNet", "VaDE", "IMSAT", "DEPICT"])
def test_it_places_samples_as_the_run_does(
    ask: Callable[..., Run], store: RunStore, tmp_path: Path, method: str
) -> None:
    import torch

    run = ask(method)
    assert train(run, store).state == "done"
    target = tmp_path / "net.zip"
    assert main(["export", run.id, "--what", "network", "--to", str(target), "--runs", str(store.root)]) == 0
    opened = FinishedRun(run, store)
    with zipfile.ZipFile(target) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = torch.jit.load(io.BytesIO(archive.read("network.pt")))
        readme = archive.read("README.md").decode()
    clusters, codes = network(torch.from_numpy(opened.data.X))
    assert np.mean(clusters.numpy() == opened.result.labels) > 0.9
    np.testing.assert_allclose(codes.detach().numpy(), opened.result.embedding, atol=1e-3)
    assert "float32 of shape (n, 6, 6), brightness from 0 to 1" in readme
    assert " ms for one sample" in readme


@pytest.mark.parametrize("method", ["KMeans", "LALNet", "N2D"])
def test_methods_that_are_no_such_network_say_so(
    ask: Callable[..., Run], store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    run = ask(method)
    assert train(run, store).state == "done"
    target = tmp_path / "net.zip"
    assert main(["export", run.id, "--what", "network", "--to", str(target), "--runs", str(store.root)]) == 2
    assert "cannot be taken along as one network" in capsys.readouterr().err
    assert not target.exists()
