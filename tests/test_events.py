"""Events: the fixed sample, and their JSON form."""

from __future__ import annotations

import json

import numpy as np

from deepclust.events import SNAPSHOT_SAMPLE, Note, Progress, Stage, snapshot_sample, to_record


def test_a_small_data_set_is_shown_whole():
    np.testing.assert_array_equal(snapshot_sample(7), np.arange(7))
    assert len(snapshot_sample(SNAPSHOT_SAMPLE)) == SNAPSHOT_SAMPLE


def test_a_large_one_by_the_same_different_rows_every_time():
    sample = snapshot_sample(10_000)
    assert len(set(sample.tolist())) == SNAPSHOT_SAMPLE
    assert (np.diff(sample) > 0).all()
    assert sample.max() < 10_000
    np.testing.assert_array_equal(sample, snapshot_sample(10_000))


def test_records_are_json_with_their_kind():
    events = [
        Stage("Pre-training", 3, {"reconstruction": "error"}),
        Progress("Pre-training", 1, {"reconstruction": 0.5}, 1.25),
        Note("warning", "Careful."),
    ]
    assert [json.loads(json.dumps(to_record(e))) for e in events] == [
        {"kind": "stage", "name": "Pre-training", "n_epochs": 3, "terms": {"reconstruction": "error"}},
        {"kind": "progress", "stage": "Pre-training", "epoch": 1, "losses": {"reconstruction": 0.5}, "seconds": 1.25},
        {"kind": "note", "level": "warning", "text": "Careful."},
    ]
