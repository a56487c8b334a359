"""DDLS: its stages, what each of them changes, and what it finds."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Note, Progress, Snapshot, Stage
from deepclust.methods.ddls.ddls import DDLS

SMALL = {"n_clusters": 4, "n_channels": 16, "n_components": 16, "device": "cpu"}


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:300] / 16).reshape(-1, 8, 8).astype(np.float32), y[:300]


@pytest.fixture(scope="module")
def fitted(digits):
    method = DDLS(**SMALL, pretrain_epochs=12, max_epochs=6, tol=0.0)
    return method, list(method.fit_events(digits[0]))


def losses_of(events: list, stage: str, term: str) -> list[float]:
    return [e.losses[term] for e in events if isinstance(e, Progress) and e.stage == stage]


def test_the_stages_and_their_terms(fitted):
    stages = [e for e in fitted[1] if isinstance(e, Stage)]
    assert [(s.name, s.n_epochs, set(s.terms)) for s in stages] == [
        ("Pre-training", 12, {"discriminative", "reconstruction"}),
        ("Stage I", 3, {"clustering", "discriminative", "reconstruction"}),
        ("Stage II", 3, {"clustering", "within", "between", "reconstruction"}),
    ]


def test_the_losses_go_where_they_should(fitted):
    _, events = fitted
    assert losses_of(events, "Pre-training", "discriminative")[-1] < -0.5
    pulled_apart = losses_of(events, "Pre-training", "discriminative")
    assert pulled_apart[-1] < pulled_apart[0]
    agreement = losses_of(events, "Stage I", "clustering") + losses_of(events, "Stage II", "clustering")
    assert agreement[-1] > agreement[0]
    assert 0 < losses_of(events, "Stage II", "within")[-1] <= 4
    assert 0 <= losses_of(events, "Stage II", "between")[-1] <= 1


def test_it_finds_digits_without_labels(fitted, digits):
    assert adjusted_rand_score(digits[1], fitted[0].labels_) > 0.75


def test_latent_space_and_centres_are_directions(fitted):
    method, _ = fitted
    np.testing.assert_allclose(np.linalg.norm(method.embedding_, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(method.cluster_centers_, axis=1), 1, rtol=1e-5)
    cosine = method.embedding_ @ method.cluster_centers_.T
    np.testing.assert_array_equal(method.labels_, cosine.argmax(axis=1))


def test_an_odd_number_of_epochs_gives_stage_one_the_extra_one():
    assert DDLS(pretrain_epochs=4, max_epochs=5).plan() == (("Pre-training", 4), ("Stage I", 3), ("Stage II", 2))


@pytest.mark.parametrize(("pretrain_epochs", "max_epochs"), [(0, 2), (2, 0), (0, 0), (1, 1)])
def test_any_stage_can_be_left_out(digits, pretrain_epochs, max_epochs):
    method = DDLS(**SMALL, pretrain_epochs=pretrain_epochs, max_epochs=max_epochs, tol=0.0)
    events = list(method.fit_events(digits[0]))
    assert sum(isinstance(e, Progress) for e in events) == method.n_iter_ == pretrain_epochs + max_epochs
    assert set(method.labels_.tolist()) <= set(range(4))


def test_a_stage_that_no_longer_changes_ends_early_and_says_so(digits):
    method = DDLS(**SMALL, pretrain_epochs=1, max_epochs=20, tol=1.0)
    events = list(method.fit_events(digits[0]))
    assert [e.text for e in events if isinstance(e, Note)] == [
        "Stage I has converged after 1 epochs.",
        "Stage II has converged after 1 epochs.",
    ]
    assert method.n_iter_ == 3


def test_resuming_before_an_early_end_ends_early_too(digits):
    whole = DDLS(**SMALL, pretrain_epochs=1, max_epochs=20, tol=1.0)
    for event in whole.fit_events(digits[0]):
        if isinstance(event, Progress) and event.stage == "Stage I":
            checkpoint = copy.deepcopy(whole.checkpoint())
    resumed = DDLS(**SMALL, pretrain_epochs=1, max_epochs=20, tol=1.0)
    list(resumed.fit_events(digits[0], checkpoint=checkpoint))
    np.testing.assert_array_equal(resumed.embedding_, whole.embedding_)
    assert resumed.n_iter_ == whole.n_iter_


def test_stopped_in_pre_training_there_are_labels(digits):
    method = DDLS(**SMALL, pretrain_epochs=50)
    events = method.fit_events(digits[0])
    while not (isinstance(event := next(events), Progress) and event.epoch == 6):
        pass
    events.close()
    assert adjusted_rand_score(digits[1], method.labels_) > 0.3
    assert method.n_iter_ == 6


def test_snapshots_show_the_directions_and_the_clusters_so_far(fitted):
    shots = [e for e in fitted[1] if isinstance(e, Snapshot)]
    assert {s.stage for s in shots} == {"Pre-training", "Stage I", "Stage II"}
    for shot in shots:
        np.testing.assert_allclose(np.linalg.norm(shot.embedding, axis=1), 1, rtol=1e-5)


def test_the_epochs_of_both_clustering_stages_can_be_chosen_apart():
    assert DDLS(max_epochs=10, stage_2_epochs=3).plan()[1:] == (("Stage I", 7), ("Stage II", 3))
    assert DDLS(max_epochs=10, stage_2_epochs=30).plan()[1:] == (("Stage I", 0), ("Stage II", 10))
    assert [DDLS(**{"max_epochs": 8} | rung).plan()[1:] for rung in DDLS.ladder.values()] == [
        (("Stage I", 0), ("Stage II", 0)),
        (("Stage I", 8), ("Stage II", 0)),
        (("Stage I", 4), ("Stage II", 4)),
    ]


def test_the_weight_of_telling_apart_falls_to_its_end_in_stage_one(digits, monkeypatch):
    """As in the paper's runs on COIL; seen from the loss that is descended, with all terms but one left out."""
    from deepclust.methods.ddls import ddls

    monkeypatch.setattr("deepclust.losses.cosine_clustering.cosine_agreement", lambda z, *_: 0 * z.sum())
    monkeypatch.setattr("deepclust.losses.discriminative.discriminative_loss", lambda z, *_: 0 * z.sum() + 1)
    weights = []
    monkeypatch.setattr(ddls, "descend", lambda optimiser, loss: weights.append(round(loss.item(), 4)))
    method = DDLS(**SMALL, pretrain_epochs=0, max_epochs=4, stage_2_epochs=0, tol=0.0, lambda_r=0.0)
    method.set_params(lambda_d=4.0, lambda_d_end=1.0).fit(digits[0])
    assert list(dict.fromkeys(weights)) == [4.0, 3.0, 2.0, 1.0]
    weights.clear()
    method.set_params(lambda_d_end=None).fit(digits[0])
    assert set(weights) == {4.0}


