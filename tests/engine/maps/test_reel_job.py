"""The jobs of the time machine and of two linked maps: which snapshots, which samples, and what comes of them."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.engine.maps.jobs import read_job, run_job
from deepclust.engine.maps.run_maps import map_job, reel_job, reel_numbers
from deepclust.engine.training.train import train
from deepclust.events import Snapshot
from deepclust.projections import Projection
from deepclust.runs import Run


def quiet(fraction: float, text: str) -> bool:
    return False


@pytest.mark.parametrize(("n", "expected"), [(0, []), (1, [0]), (3, [0, 1, 2]), (16, list(range(16)))])
def test_few_snapshots_are_all_shown(n, expected):
    assert reel_numbers(n) == expected


def test_many_snapshots_are_thinned_evenly():
    numbers = reel_numbers(61)
    assert numbers == list(range(0, 61, 4))


def test_the_maps_of_the_time_machine_are_of_all_samples_of_a_snapshot(tmp_path):
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    dice = np.random.default_rng(0)
    for epoch in (1, 2):
        space = dice.normal(size=(40, 5)).astype(np.float32)
        run.record(Snapshot("s", epoch, np.arange(0, 80, 2), space, np.zeros(40, np.int64)))
    job = read_job(reel_job(run, "tsne"))
    assert job.lane == "slow"
    said = []
    run_job(job, lambda fraction, text: said.append(text))
    found = Projection.load(job.out)
    assert found.points.shape == (2, 40, 2)
    np.testing.assert_array_equal(found.ids, np.arange(0, 80, 2))
    assert "map 2 of 2, from the last to the first" in said
    assert len({read_job(reel_job(run, method)).out for method in ("tsne", "umap")}) == 2


def test_linked_maps_of_input_and_latent_space_show_the_same_sample(ask, store):
    run = ask("KMeans")
    assert train(run, store).state == "done"
    ids = {}
    for space in ("input", "latent"):
        job = read_job(map_job(run, store, space, "pca", 2, 20, linked=True))
        ids[space] = run_job(job, quiet).ids.tolist()
        assert str(run.folder) in job.out
    assert ids["input"] == ids["latent"]
    alone = read_job(map_job(run, store, "input", "pca", 2, 20))
    assert str(run.folder) not in alone.out, "a map of the input alone serves all runs on the data"
    assert map_job(run, store, "input", "pca", linked=True) == map_job(run, store, "input", "pca")
