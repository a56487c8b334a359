"""The jobs of the time machine and of two linked maps: which snapshots, which samples, and what comes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepclust.disk import write_json
from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import map_job, reel_job, reel_numbers
from deepclust.engine.training.train import train
from deepclust.events import Snapshot
from deepclust.projections import Projection
from deepclust.runs import Run
from deepclust.spaces import EIGEN, INPUT, LATENT


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
    job = reel_job(run, "tsne")
    assert job.lane == "slow"
    said = []
    run_job(job, lambda fraction, text: said.append(text))
    found = Projection.load(job.out)
    assert found.points.shape == (2, 40, 2)
    np.testing.assert_array_equal(found.ids, np.arange(0, 80, 2))
    assert "map 2 of 2, from the last to the first" in said
    assert len({reel_job(run, method).out for method in ("tsne", "umap")}) == 2


def test_linked_maps_of_input_and_latent_space_show_the_same_sample(ask, store):
    run = ask("KMeans")
    assert train(run, store).state == "done"
    ids = {}
    for space in (INPUT, LATENT):
        job = map_job(run, store, space, "pca", 2, 20, linked=True)
        ids[space] = run_job(job, quiet).ids.tolist()
        assert run.folder in job.out.parents
    assert ids[INPUT] == ids[LATENT]
    alone = map_job(run, store, INPUT, "pca", 2, 20)
    assert run.folder not in alone.out.parents, "a map of the input alone serves all runs on the data"
    assert map_job(run, store, INPUT, "pca", linked=True) == map_job(run, store, INPUT, "pca")


def test_the_map_of_a_learned_eigenspace_is_of_what_was_learned(ask, store):
    run = ask("KMeans")
    assert train(run, store).state == "done"
    graph = map_job(run, store, EIGEN, "pca")
    assert (graph.graph, graph.source.member) == (True, "embedding")
    result = run.result()
    replace(result, spectral_embedding=result.embedding[:, ::-1] * 2).save(run.folder / "result.npz")
    metrics = run.metrics()
    write_json(
        run.folder / "metrics.json", {**metrics, "spaces": ["embedding", "spectral_embedding"]}
    )  # as it once was
    learned, latent = map_job(run, store, EIGEN, "pca"), map_job(run, store, LATENT, "pca")
    assert len({learned.out, latent.out, graph.out}) == 3
    points = run_job(learned, quiet).points
    assert np.ptp(points) == pytest.approx(2 * np.ptp(run_job(latent, quiet).points), rel=1e-3)
