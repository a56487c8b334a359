"""LALNet: what it learns and tells, its spaces, its transformations, and the guard against shortcuts."""

from __future__ import annotations

import copy
import io
import re

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Note, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods import DeepMethod
from deepclust.methods.base.code_graph import code_graph
from deepclust.methods.base.graph_cut import cut_graph
from deepclust.methods.base.sample_graph import SampleGraph
from deepclust.methods.lalnet.acol import empty_margin
from deepclust.methods.lalnet.lalnet import LOOKS, LALNet
from deepclust.methods.lalnet.view_axes import AXES
from deepclust.metrics.lalnet.arrays import SPACES

SMALL = {"n_clusters": 4, "n_channels": 8, "n_hidden": 128, "n_duplicates": 8, "n_init": 5, "device": "cpu"}
TINY = {**SMALL, "max_epochs": 1, "n_channels": 4, "n_hidden": 32, "min_side": 8}


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:400] / 16).reshape(-1, 8, 8).astype(np.float32), y[:400]


@pytest.fixture(scope="module")
def glyphs() -> tuple[np.ndarray, np.ndarray]:
    """400 pictures of 12 x 12: F, 4, P and 2, here and there, in noise. None is another one turned or mirrored."""
    dice = np.random.default_rng(0)
    drawn = [[31, 16, 30, 16, 16], [18, 18, 31, 2, 2], [30, 17, 30, 16, 16], [30, 1, 14, 16, 31]]
    shapes = [np.kron([[row >> (4 - i) & 1 for i in range(5)] for row in g], np.ones((2, 2))) for g in drawn]
    y = dice.integers(0, 4, 400)
    X = np.zeros((400, 12, 12), np.float32)
    for picture, label, (top, left) in zip(X, y, dice.integers(0, 3, (400, 2)), strict=True):
        picture[top : top + 10, left : left + 10] = shapes[label]
    return np.clip(X + 0.1 * dice.normal(size=X.shape), 0, 1).astype(np.float32), y


@pytest.fixture(scope="module")
def fitted(glyphs):
    training = {"max_epochs": 10, "steps_per_epoch": 16, "batch_size": 50, "learning_rate": 3e-3}
    method = LALNet(**{**SMALL, **training, "min_side": 12}, all_views=False, last_step="k-means")
    return method, list(method.fit_events(glyphs[0]))


def curve(events: list, term: str) -> list[float]:
    return [e.losses[term] for e in events if isinstance(e, Progress)]


def notes(method: LALNet, X: np.ndarray) -> list[Note]:
    return [e for e in method.fit_events(X) if isinstance(e, Note)]


# -- what it learns -------------------------------------------------------------------------------------------------


def test_the_terms_go_where_they_should(fitted):
    _, events = fitted
    (stage,) = [e for e in events if isinstance(e, Stage)]
    assert set(stage.terms) == {"pseudo-supervision", "affinity", "balance", "activity", "accuracy of the pretext task"}
    assert curve(events, "pseudo-supervision")[-1] < 0.75 * np.log(8)
    told = curve(events, "accuracy of the pretext task")
    assert told[-1] > 0.4 > told[0]
    assert curve(events, "balance")[-1] > max(0.8, curve(events, "balance")[0])


def test_the_weights_of_affinity_balance_and_activity_do_what_they_say(digits):
    def after(**weights: float) -> dict[str, float]:
        method = LALNet(**{**TINY, "max_epochs": 4, "learning_rate": 1e-2}, **weights)
        return [e.losses for e in method.fit_events(digits[0]) if isinstance(e, Progress)][-1]

    left_alone = after(c_alpha=0.0, c_beta=0.0)
    assert after(c_alpha=10.0, c_beta=0.0)["affinity"] < 0.8 * left_alone["affinity"]
    assert after(c_alpha=0.0, c_beta=10.0)["balance"] > 1.1 * left_alone["balance"]
    assert after(c_alpha=0.0, c_beta=0.0, c_F=1e-4)["activity"] < 0.8 * left_alone["activity"]


