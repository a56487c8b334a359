"""Every deep method keeps to what a CUDA graph asks of a step, and learns the same where its steps are captured."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.captured import SWITCH
from deepclust.events import Note, Progress
from deepclust.methods import METHODS
from deepclust.methods.base import deep
from deepclust.methods.base.deep import DeepMethod
from tests.capture_contract import StrictRecorder
from tests.tiny import TINY

STEPS = {"steps_per_epoch": 5, "batch_size": 20}
#: Settings in which a method's steps are other ones.
OTHERWISE = [
    ("LALNet", {"transforms": "scale-8"}),
    ("DDLS", {"anchor_fraction": 0.5, "n_neighbors": 5}),
    ("DDLS", {"neighbors_among": "all", "views": True, "lambda_d_end": 0.5, "max_epochs": 4}),
    ("DSCDAN", {"graph": "batch", "one_width": True, "noise": "multiplicative", "self_training_epochs": 2}),
    ("DSCDAN", {"graph": "batch", "noise": "learned", "prior": "clusters", "output": "softmax", "local": 0.5}),
    ("SpectralNet", {"graph": "batch", "affinity": "siamese", "optimiser": "rmsprop"}),
    ("SpectralNet", {"affinity": "views", "through_weights": False}),
    ("IMSAT", {"change": "neighbours"}),
    ("IMSAT", {"change": "adversarial and distorted"}),
    ("UNSEEN", {"threshold": 0.9, "n_clusters": 12}),
]
CAPTURED = [
    "LALNet",
    "AEKMeans",
    "N2D",
    "VaDE",
    "UNSEEN",
    "DEPICT",
    "IMSAT",
    "DEC",
    "IDEC",
    "DECDA",
    "IDECDA",
    "DCN",
    "DDLS",
    "DSCDAN",
    "SpectralNet",
]


@pytest.mark.parametrize(("name", "changes"), [*((name, {}) for name in CAPTURED), *OTHERWISE])
def test_steps_can_be_captured_and_teach_the_same(name, changes, monkeypatch):
    X = np.random.default_rng(0).random((90, 8, 8)).astype(np.float32)
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
    assert recorder.replayed >= recorder.captures > 0
    for ours, theirs in zip((e for e in events if isinstance(e, Progress)), expected, strict=True):
        assert ours.losses == pytest.approx(theirs.losses, rel=1e-3, abs=1e-5)
    np.testing.assert_array_equal(method.labels_, plain.labels_)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU")
@pytest.mark.parametrize("name", CAPTURED)
def test_on_a_gpu_captured_steps_teach_what_plain_ones_do(name, monkeypatch):
    X = np.random.default_rng(0).random((230, 8, 8)).astype(np.float32)
    settings = {"n_clusters": 3, "device": "cuda", **TINY.get(name, {})}
    settings |= {key: value for key, value in STEPS.items() if hasattr(METHODS[name], key)}
    events = list(METHODS[name](**settings).fit_events(X))
    assert not [e.text for e in events if isinstance(e, Note) and "captured" in e.text]
    monkeypatch.setenv(SWITCH, "0")
    plain = [e for e in METHODS[name](**settings).fit_events(X) if isinstance(e, Progress)]
    first = next(e for e in events if isinstance(e, Progress))
    assert first.losses == pytest.approx(plain[0].losses, rel=1e-2, abs=1e-3)


def test_every_deep_method_is_among_them():
    assert set(CAPTURED) == {name for name, cls in METHODS.items() if issubclass(cls, DeepMethod)}
