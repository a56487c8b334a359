"""The job of the maps of a run's snapshots: which ones, and what comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import film_job, frames
from deepclust.events import Snapshot
from deepclust.projections import Cancelled, Projection
from deepclust.runs import Run


@pytest.fixture
def told(tmp_path) -> Run:
    """A run that has told three snapshots of 60 samples."""
    dice = np.random.default_rng(0)
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    for epoch in (1, 2, 3):
        space = dice.normal(size=(60, 5)).astype(np.float32)
        run.record(Snapshot("s", epoch, np.arange(0, 120, 2), space, np.zeros(60, np.int64)))
    return run


@pytest.mark.parametrize(
    ("n", "expected"), [(0, []), (1, [0]), (2, [0, 1]), (6, [0, 1, 2, 3, 5]), (22, [0, 1, 2, 5, 11, 21])]
)
def test_frames_go_from_the_first_to_the_last_and_are_closer_at_the_beginning(n, expected):
    assert frames(n) == expected


def test_a_map_of_every_snapshot_with_the_samples_that_it_shows(told, monkeypatch):
    monkeypatch.setattr("deepclust.engine.maps.run_maps.FRAME_POINTS", 30)
    job = film_job(told)
    assert job.lane == "slow"
    said = []
    run_job(job, lambda fraction, text: said.append(text))
    found = Projection.load(job.out)
    assert found.points.shape == (3, 30, 2)
    np.testing.assert_array_equal(found.ids, np.arange(0, 120, 4))
    assert "map 3 of 3" in said


def test_the_maps_can_be_cancelled_and_missing_snapshots_are_named(told):
    job = film_job(told)
    with pytest.raises(Cancelled):
        run_job(job, lambda fraction, text: text.startswith("map"))
    (told.folder / "snapshots" / "00001.npz").unlink()
    with pytest.raises(ValueError, match=r"00001\.npz is not in"):
        run_job(job, lambda fraction, text: None)