@pytest.mark.parametrize(("within_parents", "n_groups"), [(True, 8), (False, 1)])
def test_the_terms_are_those_of_each_transformation_or_of_all_outputs(digits, monkeypatch, within_parents, n_groups):
    from deepclust.losses import gar_affinity, gar_balance

    groups = []
    for module, name in ((gar_affinity, "gar_affinity"), (gar_balance, "gar_balance")):
        term = getattr(module, name)
        monkeypatch.setattr(module, name, lambda z, n, term=term: groups.append(n) or term(z, n))
    LALNet(**TINY, within_parents=within_parents).fit(digits[0])
    assert set(groups) == {n_groups}


def test_it_finds_glyphs_without_labels(fitted, glyphs):
    assert adjusted_rand_score(glyphs[1], fitted[0].labels_) > 0.5


def test_labels_are_kmeans_on_the_first_axes_of_f(fitted, glyphs):
    method, _ = fitted
    f = method.activations(glyphs[0])
    assert f.shape == (400, 128)
    assert method.embedding_.shape == (400, AXES)
    f = f / np.linalg.norm(f, axis=1, keepdims=True)
    expected = (f - f.mean(axis=0)) @ method.axes_.view_axes[0] @ method.axes_.space_axes
    np.testing.assert_allclose(method.embedding_, expected, atol=1e-4)
    kept = method.embedding_.var(axis=0).sum() / f.var(axis=0).sum()
    assert kept > 0.98


def test_all_views_stand_side_by_side(glyphs):
    method = LALNet(**{**TINY, "min_side": 12}, transforms="T1+T3").fit(glyphs[0])
    views = [method.activations(np.rot90(glyphs[0], turn, axes=(1, 2)).copy()) for turn in (0, 2)]
    views = [f / np.maximum(np.linalg.norm(f, axis=1, keepdims=True), 1e-12) for f in views]
    kept = sum(f.var(axis=0).sum() for f in views)
    assert method.embedding_.var(axis=0).sum() == pytest.approx(kept, rel=1e-3)
    alone = LALNet(**{**TINY, "min_side": 12}, transforms="T1+T3", all_views=False).fit(glyphs[0])
    assert alone.embedding_.var(axis=0).sum() == pytest.approx(views[0].var(axis=0).sum(), rel=1e-3)


def test_new_samples_are_placed_by_the_axes_of_the_fit(fitted, glyphs):
    method, _ = fitted
    np.testing.assert_array_equal(method.predict(glyphs[0]), method.labels_)
    np.testing.assert_allclose(method.transform(glyphs[0][:7]), method.embedding_[:7], atol=1e-3)


def test_snapshots_have_the_axes_of_their_epoch(fitted):
    shots = [e for e in fitted[1] if isinstance(e, Snapshot)]
    assert len(shots) == 10
    assert all(s.embedding.shape == (400, AXES) for s in shots)


# -- spaces ---------------------------------------------------------------------------------------------------------


def test_the_three_spaces(fitted, glyphs):
    method, _ = fitted
    f, z, shares = (method.activations(glyphs[0][:9], space) for space in SPACES)
    assert (f.shape, z.shape, shares.shape) == ((9, 128), (9, 64), (9, 64))
    head = method._net.head
    np.testing.assert_allclose(z, f @ head.weight.detach().numpy().T + head.bias.detach().numpy(), atol=1e-3)
    np.testing.assert_allclose(shares, torch.from_numpy(z).softmax(dim=1).numpy(), atol=1e-6)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    with pytest.raises(ValueError, match=r"no space 'G'.*F, Z, softmax\(Z\)"):
        method.activations(glyphs[0], "G")


