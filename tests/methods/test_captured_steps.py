"""Every deep method keeps to what a CUDA graph asks of a step, and learns the same where its steps are captured."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.events import Note, Progress
from deepclust.methods import METHODS
from deepclust.methods.base import deep
from deepclust.methods.base.deep import DeepMethod
from tests.capture_contract import StrictRecorder
from tests.tiny import TINY

STEPS = {"steps_per_epoch": 6, "batch_size": 20}
#: Settings in which a method's steps are other ones.
OTHERWISE = [("LALNet", {"transforms": "scale-8"})]
CAPTURED = ["LALNet"]


@pytest.mark.parametrize(("name", "changes"), [*((name, {}) for name in CAPTURED), *OTHERWISE])
def test_steps_can_be_captured_and_teach_the_same(name, changes, monkeypatch):
    X = np.random.default_rng(0).random((130, 8, 8)).astype(np.float32)
    settings = {"n_clusters": 3, "device": "cpu", **TINY.get(name, {}), **changes}
    settings |= {key: value for key, value in STEPS.items() if hasattr(METHODS[name], key)}
    recorder, plain = StrictRecorder(), METHODS[name](**settings)
    adam = DeepMethod._adam  # in the form that it has on a CUDA GPU
    monkeypatch.setattr(DeepMethod, "_adam", lambda self, weights, rate, fused=True: adam(self, weights, rate, True))
    expected = [e for e in plain.fit_events(X) if isinstance(e, Progress)]
    monkeypatch.setattr(deep, "recorder_for", lambda device: recorder)
    method = METHODS[name](**settings)
    events = list(method.fit_events(X))
    assert not [e.text for e in events if isinstance(e, Note) and "captured" in e.text]
    assert recorder.replayed > recorder.warm
    for ours, theirs in zip((e for e in events if isinstance(e, Progress)), expected, strict=True):
        assert ours.losses == pytest.approx(theirs.losses, rel=1e-3, abs=1e-5)
    np.testing.assert_array_equal(method.labels_, plain.labels_)
