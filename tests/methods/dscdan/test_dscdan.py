"""DSCDAN: its stages and terms, the rungs of its ladder, its options, colour and large pictures, and what it finds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Progress, Snapshot, Stage
from deepclust.methods.base.centers import kmeans_from
from deepclust.methods.dscdan.cut_graph import CutGraph
from deepclust.methods.dscdan.dscdan import DSCDAN
from deepclust.methods.dscdan.terms import Terms
from deepclust.params import params_of

TINY = {
    "n_clusters": 3,
    "n_channels": 4,
    "n_components": 6,
    "n_hidden": 16,
    "pretrain_epochs": 1,
    "max_epochs": 1,
    "steps_per_epoch": 1,
    "n_init": 1,
    "device": "cpu",
}
AUTOENCODER = {"reconstruction", "relative", "global information", "local information", "prior"}


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:300] / 16).reshape(-1, 8, 8).astype(np.float32), y[:300]


@pytest.fixture(scope="module")
def fitted(digits):
    method = DSCDAN(n_clusters=4, n_channels=16, n_hidden=64, n_components=16, device="cpu")
    method.set_params(pretrain_epochs=6, max_epochs=5, learning_rate=3e-3)
    return method, list(method.fit_events(digits[0]))


def terms_of(**params) -> list[set[str]]:
    X = np.random.default_rng(0).random((40, 8, 8)).astype(np.float32)
    events = list(DSCDAN(**{**TINY, **params}).fit_events(X))
    assert all(np.isfinite(list(e.losses.values())).all() for e in events if isinstance(e, Progress))
    return [set(e.terms) for e in events if isinstance(e, Stage)]


def test_the_stages_and_their_terms(fitted):
    stages = [e for e in fitted[1] if isinstance(e, Stage)]
    assert [(s.name, s.n_epochs) for s in stages] == [("Dual autoencoder", 6), ("Spectral stage", 5)]
    assert set(stages[0].terms) == AUTOENCODER
    assert set(stages[1].terms) == AUTOENCODER | {"spectral", "views apart", "exact cut"}


def test_the_losses_go_where_they_should(fitted):
    told = [e.losses for e in fitted[1] if isinstance(e, Progress)]
    assert told[5]["reconstruction"] < told[0]["reconstruction"]
    assert -1.4 < told[0]["global information"] < told[5]["global information"] < 0
    assert told[-1]["exact cut"] < 0.7 * told[6]["exact cut"]


def test_it_finds_digits_without_labels(fitted, digits):
    assert adjusted_rand_score(digits[1], fitted[0].labels_) > 0.75


def test_its_spaces(fitted, digits):
    method, events = fitted
    result = method.result()
    assert result.spaces["Latent mean"].shape == (300, 16)
    assert result.spectral_embedding.shape == (300, 8)  # two eigenvectors for each cluster, of which some are used
    np.testing.assert_allclose(np.linalg.norm(method.embedding_, axis=1), 1, rtol=1e-5)
    assert result.extras["exact eigenvectors"].shape == (300, 8)
    assert (np.diff(result.extras["exact eigenvalues"]) >= 0).all()
    np.testing.assert_array_equal(method.predict(digits[0][:5]), method.labels_[:5])
    shown = [e.embedding.shape[1] for e in events if isinstance(e, Snapshot)]
    assert shown[0] == 16
    assert 4 <= shown[-1] == method.embedding_.shape[1] <= 8


def test_y_is_orthonormal_under_the_degrees(fitted):
    method, _ = fitted
    y = method.spectral_embedding_
    degree = method.graph_.edges().degrees(len(y))
    np.testing.assert_allclose(y.T @ (degree[:, None] * y) / degree.sum(), np.eye(8), atol=0.1)


@pytest.mark.parametrize(
    ("rung", "expected"),
    [
        ("ConvAE", [{"reconstruction"}]),
        ("DEC-like", [{"reconstruction"}, {"self-training"}]),
        ("+MI", [AUTOENCODER - {"relative"}]),
        ("+RS", [{"reconstruction", "relative"}]),
        ("+MI+RS", [AUTOENCODER]),
        ("+MI+RS+SN", [AUTOENCODER, AUTOENCODER | {"spectral", "views apart", "exact cut"}]),
    ],
)
def test_the_rungs_of_the_ladder(rung, expected):
    assert terms_of(**DSCDAN.ladder[rung]) == expected


def test_what_the_ladder_and_the_grid_name_are_parameters():
    known = params_of(DSCDAN)
    assert list(DSCDAN.ladder) == ["ConvAE", "DEC-like", "+MI", "+RS", "+MI+RS", "+MI+RS+SN"]
    for changes in DSCDAN.ladder.values():
        DSCDAN(**TINY | changes)
    for name, values in DSCDAN.sensitivity.items():
        assert all(known[name].min <= value <= known[name].max for value in values)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"graph": "batch", "eta": 0.0, "lambda_v": 0.0}, AUTOENCODER | {"spectral"}),
        ({"noise": "learned", "lambda_c": 0.0}, AUTOENCODER | {"views apart", "exact cut"}),
        ({"noise": "multiplicative", "graph_views": 0}, AUTOENCODER | {"spectral", "views apart", "exact cut"}),
        (
            {"prior": "clusters", "output": "softmax"},
            AUTOENCODER | {"decision", "spectral", "views apart", "exact cut"},
        ),
        ({"prior": "late", "graph": "batch"}, AUTOENCODER | {"decision", "spectral", "views apart"}),
        ({"negatives": "adversarial", "local": 0.0, "refresh": 1}, None),
        ({"labels_from": "argmax", "unit_rows": False}, None),
    ],
)
def test_options(params, expected):
    stages = terms_of(**params)
    assert expected is None or stages[-1] == expected
    assert ("decision" in stages[0]) == (params.get("prior") == "clusters")


@pytest.mark.parametrize("preset", DSCDAN.presets)
def test_every_preset_runs(preset):
    epochs = {"pretrain_epochs": 1, "max_epochs": 1}
    assert len(terms_of(**{**DSCDAN.presets[preset], **epochs})) == 2


def test_labels_by_the_largest_output():
    X = np.random.default_rng(0).random((40, 5)).astype(np.float32)
    method = DSCDAN(**TINY, labels_from="argmax").fit(X)
    np.testing.assert_array_equal(method.labels_, method.embedding_.argmax(axis=1))
    np.testing.assert_allclose(method.embedding_.sum(axis=1), 1, rtol=1e-5)


def test_samples_that_are_joined_to_nobody_get_a_cluster_too():
    random = np.random.default_rng(0)
    X = np.concatenate([random.normal(size=(60, 4)), random.normal(size=(60, 4)) + 9, [[90.0] * 4, [91.0] * 4]])
    method = DSCDAN(**{**TINY, "n_clusters": 2}, n_neighbors=1, graph_views=0).fit(X.astype(np.float32))
    assert method.labels_.shape == (122,)
    assert np.isfinite(method.embedding_).all()


@pytest.mark.parametrize("side", [64, 224])
def test_colour_pictures_of_any_size_stay_inside_the_estimate(side):
    X = np.random.default_rng(0).random((8, side, side, 3)).astype(np.float32)
    method = DSCDAN(**{**TINY, "n_channels": 2}, batch_size=4)
    taken = method.cost(len(X), X.shape[1:]).memory
    for _ in method.fit_events(X):
        pass
    assert method.labels_.shape == (8,)
    saved = sum(p.numel() for p in method._net.parameters()) * 16 + X.nbytes
    assert saved < taken < 100 * saved


def test_the_estimate_grows_with_what_is_asked_for():
    def flops(shape=(16, 16), **params) -> float:
        return DSCDAN(**params).cost(2000, shape).flops

    assert flops() < flops(pretrain_epochs=20) < flops(pretrain_epochs=20, max_epochs=20)
    assert flops(beta=0.0, relative=0.0) < flops(beta=0.0) < flops()
    once, twice, every = (flops(max_epochs=8, refresh=r) for r in (0, 4, 1))
    assert every - once == pytest.approx(7 * (twice - once))
    assert flops(sample_neighbors=0) < flops()
    assert flops() < flops((64, 64, 3)) < flops((224, 224, 3))
    assert flops(**DSCDAN.ladder["ConvAE"]) < flops(**DSCDAN.ladder["+MI+RS"]) < flops()


def test_adversarial_negatives_teach_otherwise_than_shuffled_ones(digits):
    X = digits[0][:64]
    shuffled, adversarial = (DSCDAN(**TINY, negatives=kind).fit(X).latent_mean_ for kind in ("shuffled", "adversarial"))
    assert not np.allclose(shuffled, adversarial)


def test_the_graph_of_samples_counts_as_much_as_that_of_codes():
    """Codes join 0-1 and 2-3, each with weight 1, 4 in all from both ends; samples join 1-2 with 7, 14 in all, which become 4."""
    codes = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    samples = sparse.csr_array((np.array([7.0, 7.0]), ([1, 2], [2, 1])), shape=(4, 4))
    graph = CutGraph()
    graph.renew([codes], 1, 2, 2, 1, 0, True, samples)
    edges = graph.edges()
    assert [*zip(edges.at, edges.to, edges.weight, strict=True)] == [(0, 1, 1.0), (1, 2, 2.0), (2, 3, 1.0)]


def test_samples_are_joined_to_their_nearest_unless_that_is_turned_off(digits):
    X = digits[0][:80]
    alone, both = (DSCDAN(**TINY, sample_neighbors=n).fit(X).graph_.edges() for n in (0, 5))
    assert both.weight.sum() == pytest.approx(2 * alone.weight.sum(), rel=1e-5)
    assert len(both.weight) > len(alone.weight)


def test_k_means_moves_the_centres_of_the_cut_only_where_that_fits_the_graph_better():
    """Means 2.05 and 6.1 leave 4.3 to the wrong group, and k-means from there 3.9 as well."""
    method = DSCDAN(n_clusters=2)
    method.graph_ = CutGraph()
    codes = torch.tensor([[0.0], [0.1], [0.2], [0.3], [9.0], [9.1], [9.2]])
    method.graph_.renew([codes], 2, 2, 2, 1, 0, True)
    assert len({*method.graph_.labels[:4]}) == len({*method.graph_.labels[4:]}) == 1
    space = np.array([[0.0], [0.0], [3.9], [4.3], [5.1], [6.1], [7.1]], np.float32)
    assert np.sort(kmeans_from(space, np.array([[2.05], [6.1]])).ravel()) == pytest.approx([0.0, 5.3])
    assert np.sort(method._centers(space).ravel()) == pytest.approx([2.05, 6.1])


def test_the_same_seed_draws_the_same_edges(digits):
    first, second = (DSCDAN(**TINY).fit(digits[0][:80]) for _ in range(2))
    assert np.array_equal(first.graph_.labels, second.graph_.labels)
    np.testing.assert_array_equal(first.embedding_, second.embedding_)


# -- what paper and code say ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "shape", "expected"),
    [
        ("paper", (28, 28), [(16, 1, 3), (16, 16, 3), (32, 16, 3), (32, 32, 3)]),
        ("paper-usps", (16, 16), [(16, 1, 3), (32, 16, 3)]),
        ("paper-ytf", (55, 55, 3), [(16, 3, 5), (16, 16, 5), (32, 16, 5), (32, 32, 5)]),
        ("code", (28, 28), [(32, 1, 3), (32, 32, 3), (64, 32, 3), (64, 64, 3)]),
    ],
)
def test_the_networks_of_table_2(preset, shape, expected):
    """Output channels, input channels and side of every convolution of the encoder."""
    net = DSCDAN(**DSCDAN.presets[preset])._build(shape)
    found = [layer.weight.shape for layer in net.autoencoder.encoder if isinstance(layer, torch.nn.Conv2d)]
    assert [(out, into, side) for out, into, side, _ in found] == expected


def test_a_convolution_has_a_middle(digits):
    with pytest.raises(ValueError, match=r"kernel=4 has no middle.*odd"):
        DSCDAN(**TINY, kernel=4).fit(digits[0])


def test_one_width_for_all_as_in_equation_14():
    mu = torch.from_numpy(np.random.default_rng(0).normal(size=(12, 3)))
    distance = np.linalg.norm(mu[:, None] - mu, axis=2)
    third = np.sort(distance, axis=1)[:, 3]
    widths = [Terms(DSCDAN(one_width=one), None, None)._median_width(mu) for one in (True, False)]
    assert widths[0] == pytest.approx(np.sort(third)[5])  # torch takes the lower of both in the middle
    assert widths[1] is None
    assert DSCDAN.presets["paper"]["one_width"]
    assert DSCDAN.presets["code"]["sigma"] == 2.62


@pytest.mark.parametrize(("sigma", "one_width", "expected"), [(2.5, True, 2.5), (0.0, True, 0.7), (0.0, False, None)])
def test_the_width_reaches_the_affinity(monkeypatch, digits, sigma, one_width, expected):
    seen = []

    def affinity(z, n_neighbors, scale):
        seen.append(scale)
        return torch.ones(len(z), len(z))

    monkeypatch.setattr("deepclust.losses.batch_affinity.batch_affinity", affinity)
    monkeypatch.setattr(Terms, "_median_width", lambda self, mu: 0.7 if self.params.one_width else None)
    DSCDAN(**TINY, graph="batch", sigma=sigma, one_width=one_width).fit(digits[0][:80])
    assert set(seen) == {expected}


@pytest.mark.parametrize("graph", ["batch", "all"])
def test_codes_are_standardised_before_they_are_cut(digits, graph):
    method = DSCDAN(**TINY, graph=graph).fit(digits[0][:80])
    assert method._net.clusters.mean.abs().max() > 0
    assert method._net.clusters.spread != 1