@pytest.mark.parametrize(
    ("space", "last_step"),
    [("F", "k-means"), ("F", "graph with views"), ("F", "graph"), ("Z", "graph"), ("softmax(Z)", "k-means")],
)
def test_clusters_in_any_space_survive_saving(digits, space, last_step):
    X, _ = digits
    method = LALNet(**TINY, space=space, unit_length=False, all_views=False, last_step=last_step).fit(X)
    f = method.activations(X, space)
    axes = method.axes_.view_axes[0] @ method.axes_.space_axes
    np.testing.assert_allclose(method.embedding_, (f - f.mean(axis=0)) @ axes, atol=1e-4)
    file = io.BytesIO()
    torch.save(method.fitted_state(), file)
    file.seek(0)
    copied = LALNet(**TINY, space=space, unit_length=False, all_views=False)
    copied.load_fitted(torch.load(file, weights_only=True))
    np.testing.assert_array_equal(copied.predict(X), method.labels_)
    np.testing.assert_array_equal(copied.activations(X, "Z"), method.activations(X, "Z"))
    again, first = (m.regrouping(method.embedding_) for m in (copied, method))
    assert (again is None) == (first is None) == (last_step == "k-means")
    if again is not None and first is not None:
        np.testing.assert_array_equal(again(6), first(6))


def test_the_last_graph_joins_what_looks_alike_in_f_and_in_distorted_pictures(digits):
    method = LALNet(**TINY, all_views=False).fit(digits[0])
    method._x = method._tensor(digits[0])
    near = code_graph([torch.from_numpy(method.cut_.places)], 3, 4)
    looks = SampleGraph(method._x, 1, 4).through_views(LOOKS, method._fit_seed)
    np.testing.assert_allclose(method._join(method.cut_.places).toarray(), (near / 3 + looks).toarray(), atol=1e-6)
    assert near.sum() / 3 == pytest.approx(looks.sum(), rel=1e-3)  # one weighs as much as the other
    assert (method.cut_.graph != method._join(method.cut_.places)).nnz == 0
    vectors = LALNet(**TINY).fit(digits[0].reshape(-1, 64))  # have no such copies
    assert vectors.cut_.graph is None


# -- what the paper shows of it -----------------------------------------------------------------------------------


def test_the_result_holds_the_three_spaces_reduced(fitted, glyphs):
    method, _ = fitted
    result = method.result()
    assert list(result.spaces) == list(SPACES)
    for name, space in result.spaces.items():
        full = method.activations(glyphs[0], name).astype(np.float64)
        assert space.dtype == np.float32
        assert space.shape[1] <= AXES
        assert len(np.unique(result.extras[f"clusters in {name}"])) == 4
        distances = [np.linalg.norm(a - a[7], axis=1) for a in (space, full)]  # principal axes keep distances
        np.testing.assert_allclose(*distances, atol=0.1 * distances[1].max())


def test_the_means_of_units_are_those_of_all_samples_clusters_and_transformations(fitted, glyphs):
    method, _ = fitted
    extras = method.result().extras
    turned = np.rot90(glyphs[0], axes=(1, 2)).copy()
    flipped = glyphs[0][:, :, ::-1].copy()
    for name in SPACES:
        space = method.activations(glyphs[0], name)
        np.testing.assert_allclose(extras[f"mean of {name}"], space.mean(axis=0), atol=1e-4)
        third = space[method.labels_ == 2].mean(axis=0)
        np.testing.assert_allclose(extras[f"means by cluster of {name}"][2], third, atol=1e-4)
        by_transformation = extras[f"means by transformation of {name}"]
        assert by_transformation.shape == (8, space.shape[1])
        for number, X in ((0, glyphs[0]), (1, turned), (4, flipped)):
            np.testing.assert_allclose(by_transformation[number], method.activations(X, name).mean(axis=0), atol=1e-3)
    weight = method._net.head.weight.detach().numpy()
    np.testing.assert_allclose(extras["weights to Z"], np.sqrt((weight**2).sum(axis=1)), rtol=1e-5)
    assert extras["weights to F"].shape == (128,)


