"""What every method keeps, run over all of them: a new file in deepclust/methods is tested by this without a change."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.utils.estimator_checks import check_estimator

from deepclust.events import Note, Progress, Snapshot, Stage
from deepclust.methods import METHODS, find_method
from deepclust.params import params_of, values_from_json
from tests.tiny import TINY

DEVICE = os.environ.get("DEEPCLUST_TEST_DEVICE", "cpu")  # `python -m benchmarks.gpu --contract` has another
DEEP = [name for name, method in METHODS.items() if "torch" in method.needs]
ROUNDING = (
    "A network computes in float32, and its kernels add in an order that depends on the processor and on where a sample "
    "stands in its batch: 1e-7 is less than float32 keeps. test_a_sample_is_placed_alike_in_any_company asks for 1e-5."
)
#: scikit-learn's checks that cannot hold for a method, with the reason.
EXPECTED_FAILURES = {
    name: {"check_methods_sample_order_invariance": ROUNDING, "check_methods_subset_invariance": ROUNDING}
    for name in DEEP
}

every_deep_method = pytest.mark.parametrize("name", DEEP, indirect=True)


@pytest.fixture(scope="module", params=METHODS)
def name(request: pytest.FixtureRequest) -> str:
    """Every method. One after the other: all tests of a method run before those of the next, and share one fit."""
    return str(request.param)


@dataclass(frozen=True)
class Whole:
    """An uninterrupted fit of a tiny method on the digits, and what was seen meanwhile.

    events: all that it told. copies: the embedding of each snapshot as it was when it was told. checkpoints: pairs of the
    number of events told by then and a checkpoint's bytes, for each epoch. drew: it drew from a global random state.
    """

    method: Any
    events: list[Any]
    copies: list[np.ndarray]
    checkpoints: list[tuple[int, bytes]]
    drew: bool


@pytest.fixture(scope="module")
def whole(name: str, digits: tuple[np.ndarray, np.ndarray]) -> Whole:
    method, events, copies, checkpoints = tiny(name), [], [], []
    torch.manual_seed(5)
    np.random.seed(5)
    expected = torch.rand(1).item(), np.random.rand()
    torch.manual_seed(5)
    np.random.seed(5)
    for event in method.fit_events(digits[0]):
        events.append(event)
        if isinstance(event, Snapshot):
            copies.append(event.embedding.copy())
        elif isinstance(event, Progress):
            file = io.BytesIO()
            torch.save(method.checkpoint(), file)
            checkpoints.append((len(events), file.getvalue()))
    return Whole(method, events, copies, checkpoints, (torch.rand(1).item(), np.random.rand()) != expected)


def tiny(name: str, **changes):
    return METHODS[name](**{"n_clusters": 4, "device": DEVICE, **TINY.get(name, {}), **changes})


def rounding(values: np.ndarray) -> dict[str, float]:
    """What two ways of computing the same float32 values may differ by: 1e-5 of each, or of the largest."""
    return {"rtol": 1e-5, "atol": 1e-5 * float(np.abs(values).max())}


def settled(method, codes: np.ndarray) -> np.ndarray:
    """Which rows of latent codes (n, d) are far enough from a border that rounding does not change their cluster."""
    dice = np.random.default_rng(0)
    noise = 1e-5 * np.abs(codes).max() * dice.choice([-1, 1], (5, *codes.shape)).astype(np.float32)
    return (method._assign(codes) == [method._assign(codes + shift) for shift in noise]).all(axis=0)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:150] / 16).reshape(-1, 8, 8).astype(np.float32), y[:150]


# -- what a method says about itself --------------------------------------------------------------------------------


def test_facts_for_the_page(name):
    method = METHODS[name]
    assert method.title
    assert method.summary.endswith(".")
    assert method.reference
    assert method.equations
    assert "quick" in method.presets
    for preset in method.presets.values():
        values_from_json(method, preset)


def test_parameters_are_described(name):
    for param in params_of(METHODS[name]).values():
        assert param.label, param.name
        assert param.help.endswith("."), param.name
        assert param.kind in (bool, str) or (param.min is not None and param.max is not None), param.name
    assert {"n_clusters", "random_state", "device"} <= set(params_of(METHODS[name]))


def test_few_parameters_are_in_sight(name):
    in_sight = [p for p in params_of(METHODS[name]).values() if not p.advanced and p.group != "Run"]
    assert 2 <= len(in_sight) <= 5


def test_parameters_survive_json_and_clone(name):
    method = tiny(name, n_clusters=3)
    values = json.loads(json.dumps(method.get_params()))
    assert METHODS[name](**values_from_json(METHODS[name], values)).get_params() == method.get_params()
    assert clone(method).get_params() == method.get_params()


def test_cost_is_known_before_anything_runs(name):
    method = METHODS[name]()
    one, two = method.cost(1_000, (28, 28)), method.cost(2_000, (28, 28))
    assert 0 < one.flops < two.flops
    assert 1_000 * 784 * 4 <= one.memory < two.memory
    assert method.cost(100, (5,)).flops > 0
    assert method.cost(100, (9, 6, 3)).flops > 0


def test_unknown_methods_are_named_with_what_there_is():
    with pytest.raises(ValueError, match=r"no method 'Kmeens'.*KMeans"):
        find_method("Kmeens")


def test_methods_load_without_heavy_packages():
    code = "import sys, deepclust.methods; print(sorted({'torch', 'umap', 'sklearn.cluster'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


# -- scikit-learn ---------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_estimator_checks(name):
    quick = {k: v for k, v in TINY.get(name, {}).items() if k != "n_clusters"}
    checks = check_estimator(
        METHODS[name](device=DEVICE, **quick), on_fail=None, expected_failed_checks=EXPECTED_FAILURES.get(name, {})
    )
    failed = {c["check_name"]: c["exception"] for c in checks if c["status"] == "failed"}
    assert not failed
    assert len([c for c in checks if c["status"] == "passed"]) >= 45


@pytest.mark.parametrize("company", ["in another order", "half of them", "alone"])
def test_a_sample_is_placed_alike_in_any_company(whole, digits, company):
    """What scikit-learn asks in two checks that a network cannot pass, with a tolerance that float32 can keep."""
    method = whole.method
    new = digits[0][:60] + np.random.default_rng(1).normal(0, 0.1, (60, 8, 8)).astype(np.float32)
    together, labels = method.transform(new), method.predict(new)
    order = {"in another order": np.random.default_rng(0).permutation(60), "half of them": np.arange(0, 60, 2)}
    if company in order:
        rows = order[company]
        codes, clusters = method.transform(new[rows]), method.predict(new[rows])
    else:
        rows = np.arange(0, 60, 5)
        codes = np.concatenate([method.transform(one[None]) for one in new[rows]])
        clusters = np.concatenate([method.predict(one[None]) for one in new[rows]])
    np.testing.assert_allclose(codes, together[rows], **rounding(together))
    firm = settled(method, together)
    assert firm.mean() > 0.9
    firm = firm[rows]
    np.testing.assert_array_equal(clusters[firm], labels[rows][firm])


def test_defaults_find_blobs(name):
    from sklearn.metrics import adjusted_rand_score

    X, y = make_blobs(50, centers=3, random_state=1)
    assert adjusted_rand_score(y, METHODS[name](n_clusters=3, device=DEVICE).fit_predict(X)) > 0.8


# -- labels, seeds, random state ------------------------------------------------------------------------------------


def test_same_seed_same_clusters_whatever_the_labels(name, whole, digits):
    X, y = digits
    first = whole.method
    shuffled = np.random.default_rng(0).permutation(y)
    second = tiny(name).fit(X, shuffled)
    np.testing.assert_array_equal(first.labels_, second.labels_)
    np.testing.assert_array_equal(first.embedding_, second.embedding_)
    again = second.fit(X, y)  # a second fit of the same object starts anew
    np.testing.assert_array_equal(again.labels_, first.labels_)


def test_global_random_state_is_left_alone(whole):
    assert not whole.drew


# -- events ---------------------------------------------------------------------------------------------------------


def test_events_are_well_formed(whole):
    method = whole.method
    plan = dict(method.plan())
    stage, epoch, sample, shown = None, 0, None, None
    for event in whole.events:
        if isinstance(event, Stage):
            assert plan[event.name] == event.n_epochs
            assert event.terms
            assert stage is None or epoch == stage.n_epochs, "a stage began before the last one had ended"
            stage, epoch = event, 0
        elif isinstance(event, Snapshot):
            assert (event.stage, event.epoch) == (stage.name, epoch + 1), "a snapshot comes before its progress"
            assert sample is None or np.array_equal(sample, event.sample)
            sample, shown = event.sample, event
            assert event.embedding.shape[0] == event.labels.shape[0] == len(sample)
            assert event.embedding.dtype == np.float32
            assert event.labels.dtype == np.int64
            assert event.labels.max() < method.n_clusters
            assert np.isfinite(event.embedding).all()
        elif isinstance(event, Progress):
            epoch += 1
            assert (event.stage, event.epoch) == (stage.name, epoch)
            assert set(event.losses) == set(stage.terms)
            assert all(np.isfinite(v) for v in event.losses.values())
            assert event.seconds >= 0
        else:
            assert isinstance(event, Note)
            assert event.text
    assert epoch == stage.n_epochs
    assert shown is not None
    assert list(plan)[-1] == stage.name


def test_snapshots_are_copies(whole):
    snapshots = [e for e in whole.events if isinstance(e, Snapshot)]
    for event, copy in zip(snapshots, whole.copies, strict=True):
        np.testing.assert_array_equal(event.embedding, copy)


def test_stopping_at_any_event_keeps_what_was_learned(name, whole, digits):
    X, _ = digits
    n_events = len(whole.events)
    for stop in sorted({0, 1, 2, n_events // 2, n_events - 1}):
        method = tiny(name)
        events = method.fit_events(X)
        for _ in range(stop + 1):
            next(events)
        events.close()
        assert method.labels_.shape == (len(X),)
        assert np.isfinite(method.embedding_).all()
        np.testing.assert_array_equal(method.predict(X), method.labels_)
        assert method.result().seconds > 0


# -- shapes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6,), (1,), (8, 8), (7, 5), (1, 9), (6, 4, 3), (5, 5, 1)])
def test_samples_of_any_shape(name, shape):
    X = np.random.default_rng(0).random((40, *shape)).astype(np.float32)
    method = tiny(name).fit(X)
    k, d = method.cluster_centers_.shape
    assert k == 4
    assert method.labels_.dtype == np.int64
    assert set(method.labels_.tolist()) <= set(range(4))
    assert method.embedding_.shape == (40, d)
    assert method.embedding_.dtype == np.float32
    assert method.n_features_in_ == np.prod(shape)
    np.testing.assert_array_equal(method.predict(X), method.labels_)
    new = np.random.default_rng(1).random((3, *shape))
    if settled(method, method.transform(new))[0]:
        assert method.predict(new)[0] == method.predict(new[:1])[0]
    np.testing.assert_allclose(method.transform(new)[:1], method.transform(new[:1]), atol=1e-4)


def test_as_many_clusters_as_samples_and_just_one(name):
    X = np.random.default_rng(0).random((5, 4, 4)).astype(np.float32)
    assert tiny(name, n_clusters=5).fit(X).labels_.shape == (5,)
    assert set(tiny(name, n_clusters=1).fit(X).labels_) == {0}


# -- keeping and going on -------------------------------------------------------------------------------------------


def test_pickle_places_new_samples_alike(whole, digits):
    copy = pickle.loads(pickle.dumps(whole.method))
    np.testing.assert_array_equal(copy.predict(digits[0]), whole.method.labels_)


def test_a_saved_model_places_new_samples_alike(name, whole, digits):
    X, _ = digits
    method = whole.method
    file = io.BytesIO()
    if name in DEEP:
        torch.save(method.fitted_state(), file)
        state = torch.load(io.BytesIO(file.getvalue()), weights_only=True)
    else:
        np.savez(file, **method.fitted_state())
        state = dict(np.load(io.BytesIO(file.getvalue()), allow_pickle=False))
    copy = tiny(name)
    torch.manual_seed(5)
    expected = torch.rand(1).item()
    torch.manual_seed(5)
    copy.load_fitted(state)
    assert torch.rand(1).item() == expected, "loading drew from the global random state"
    np.testing.assert_array_equal(copy.predict(X[:20]), method.predict(X[:20]))
    np.testing.assert_array_equal(copy.transform(X[:20]), method.transform(X[:20]))


def test_resuming_at_any_epoch_ends_like_an_uninterrupted_fit(name, whole, digits):
    X, _ = digits
    told, saved = whole.events, whole.checkpoints
    borders = [i for i in range(1, len(saved)) if told[saved[i][0] - 1].stage != told[saved[i - 1][0] - 1].stage]
    for i in sorted({0, len(saved) // 2, *(b - 1 for b in borders), *borders, len(saved) - 1}):
        n_told, state = saved[i]
        resumed = tiny(name)
        checkpoint = torch.load(io.BytesIO(state), weights_only=True)
        events = list(resumed.fit_events(X, checkpoint=checkpoint))
        np.testing.assert_array_equal(resumed.labels_, whole.method.labels_)
        np.testing.assert_array_equal(resumed.embedding_, whole.method.embedding_)
        assert resumed.n_iter_ == whole.method.n_iter_
        rest = told[n_told:] if checkpoint is not None else told
        assert [_outline(e) for e in events] == [_outline(e) for e in rest]


def _outline(event) -> tuple:
    """What is the same in two fits of an event: everything but the time it took."""
    losses = tuple(event.losses.items()) if isinstance(event, Progress) else ()
    return type(event), getattr(event, "stage", ""), getattr(event, "epoch", 0), losses


@every_deep_method
def test_a_checkpoint_of_other_stages_is_refused(name, digits):
    method = tiny(name)
    events = method.fit_events(digits[0])
    while not isinstance(next(events), Progress):
        pass
    checkpoint = {**method.checkpoint(), "stage": "Alchemy"}
    events.close()
    with pytest.raises(ValueError, match=r"'Alchemy'.*parameters that wrote it"):
        list(tiny(name).fit_events(digits[0], checkpoint=checkpoint))


@every_deep_method
def test_told_to_stop_between_batches(name, digits):
    X, _ = digits
    method = tiny(name, batch_size=40)
    answers = iter([True] * 4)
    method.between_batches = lambda: next(answers, False)
    events = list(method.fit_events(X))
    assert len([e for e in events if isinstance(e, Progress)]) <= 1, "an epoch that was left half-way was told"
    assert len([e for e in events if isinstance(e, Stage)]) == 1, "a stage began after the end"
    assert method.labels_.shape == (len(X),)


# -- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (np.random.default_rng(0).random((3, 8, 8)), "n_samples=3.*n_clusters=4.*at most 3"),
        (np.full((20, 8, 8), np.nan), "NaN"),
        (np.full((20, 5), np.inf), "infinity"),
        (np.ones((20, 5)), "20 samples are the same.*Give data that vary"),
        (np.repeat(np.arange(6.0).reshape(3, 2), 5, axis=0), "Only 3 of the 15 samples.*at most 3 clusters"),
        (np.zeros((20, 2, 2, 2, 2)), r"shape \(20, 2, 2, 2, 2\).*height, width"),
        (np.zeros((20, 0, 5)), r"shape \(20, 0, 5\).*at least one"),
        (np.eye(20) * 1e35, r"X holds numbers up to 1e\+35.*standardise"),
        (np.array([["a", "b"]] * 20), "could not convert string"),
    ],
)
def test_data_that_cannot_be_used(name, X, words):
    with pytest.raises(ValueError, match=f"(?s){words}"):
        tiny(name).fit(X)


def test_new_samples_of_another_shape_are_refused(whole):
    with pytest.raises(ValueError, match=r"\(7, 7\).*fitted on samples of shape \(8, 8\)"):
        whole.method.predict(np.zeros((2, 7, 7)))


def test_every_bound_is_checked_before_training(name, digits):
    for param in params_of(METHODS[name]).values():
        wrong: list = ["wrong"] if param.kind is not str else [3]
        wrong += [param.min - 1] if param.min is not None else []
        wrong += [param.max + 1] if param.max is not None else []
        for value in wrong:
            with pytest.raises(ValueError, match=f"{param.name}={value!r} is not allowed.*must be .*default is"):
                tiny(name).set_params(**{param.name: value}).fit(digits[0])


@every_deep_method
def test_a_device_that_is_not_there(name, digits):
    with pytest.raises(ValueError, match=r"'abacus' is not known.*cpu"):
        tiny(name, device="abacus").fit(digits[0])
