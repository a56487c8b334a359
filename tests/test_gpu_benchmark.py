"""The benchmark for a card, cut down, on a CPU: its lines say what they should, and steps are timed in every stage."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from benchmarks import gpu
from tests.tiny import TINY

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return X[:300].reshape(-1, 8, 8).astype(np.float32), y[:300]


def test_every_stage_of_a_method_gets_a_line(digits, monkeypatch):
    monkeypatch.setattr(gpu, "LEAD", 1)
    monkeypatch.setattr(gpu.METHODS["DDLS"], "presets", {"paper": {**TINY["DDLS"], "batch_size": 100}})
    lines = list(gpu.step_lines("DDLS", digits[0], CPU, {"float32": 1e9}, steps=2))
    assert [line.split()[0] for line in lines] == ["DDLS"] * 3
    assert [line[12:36].strip() for line in lines] == ["Pre-training", "Stage I", "Stage II"]
    gflop, limit, ms = (float(cell) for cell in lines[0][36:].split()[:3])
    assert gflop > 0
    assert limit == pytest.approx(1e3 * gflop, rel=0.5)
    assert ms > 0


def test_lalnet_is_followed_to_its_end_and_a_preset_too(digits, monkeypatch):
    X, y = digits
    *curve, last = gpu.to_the_goal(X, y, CPU, 60.0, **TINY["LALNet"])
    assert "epoch    1" in curve[0]
    assert "3 epochs" in last
    assert "ACC 0." in last
    monkeypatch.setattr(gpu.METHODS["AEKMeans"], "presets", {"paper": TINY["AEKMeans"]})
    (line,) = gpu.accuracy("AEKMeans", "paper", X, y, CPU)
    assert line.startswith("AEKMeans paper: ACC 0.")
    assert gpu.rate(CPU, "float32", 64) > 0


def test_where_no_time_is_left_it_says_so(digits, monkeypatch):
    monkeypatch.setattr(gpu, "to_the_goal", lambda *_: iter(["LALNet"]))
    lines = list(gpu.default_mode(["DEC"], digits[0], np.zeros(len(digits[0])), CPU, 0.0, 1.0))
    assert lines[-2:] == ["DEC         not measured: no time left", "LALNet"]