def test_every_snapshot_carries_the_outputs_of_the_same_few_samples(fitted, glyphs):
    method, events = fitted
    shots = [e for e in events if isinstance(e, Snapshot)]
    for shot in shots:
        np.testing.assert_array_equal(shot.extras["graph rows"], shots[0].extras["graph rows"])
        assert shot.extras["graph Z"].shape == (400, 64)
        assert shot.extras["graph Z"].dtype == np.float16
    last = shots[-1].extras
    assert np.bincount(last["graph parents"]).tolist() == [200, 200]
    rows = last["graph rows"]
    assert len(set(rows.tolist())) == 400
    straight = method.activations(glyphs[0][rows[:5]], "Z")
    turned = method.activations(np.rot90(glyphs[0][rows[-5:]], axes=(1, 2)).copy(), "Z")
    np.testing.assert_allclose(last["graph Z"][:5], straight, atol=0.02)
    np.testing.assert_allclose(last["graph Z"][-5:], turned, atol=0.02)


def test_the_graphs_of_many_samples_show_500_that_the_snapshots_show_too():
    X = np.random.default_rng(0).random((2_100, 4, 4)).astype(np.float32)
    method = LALNet(**{**TINY, "n_hidden": 8, "n_duplicates": 2, "min_side": 4}, transforms="half-turn")
    shot = next(e for e in method.fit_events(X) if isinstance(e, Snapshot))
    assert shot.extras["graph Z"].shape == (500, 4)
    assert set(shot.extras["graph rows"].tolist()) <= set(snapshot_sample(2_100).tolist())


# -- transformations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transforms", "n_outputs"),
    [("auto", 64), ("half-turn", 16), ("T1+T3+invert", 24), ("translate-8", 64), ("scale-8", 64)],
)
def test_every_transformation_has_its_duplicates(digits, transforms, n_outputs):
    method = LALNet(**TINY, transforms=transforms).fit(digits[0])
    assert method.activations(digits[0][:2], "Z").shape == (2, n_outputs)


def test_sets_that_cannot_be_are_refused(digits):
    with pytest.raises(ValueError, match=r"no transformation or set 'D5'.*D4"):
        LALNet(**TINY, transforms="D5").fit(digits[0])
    with pytest.raises(ValueError, match="D4 is not for vectors"):
        LALNet(**TINY, transforms="D4").fit(digits[0].reshape(-1, 64))


def test_the_cost_of_a_set_that_cannot_be_is_still_a_number():
    known = LALNet(transforms="half-turn").cost(100, (16, 16)).flops
    assert known < LALNet(transforms="D5").cost(100, (16, 16)).flops == LALNet().cost(100, (16, 16)).flops


def test_each_sample_gets_one_transformation_per_pass_and_all_come_up(digits, monkeypatch):
    from deepclust.transforms import BatchTransform

    counted = []
    real = BatchTransform.__call__

    def count(self, x, numbers):
        counted.append(np.bincount(numbers, minlength=8))
        return real(self, x, numbers)

    monkeypatch.setattr(BatchTransform, "__call__", count)
    LALNet(**{**TINY, "max_epochs": 3}, batch_size=100).fit(digits[0])
    trained = [c for c in counted if sum(c) == 100]  # graphs and views are of all samples
    assert len(trained) == 12
    assert (np.sum(trained, axis=0) > 100).all()


def test_an_epoch_passes_small_data_several_times(digits):
    whole = LALNet(batch_size=100)
    assert whole.n_passes(400) == 1
    assert LALNet(batch_size=100, steps_per_epoch=9).n_passes(400) == 3
    assert LALNet(batch_size=100, steps_per_epoch=9).n_passes(4000) == 1
    assert whole._batch_size(150) == 64
    one, three = (LALNet(batch_size=100, steps_per_epoch=s).cost(400, (8, 8)).flops for s in (1, 9))
    assert three == 3 * one


# -- pictures and vectors -------------------------------------------------------------------------------------------


def test_small_pictures_are_enlarged_and_large_ones_shrunk(digits):
    method = LALNet(**{**TINY, "min_side": 16})
    told = [n.text for n in notes(method, digits[0]) if n.level == "info"]
    assert told == ["The network sees the pictures of 8 × 8 as 16 × 16."]
    large = LALNet(**TINY, max_side=12)
    X = np.random.default_rng(0).random((30, 20, 10)).astype(np.float32)
    told = [n.text for n in notes(large, X) if n.level == "info"]
    assert told == ["The network sees the pictures of 20 × 10 as 12 × 12."]
    assert large._tensor(X).shape == (30, 1, 12, 12)


