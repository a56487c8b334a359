"""Made-up texts have the sparsity of Reuters and are held once; parts are measured in processes with limits, and kept."""

from __future__ import annotations

import numpy as np

from benchmarks import large as script
from deepclust.engine.measured.large import Measured, in_words, lines_of, read_measured


def test_texts_are_sparse_of_unit_length_and_fall_into_groups():
    X, y = script.made_up(3_000)
    assert X.dtype == np.float32
    words = np.count_nonzero(X, axis=1)
    assert 30 < words.mean() < 45, "37 in Reuters-21578"
    assert 22 < np.median(words) < 34, "27 there"
    np.testing.assert_allclose(np.linalg.norm(X, axis=1), 1, rtol=1e-5)
    assert len(np.unique(y)) == script.N_GROUPS
    near = np.stack([X[y == k].mean(axis=0) for k in range(script.N_GROUPS)])
    assert np.mean((X @ near.T).argmax(axis=1) == y) > 0.7


def test_every_part_runs_and_the_graph_is_that_of_spectralnet(tmp_path, monkeypatch):
    short = {**script.SPECTRALNET, "pretrain_epochs": 1, "siamese_epochs": 1, "max_epochs": 1, "steps_per_epoch": 2}
    monkeypatch.setattr(script, "SPECTRALNET", short)
    space = tmp_path / "space.npy"
    found = {what: script.one(what, 400, space) for what in script.PARTS}
    assert np.load(space).shape == (400, 10)
    assert all(part["gigabytes"] > 0 and part["cpu"] >= 0 for part in found.values())
    assert {"acc"} <= found["spectralnet"].keys() & found["landmarks"].keys()
    assert {"graph"} <= found["arpack"].keys() & found["exact"].keys()


def test_what_goes_over_a_limit_is_said(tmp_path, monkeypatch):
    class Over:
        returncode, stdout = -24, ""

    monkeypatch.setattr(script.subprocess, "run", lambda *a, **k: Over)
    measured = script.measure("arpack", 10, tmp_path, 16, 5)
    assert measured.problem == "more than 5 CPU minutes"
    Over.returncode = 1
    assert script.measure("arpack", 10, tmp_path, 16, 5).problem == "more than 16 GB"
    assert "more than 5 CPU minutes" in script.row(measured)


def test_a_measurement_takes_the_place_of_the_same_alone(tmp_path):
    path = tmp_path / "large.jsonl"
    script.keep(Measured("exact", 10, 1.0, 2.0, 0.5), path)
    script.keep(Measured("spectralnet", 10, 3.0, gigabytes=0.6, acc=0.5), path)
    script.keep(Measured("exact", 10, 4.0, 2.0, 0.5), path)
    assert [(m.what, m.cpu) for m in read_measured(path)] == [("spectralnet", 3.0), ("exact", 4.0)]


def test_the_record_is_of_parts_that_there_are():
    for measured in read_measured():
        assert measured.what in script.PARTS
        assert (measured.cpu is None) == bool(measured.problem)


def test_the_page_has_a_line_for_what_ended_and_words_for_what_did_not():
    measured = [
        Measured("spectralnet", 10, 3.0, gigabytes=0.6, acc=0.5),
        Measured("spectralnet", 685_071, 900.0, gigabytes=6.5, acc=0.5),
        Measured("arpack", 10, 1.0, 2.0, 0.5),
        Measured("arpack", 100, problem="more than 16 GB"),
    ]
    assert lines_of(measured) == {
        "SpectralNet": ([10, 685_071], [3.0, 900.0]),
        "ARPACK as scikit-learn calls it": ([10], [3.0]),
    }
    assert in_words(measured) == (
        "SpectralNet: 900 CPU seconds and 6.5 GB at 685,071; ARPACK as scikit-learn calls it: 3 CPU seconds and 0.5 GB at 10, "
        "and at 100 more than 16 GB."
    )
    assert in_words([]) == ""