def test_the_presets_of_the_paper():
    paper, coil_20, coil_100 = (DDLS(**DDLS.presets[name]) for name in ("paper", "coil-20", "coil-100"))
    assert (coil_20.n_components, coil_20._batch_size(1_440)) == (150, 500)
    assert (coil_100.n_components, coil_100._batch_size(7_200)) == (500, 1000)
    for coil in (coil_20, coil_100):
        assert (coil.lambda_d, coil.lambda_d_end) == (4.0, 1.0)
    assert paper.anchor_fraction < 1  # "the largest similarities"


def test_an_epoch_may_go_through_few_data_several_times(digits, monkeypatch):
    from deepclust.methods.ddls import ddls

    taken = []
    descend = ddls.descend
    monkeypatch.setattr(ddls, "descend", lambda *args: taken.append(1) or descend(*args))
    one, many = DDLS(**SMALL, pretrain_epochs=2, max_epochs=0), DDLS(**SMALL, pretrain_epochs=2, max_epochs=0)
    one.fit(digits[0])
    n_steps = len(taken)
    many.set_params(steps_per_epoch=3 * n_steps // 2).fit(digits[0])
    assert len(taken) - n_steps == 3 * n_steps
    assert many.cost(300, (8, 8)).flops == pytest.approx(3 * one.cost(300, (8, 8)).flops)


def test_the_batch_follows_the_data():
    assert DDLS()._batch_size(70_000) == 1000
    assert DDLS()._batch_size(1_797) == 449
    assert DDLS()._batch_size(50) == 64
    assert DDLS(batch_size=32)._batch_size(50) == 32


def test_pairs_cost_more_in_larger_batches():
    small, large = (DDLS(batch_size=b).cost(10_000, (28, 28)) for b in (500, 1000))
    assert large.flops - small.flops == pytest.approx(70 * 10_000 * 500 * 2 * (784 + 3 * 60), rel=1e-3)
    assert large.memory > small.memory


VIEWS = {**DDLS.presets["views"], **SMALL, "batch_size": 64, "steps_per_epoch": 5, "tol": 0.0}


def test_views_keep_the_clusters_of_the_graph_until_the_network_has_learned_them(digits):
    method = DDLS(**VIEWS).set_params(pretrain_epochs=2, max_epochs=6)
    assigned = {}
    for event in method.fit_events(digits[0]):
        if isinstance(event, Progress) and event.stage != "Pre-training":
            assigned[method.n_iter_] = method._clusters["assigned"].numpy().copy()
    first = assigned[3]
    np.testing.assert_array_equal(first, method._graph.clusters(method._fit_seed, views=True))
    for epoch in (4, 5, 6):  # stage I, and the first of stage II
        np.testing.assert_array_equal(assigned[epoch], first)
    assert adjusted_rand_score(digits[1], method.labels_) > 0.75
    np.testing.assert_array_equal(method.predict(digits[0]), method.labels_)


def test_views_resume_to_the_same_end(digits):
    whole = DDLS(**VIEWS).set_params(pretrain_epochs=1, max_epochs=4)
    for event in whole.fit_events(digits[0]):
        if isinstance(event, Progress) and event.stage == "Stage I" and event.epoch == 1:
            checkpoint = copy.deepcopy(whole.checkpoint())
    resumed = DDLS(**VIEWS).set_params(pretrain_epochs=1, max_epochs=4)
    list(resumed.fit_events(digits[0], checkpoint=checkpoint))
    np.testing.assert_array_equal(resumed.embedding_, whole.embedding_)


def test_vectors_have_no_views_and_it_is_said(digits):
    method = DDLS(**VIEWS).set_params(pretrain_epochs=1, max_epochs=2, n_hidden=16)
    notes = [e.text for e in method.fit_events(digits[0].reshape(300, -1)) if isinstance(e, Note)]
    assert notes == ["Vectors have no views (shifts, turns): only neighbours are trusted to belong together."]
    assert method.embedding_.shape == (300, 16)


def test_views_among_the_neighbours_of_a_batch_are_not_shown_and_it_is_said(digits):
    notes = [
        e.text
        for e in DDLS(**SMALL, views=True, pretrain_epochs=1, max_epochs=0).fit_events(digits[0])
        if isinstance(e, Note)
    ]
    assert len(notes) == 1
    assert "neighbors_among=all" in notes[0]