def test_edges_in_which_pictures_hardly_differ_are_left_out(digits):
    X = np.pad(digits[0], [(0, 0), (3, 3), (2, 2)], constant_values=0.5)  # 14 x 12
    X[:, 0] += 1e-3 * np.random.default_rng(0).random((400, 12), np.float32)
    assert [empty_margin(X, smallest) for smallest in (4, 9, 12)] == [3, 1, 0]
    assert empty_margin(np.repeat(X[..., None], 3, axis=3), 4) == 3
    assert empty_margin(np.ones((5, 9, 9), np.float32), 4) == 0
    square = np.pad(digits[0], [(0, 0), (3, 3), (3, 3)])
    method = LALNet(**TINY)
    (told,) = [n.text for n in notes(method, square) if n.level == "info"]
    assert told.endswith("14 × 14 as 8 × 8, without 3 pixels at each edge, where they hardly differ.")
    np.testing.assert_array_equal(method.embedding_, LALNet(**TINY).fit(digits[0]).embedding_)
    opened = LALNet(**TINY)
    opened.load_fitted(method.fitted_state())
    np.testing.assert_array_equal(opened.predict(square), method.labels_)
    assert LALNet(**{**TINY, "trim": False}).fit(square)._tensor(square).shape[2:] == (14, 14)
    assert LALNet.presets["paper"]["trim"] is False


def test_enlarging_keeps_turns_exact(digits):
    method = LALNet(**{**TINY, "min_side": 16}).fit(digits[0])
    turned = np.rot90(digits[0], axes=(1, 2)).copy()
    expected = torch.rot90(method._tensor(digits[0]), dims=(2, 3))
    torch.testing.assert_close(method._tensor(turned), expected, atol=1e-6, rtol=0)


def test_vectors_are_centred_so_that_their_mean_gives_nothing_away():
    X, y = make_blobs(300, centers=4, n_features=12, cluster_std=2.0, random_state=0)
    method = LALNet(**{**SMALL, "max_epochs": 20})
    assert notes(method, X + 100) == []
    assert adjusted_rand_score(y, method.labels_) > 0.9


# -- shortcuts ------------------------------------------------------------------------------------------------------


def test_honest_pictures_raise_no_warning(digits):
    assert [n for n in notes(LALNet(**TINY), digits[0]) if n.level == "warning"] == []


@pytest.mark.parametrize(
    ("spoil", "params", "words"),
    [
        (lambda X: np.where(np.indices(X.shape)[1:].sum(axis=0) == 0, 1, X), {}, "a frame, a stamp"),
        (lambda X: X - X.mean(axis=0), {}, "a subtracted mean"),
        (lambda X: X, {"scaling": "standard"}, "scaling='standard'.*Choose the scaling 'range'"),
        (lambda X: X, {"transforms": "permute-8"}, "other transformations"),
    ],
)
def test_a_fixed_pattern_is_warned_of(digits, spoil, params, words):
    (warning,) = [n for n in notes(LALNet(**TINY, **params), spoil(digits[0])) if n.level == "warning"]
    assert "linear probe tells the transformations apart" in warning.text
    assert re.search(words, warning.text)


def test_a_resumed_fit_does_not_repeat_its_notes(digits):
    whole = LALNet(**{**TINY, "max_epochs": 2}, transforms="permute-8")
    for event in whole.fit_events(digits[0]):
        if isinstance(event, Progress) and event.epoch == 1:
            checkpoint = copy.deepcopy(whole.checkpoint())
    resumed = LALNet(**{**TINY, "max_epochs": 2}, transforms="permute-8")
    events = list(resumed.fit_events(digits[0], checkpoint=checkpoint))
    assert [type(e) for e in events] == [Snapshot, Progress]
    np.testing.assert_array_equal(resumed.embedding_, whole.embedding_)


# -- presets --------------------------------------------------------------------------------------------------------


def test_the_paper_preset_is_that_of_the_paper():
    method = LALNet(**LALNet.presets["paper"])
    weights = (method.c_alpha, method.c_beta, method.c_F, method.n_duplicates)
    assert weights == (0.1, 1.0, 1e-6, 20)
    assert (method.batch_size, method.max_epochs, method.n_passes(60_000)) == (400, 400, 1)
    assert (method.n_channels, method.n_hidden, method.learning_rate) == (32, 2048, 1e-3)


def test_pictures_that_are_not_square_are_not_turned_by_a_quarter_and_old_models_still_open():
    X = np.random.default_rng(0).random((40, 8, 5)).astype(np.float32)
    method = LALNet(**TINY).fit(X)
    assert method._members() == ("T1", "T3", "T5", "T7")
    old = LALNet(**TINY, transforms="D4").fit(X)  # what auto was
    opened = LALNet(**TINY)
    opened.load_fitted(old.fitted_state())
    np.testing.assert_array_equal(opened.predict(X), old.predict(X))


# -- when it ends ---------------------------------------------------------------------------------------------------


def looks(monkeypatch: pytest.MonkeyPatch, *labels: np.ndarray) -> None:
    """Let a look after every epoch find these clusters in turn, and those of the last for ever after."""
    found = iter(labels)
    last = labels[-1]

    def read(self, space, n_init, with_views=False):
        current = next(found, last)
        return None, np.resize(current, len(space)), np.zeros((self.n_clusters, space.shape[1]), np.float32)

    monkeypatch.setattr("deepclust.methods.lalnet.lalnet.STEPS_BETWEEN", 1)
    monkeypatch.setattr(LALNet, "_read", read)
    monkeypatch.setattr(LALNet, "_snapshot", lambda self, stage, epoch: DeepMethod._snapshot(self, stage, epoch))


def test_it_ends_when_clusters_no_longer_change(digits, monkeypatch):
    X = digits[0][:100]
    first, second = np.arange(4), np.array([1, 0, 3, 2])  # the same clusters by other names
    halves = np.repeat(np.arange(4), 25)
    looks(monkeypatch, first, halves, halves, first, second, first)
    events = list(LALNet(**{**TINY, "max_epochs": 20}).fit_events(X))
    assert sum(isinstance(e, Progress) for e in events) == 6  # the third alone was calm, then the fifth and the sixth
    (note,) = [e.text for e in events if isinstance(e, Note) and "has ended" in e.text]
    assert "after 6 of 20 epochs" in note
    assert "1.0% of 100 samples" in note


def test_without_tolerance_all_epochs_are_trained(digits, monkeypatch):
    looks(monkeypatch, np.arange(4))
    method = LALNet(**{**TINY, "max_epochs": 6}, tol=0.0).fit(digits[0][:100])
    assert method.n_iter_ == 6
    assert LALNet.presets["paper"]["tol"] == 0


def test_resumed_it_ends_where_it_would_have_ended(digits, monkeypatch):
    monkeypatch.setattr("deepclust.methods.lalnet.lalnet.STEPS_BETWEEN", 1)
    X, params = digits[0][:100], {**TINY, "max_epochs": 12, "tol": 0.5, "views": True}
    whole = LALNet(**params).fit(X)
    assert whole.n_iter_ < 12
    for stopped_after in {1, whole.n_iter_}:
        part = LALNet(**params)
        events = part.fit_events(X)
        for _ in range(stopped_after):
            while not isinstance(next(events), Progress):
                pass
        checkpoint = copy.deepcopy(part.checkpoint())
        events.close()
        resumed = LALNet(**params)
        list(resumed.fit_events(X, checkpoint=checkpoint))
        assert resumed.n_iter_ == whole.n_iter_
        np.testing.assert_array_equal(resumed.labels_, whole.labels_)


def test_live_clusters_are_read_as_those_at_the_end(glyphs):
    method = LALNet(**{**TINY, "min_side": 12}, all_views=False)
    events = method.fit_events(glyphs[0])
    shot = next(e for e in events if isinstance(e, Snapshot))
    events.close()
    expected = cut_graph(shot.embedding, 4, method._fit_seed, 3).assign(shot.embedding)
    np.testing.assert_array_equal(shot.labels, expected)
