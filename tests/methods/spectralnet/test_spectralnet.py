"""SpectralNet: its stages and switches, what the map finds, orthonormality, new samples, and batches that are poor."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.data.catalog.drawn import draw_rings
from deepclust.events import Note, Progress, Snapshot, Stage
from deepclust.graphs import gaussian_affinity, normalized_laplacian, self_tuning_affinity
from deepclust.methods.base.sample_graph import SampleGraph
from deepclust.methods.spectralnet.pairs import drawn_pairs, positive_pairs
from deepclust.methods.spectralnet.reading import has_collapsed
from deepclust.methods.spectralnet.spaces import is_spent, optimiser_of
from deepclust.methods.spectralnet.spectral_graph import BatchGraph, GraphRule, held_back, whole_graph
from deepclust.methods.spectralnet.spectralnet import SpectralNet
from deepclust.methods.spectralnet.walk_graph import MARGIN, WalkGraph, random_walks, walk_length
from deepclust.metrics.modularity import edges_of, modularity
from deepclust.metrics.subspace import grassmann_distance, orthonormality_error
from deepclust.nets.spectral import SpectralNets

SMALL = {"device": "cpu", "spectral_hidden": 32, "steps_per_epoch": 10, "max_epochs": 2, "siamese_epochs": 2}


def rings(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points, group = draw_rings(n, rng, 2)
    return (points + 0.02 * rng.standard_normal(points.shape)).astype(np.float32), group


def blobs(n: int = 300, k: int = 3, d: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % k
    return (6 * np.eye(k, d)[y] + rng.normal(size=(n, d))).astype(np.float32), y


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:300] / 16).reshape(-1, 8, 8).astype(np.float32), y[:300]


@pytest.fixture(scope="module")
def on_rings():
    X, y = rings()
    method = SpectralNet(
        2, device="cpu", spectral_hidden=64, spectral_batch=256, steps_per_epoch=40, max_epochs=8, learning_rate=3e-3
    )
    return method, list(method.fit_events(X)), X, y


def values(events: list, stage: str, term: str) -> list[float]:
    return [e.losses[term] for e in events if isinstance(e, Progress) and e.stage == stage]


# -- what it finds --------------------------------------------------------------------------------------------------


def test_rings_come_apart(on_rings):
    method, events, _, y = on_rings
    assert adjusted_rand_score(y, method.labels_) == 1.0
    grassmann = values(events, "Spectral map", "grassmann")
    assert grassmann[-1] < 0.05
    assert grassmann[-1] < grassmann[0]
    assert values(events, "Spectral map", "spectral")[-1] < values(events, "Spectral map", "spectral")[0]


def test_the_live_distance_is_that_of_what_is_kept(on_rings):
    method, events, *_ = on_rings
    exact = method.result().extras["exact eigenvectors"]
    found = grassmann_distance(method.spectral_embedding_, exact)
    assert found == pytest.approx(values(events, "Spectral map", "grassmann")[-1], abs=1e-3)


def test_the_exact_eigenvectors_are_those_of_the_same_graph(on_rings):
    method, _, X, _ = on_rings
    space = method._scale(X).astype(np.float64)
    space = (space - space.mean(axis=0)) / np.sqrt(space.var(axis=0).mean())
    W = gaussian_affinity(space, 15, scale_neighbor=15)
    F = method.result().extras["exact eigenvectors"].astype(np.float64)
    D = np.asarray(W.sum(axis=1)).ravel()
    np.testing.assert_allclose((W @ F) / D[:, None], F * (1 - method.result().extras["exact eigenvalues"]), atol=1e-3)


def test_orthonormal_on_all_samples_and_turned_to_the_eigenvectors(on_rings):
    method, *_ = on_rings
    Y = method.embedding_
    assert orthonormality_error(Y) < 1e-3
    # the first column is the constant one, the second tells the rings apart
    assert Y[:, 0].std() < 0.2 * np.abs(Y[:, 0]).mean()
    assert np.corrcoef(Y[:, 1], method.labels_)[0, 1] ** 2 > 0.9
    sizes = method.result().extras["orthonormality"][:, 0]
    assert sizes.tolist() == [64.0, 128.0]


def test_rayleigh_quotient_of_the_output_is_near_the_eigenvalues(on_rings):
    method, _, X, _ = on_rings
    W = gaussian_affinity(method._scale(X), 15, scale_neighbor=15)
    Y = method.embedding_.astype(np.float64) * np.sqrt(np.asarray(W.sum(axis=1)).ravel())[:, None]
    Y = np.linalg.qr(Y)[0]
    quotient = np.trace(Y.T @ (normalized_laplacian(W) @ Y))
    assert quotient < method.result().extras["exact eigenvalues"].sum() + 0.01


def test_new_points_one_by_one_always_the_same(on_rings):
    method, *_ = on_rings
    new, y = rings(60, seed=9)
    together = method.predict(new)
    assert adjusted_rand_score(y, together) == 1.0
    np.testing.assert_array_equal(together, method.predict(new))
    np.testing.assert_array_equal(together, [method.predict(point[None])[0] for point in new])


def test_directions_of_the_output_are_clustered_and_the_output_is_kept(monkeypatch):
    """Also where the number of outputs is chosen."""
    from deepclust.methods.spectralnet import walk_graph

    compared = []
    partition = walk_graph.best_partition
    monkeypatch.setattr(walk_graph, "best_partition", lambda *a, **k: compared.append(k["unit"]) or partition(*a, **k))
    X, y = blobs()
    method = SpectralNet(3, **{**SMALL, "max_epochs": 6}, affinity="euclidean", unit_length=True).fit(X)
    assert set(compared) == {True}
    np.testing.assert_allclose(np.linalg.norm(method.embedding_, axis=1), 1, rtol=1e-5)
    assert orthonormality_error(method.spectral_embedding_) < 1e-3
    lengths = np.linalg.norm(method.spectral_embedding_, axis=1, keepdims=True)
    np.testing.assert_allclose(method.embedding_ * lengths, method.spectral_embedding_, atol=1e-5)
    assert adjusted_rand_score(y, method.labels_) > 0.95
    np.testing.assert_array_equal(method.predict(X), method.labels_)


def test_agrees_with_fresh_k_means_on_new_well_separated_samples():
    from sklearn.cluster import KMeans

    X, _ = blobs()
    method = SpectralNet(3, **{**SMALL, "max_epochs": 6, "siamese_epochs": 10}).fit(X)
    new, _ = blobs(seed=5)
    again = KMeans(3, n_init=3, random_state=0).fit_predict(method.transform(new))
    assert adjusted_rand_score(again, method.predict(new)) > 0.98


# -- stages and switches --------------------------------------------------------------------------------------------


def test_the_stages_and_their_terms(digits):
    method = SpectralNet(4, **SMALL, space="code", pretrain_epochs=2, n_channels=4)
    events = list(method.fit_events(digits[0]))
    stages = [e for e in events if isinstance(e, Stage)]
    assert [(s.name, s.n_epochs, set(s.terms)) for s in stages] == [
        ("Autoencoder", 2, {"reconstruction"}),
        ("Siamese network", 2, {"contrastive"}),
        ("Spectral map", 2, {"spectral", "validation", "grassmann"}),
    ]
    widths = [e.embedding.shape[1] for e in events if isinstance(e, Snapshot)]
    assert widths == [10, 10, 10, 10, 4, 4]
    result = method.result()
    assert {name: space.shape for name, space in result.spaces.items()} == {
        "Code": (300, 10),
        "Affinity space": (300, 10),
    }
    assert result.extras["exact eigenvectors"].shape == (300, 4)
    assert result.extras["exact eigenvalues"].shape == (4,)
    assert (np.diff(result.extras["exact eigenvalues"]) >= 0).all()


def test_few_numbers_are_compared_as_they_are():
    method = SpectralNet(2, **SMALL)
    assert [name for name, _ in method.plan()] == ["Siamese network", "Spectral map"]
    method.fit(rings(60)[0])
    assert [name for name, _ in method.plan()] == ["Spectral map"]
    assert method.result().spaces == {}


def test_views_are_learned_from_and_neighbours_count_alike(digits, monkeypatch):
    X, _ = digits
    x = torch.from_numpy(X)[:, None]
    seen = []
    code = SpectralNets.code
    monkeypatch.setattr(SpectralNets, "code", lambda net, x: seen.append(x.clone()) or code(net, x))
    method = SpectralNet(4, **SMALL, affinity="views", view_neighbors=6, scaling="none", random_state=3)
    events = list(method.fit_events(X))
    assert [e.name for e in events if isinstance(e, Stage)] == ["Spectral map"]
    W = SampleGraph(x, 6, 4).plain()
    vectors = method.result().extras["exact eigenvectors"].astype(np.float64)
    degree = np.asarray(W.sum(axis=1)).ravel()
    values = method.result().extras["exact eigenvalues"]
    np.testing.assert_allclose((W @ vectors) / degree[:, None], vectors * (1 - values), atol=1e-3)
    steps = [batch for batch in seen if not any(torch.equal(batch[0], picture) for picture in x)]
    assert len(steps) == 2 * 2 * 10  # in every step other views: of the samples of the loss, and of the weights
    assert not torch.equal(steps[0], steps[2])
    np.testing.assert_array_equal(method.predict(X), method.labels_)


def test_with_views_the_graph_takes_the_best_of_the_starts_of_k_means_and_the_groups_of_its_own_vectors(digits):
    method = SpectralNet(4, **SMALL, affinity="views", n_init=4)
    graphs = []
    settle = method._settle
    method._settle = lambda X: settle(X) or graphs.append(method._graph)
    method.fit(digits[0])
    edges = edges_of(graphs[0]._whole)
    seed, Y = method._fit_seed, method.embedding_
    starts = [KMeans(4, n_init=1, random_state=seed + i).fit_predict(Y) for i in range(4)]
    assert modularity(method.labels_, edges) >= max(modularity(labels, edges) for labels in starts) - 1e-3


def test_with_views_the_map_is_read_around_the_groups_of_the_exact_vectors():
    """k-means from random starts cuts the long way what lies in two long parallel groups."""
    x = torch.rand(60, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    rule = GraphRule(3, 60, 3, local=False, of_all=True, normalized=False, walk=2, unit=False)
    W = SampleGraph(x, 3, 2).plain()
    graph = WalkGraph(x.flatten(1), x.flatten(1), rule, 2, 4, 0, views=(W, lambda rows, generator: x[rows].flatten(1)))
    exact = graph.partition
    learned = np.random.default_rng(0).normal(size=(60, 2)) * [1, 20]
    for group in (0, 1):
        learned[exact == group] -= learned[exact == group].mean(axis=0)
    learned[:, 0] += 6 * exact
    width = graph.best_width(learned, 3)
    assert width == 2
    assert adjusted_rand_score(exact, graph.partition) > 0.7
    assert adjusted_rand_score(exact, KMeans(2, n_init=3, random_state=0).fit_predict(learned)) < 0.3


def test_views_are_for_the_graph_of_all_samples():
    with pytest.raises(ValueError, match="graph='walk'"):
        SpectralNet(2, affinity="views", graph="batch").fit(rings(60)[0])


def test_what_is_no_picture_has_no_views():
    X, _ = rings(120)
    few = {**SMALL, "max_epochs": 2}
    usual, asked = (SpectralNet(2, **few, affinity=affinity).fit(X) for affinity in ("auto", "views"))
    np.testing.assert_array_equal(asked.embedding_, usual.embedding_)


@pytest.mark.parametrize(
    "switches",
    [
        {"graph": "batch"},
        {"graph": "batch", "normalized": True, "scale": "local"},
        {"graph": "walk", "walk": 3, "scale": "local"},
    ],
)
def test_every_switch_learns(switches):
    X, y = blobs()
    method = SpectralNet(3, **{**SMALL, "max_epochs": 4, "affinity": "euclidean"}, spectral_batch=100, **switches)
    events = list(method.fit_events(X))
    assert adjusted_rand_score(y, method.labels_) > 0.9
    assert values(events, "Spectral map", "grassmann")[-1] < 0.5
    assert orthonormality_error(method.embedding_) < 1e-3


def test_with_the_weights_held_fixed_the_gradient_takes_them_for_constants():
    """One step of the paper's form by hand: the gradient of tr(Y~^T L Y~ R R^T) / m, R not differentiated."""
    from deepclust.losses.batch_affinity import batch_affinity
    from deepclust.losses.spectral import spectral_loss
    from deepclust.nets.orthonormal import orthonormal_weights

    c = torch.from_numpy(blobs(40)[0]).double()
    y = torch.tanh(c[:, :3]).requires_grad_()
    W = batch_affinity(c, 5)
    L = torch.diag(W.sum(dim=1)) - W
    R = orthonormal_weights(y.detach())
    (held,) = torch.autograd.grad(spectral_loss(W, y @ R), y)
    np.testing.assert_allclose(held, 2 * L @ y.detach() @ R @ R.T / 40, atol=1e-10)
    (through,) = torch.autograd.grad(spectral_loss(W, y @ orthonormal_weights(y)), y)
    # held fixed it only shortens Y~; through the weights, length does not matter
    assert float((held * y.detach()).sum()) > 0
    assert abs(float((through * y.detach()).sum())) < 1e-5


@pytest.mark.parametrize("graph", ["batch", "walk"])
def test_weights_held_fixed_run_to_the_end(graph):
    method = SpectralNet(3, **SMALL, graph=graph, through_weights=False, scale_neighbor=1).fit(blobs()[0])
    assert np.isfinite(method.embedding_).all()
    assert len(np.unique(method.labels_)) == 3


def test_the_paper_has_a_preset_for_its_code_and_one_for_its_text():
    code, text = (SpectralNet(**SpectralNet.presets[name]) for name in ("paper", "paper-text"))
    assert code.graph == text.graph == "batch"
    assert (code.through_weights, code.near) == (True, 0.05)
    assert (text.through_weights, text.near) == (False, 0.0)


def test_outputs_that_collapse_are_told_apart_and_told_once(monkeypatch):
    y = torch.from_numpy(np.random.default_rng(0).normal(size=(100, 4)))
    assert not has_collapsed(y)
    assert has_collapsed(torch.cat([y, y[:, :1] + 1e-5 * y[:, 1:2]], dim=1))
    monkeypatch.setattr("deepclust.methods.spectralnet.spectralnet.has_collapsed", lambda y_tilde: True)
    small = {**SMALL, "max_epochs": 8, "affinity": "euclidean"}
    for through, cure in ((True, "smaller learning rate"), (False, "through_weights")):
        events = list(SpectralNet(3, **small, through_weights=through).fit_events(blobs()[0]))
        (words,) = [e.text for e in events if isinstance(e, Note) and "collapsed" in e.text]
        assert cure in words


def test_a_map_that_learns_is_not_called_collapsed(on_rings):
    assert not [e for e in on_rings[1] if isinstance(e, Note)]


def test_before_the_map_the_rate_falls_with_the_loss_of_what_is_held_back(digits):
    method = SpectralNet(
        4,
        **{**SMALL, "siamese_epochs": 40},
        space="code",
        pretrain_epochs=40,
        n_channels=4,
        first_patience=1,
        learning_rate=1e-6,  # so that hardly anything is learned, and the rate is soon spent
        siamese_relu=True,
        optimiser="rmsprop",
        near=0.05,
    )
    events = list(method.fit_events(digits[0]))
    notes = [e.text for e in events if isinstance(e, Note)]
    assert any("autoencoder has converged" in text for text in notes) or any("Siamese" in text for text in notes)
    stages = {e.name: set(e.terms) for e in events if isinstance(e, Stage)}
    assert stages["Autoencoder"] == {"reconstruction", "validation"}
    assert stages["Siamese network"] == {"contrastive", "validation"}
    assert method.result().spaces["Affinity space"].min() >= 0
    assert method.n_iter_ < 82


@pytest.mark.parametrize(("kind", "expected"), [("adam", torch.optim.Adam), ("rmsprop", torch.optim.RMSprop)])
def test_how_steps_are_taken(kind, expected):
    method = SpectralNet(optimiser=kind, learning_rate=0.01)
    method.device_ = torch.device("cpu")
    assert type(optimiser_of(method, torch.nn.Linear(2, 2))) is expected


def test_an_epoch_of_the_map_is_so_many_steps(monkeypatch):
    from deepclust.methods.spectralnet import spectralnet

    taken = []
    descend = spectralnet.descend
    monkeypatch.setattr(spectralnet, "descend", lambda *args: taken.append(1) or descend(*args))
    X, _ = blobs(900)
    SpectralNet(3, **{**SMALL, "affinity": "euclidean"}, spectral_batch=64).fit(X)
    assert len(taken) == 2 * 10  # a pass through all samples would be 13


def test_stopped_before_the_map_the_latest_space_is_clustered(digits):
    method = SpectralNet(4, **SMALL)
    events = method.fit_events(digits[0])
    while not isinstance(next(events), Progress):
        pass
    events.close()
    assert method.embedding_.shape == (300, 10)
    assert method.spectral_embedding_ is None
    assert "exact eigenvectors" not in method.result().extras
    copy = SpectralNet(4, **SMALL)
    file = io.BytesIO()
    torch.save(method.fitted_state(), file)
    file.seek(0)
    copy.load_fitted(torch.load(file, weights_only=True))
    np.testing.assert_array_equal(copy.predict(digits[0]), method.labels_)


def test_a_rate_that_has_fallen_to_the_least_is_spent():
    optimiser = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=1e-3)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, patience=0)
    for n_falls in range(4):
        assert not is_spent(optimiser), n_falls
        for _ in range(1 if n_falls else 2):
            schedule.step(1.0)
    assert is_spent(optimiser)  # 1e-3 * 0.1 * 0.1 * 0.1 * 0.1 is a little more than 1e-7


def test_it_ends_when_the_learning_rate_is_spent():
    method = SpectralNet(2, **{**SMALL, "max_epochs": 60, "steps_per_epoch": 1}, patience=1, learning_rate=1e-6)
    method.fit(rings(100)[0])
    assert method.n_iter_ < 60


# -- batches that are poor ------------------------------------------------------------------------------------------


def test_fewer_different_points_than_clusters_in_a_batch():
    X = np.repeat(np.random.default_rng(0).random((12, 3)), 25, axis=0)
    for graph in ("batch", "walk"):
        method = SpectralNet(10, **SMALL, graph=graph, spectral_batch=8, n_neighbors=3).fit(X)
        assert np.isfinite(method.embedding_).all()
        assert method.embedding_.shape == (300, 10)


@pytest.mark.parametrize("graph", ["batch", "walk"])
def test_forty_clusters(graph):
    X, _ = blobs(n=400, k=40, d=40)
    method = SpectralNet(40, **{**SMALL, "spectral_hidden": 128}, graph=graph).fit(X)
    assert method.embedding_.shape[0] == 400
    assert 40 <= method.embedding_.shape[1] <= (60 if graph == "walk" else 40)
    assert orthonormality_error(method.embedding_) < 0.05
    assert len(np.unique(method.labels_)) == 40


@pytest.mark.parametrize("n", [257, 300, 385])  # odd last batches: 1, 44 and 129 samples more than full ones
def test_odd_last_batches(n):
    method = SpectralNet(3, **SMALL, spectral_batch=128, batch_size=128, graph="batch").fit(blobs(n)[0])
    assert method.labels_.shape == (n,)
    assert np.isfinite(method.embedding_).all()


# -- graphs and walks -----------------------------------------------------------------------------------------------


def test_pairs_of_the_siamese_network():
    c = np.random.default_rng(0).normal(size=(30, 2))
    neighbors = positive_pairs(c, 2)
    distance = np.linalg.norm(c[:, None] - c, axis=2)
    np.testing.assert_array_equal(neighbors, np.argsort(distance, axis=1)[:, 1:3])
    rows = torch.arange(30).repeat(50)
    near, far, is_far = drawn_pairs(rows, neighbors, torch.Generator().manual_seed(0))
    assert (neighbors[rows] == near[:, None]).any(dim=1).all()
    assert not (neighbors[rows][is_far] == far[is_far, None]).any()
    assert not (rows[is_far] == far[is_far]).any()
    assert 0.8 < float(is_far.float().mean()) < 1.0  # 3 of 30 are not far


def test_walks_follow_the_affinities():
    from scipy.sparse import csr_array

    W = csr_array(np.array([[0, 3.0, 1.0, 0], [3.0, 0, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 0]]))
    walks = random_walks(W, np.zeros(40_000, int), 3, np.random.default_rng(0))
    assert walks.shape == (4, 40_000)
    assert np.bincount(walks[1], minlength=3)[1] / 40_000 == pytest.approx(0.75, abs=0.01)
    assert (walks[2] == 0).all()
    alone = random_walks(W, np.full(5, 3), 2, np.random.default_rng(0))
    assert (alone == 3).all()


def test_walks_keep_to_the_edges_of_a_large_graph():
    W = gaussian_affinity(rings(300)[0], 5)
    walks = random_walks(W, np.arange(300), 20, np.random.default_rng(0))
    assert all((W[a, b] > 0).all() for a, b in itertools.pairwise(walks))


@pytest.mark.parametrize(("value", "steps"), [(0.0, 512), (1e-4, 512), (0.01, 100), (0.4, 2), (1.9, 1)])
def test_length_of_a_walk(value, steps):
    assert walk_length(value) == steps


def test_the_ends_of_walks_alone():
    W = gaussian_affinity(rings(300)[0], 5)
    walks, (end,) = (
        random_walks(W, np.arange(300), 20, np.random.default_rng(0), ends_only=only) for only in (False, True)
    )
    np.testing.assert_array_equal(walks[-1], end)


def test_walkers_start_where_walks_on_their_own_graph_are_found(monkeypatch):
    """Two that are joined, and one whose other neighbours are all held back: nobody starts there."""
    from scipy.sparse import csr_array

    monkeypatch.setattr("deepclust.methods.spectralnet.walk_graph.held_back", lambda n, k, seed: np.arange(30))
    c = torch.from_numpy(blobs(60)[0])
    graph = WalkGraph(c, c, GraphRule(5, 20, 5, False, True, False, 4), 3, 3, seed=0)
    joined = np.zeros((30, 30))
    joined[0, 1] = joined[1, 0] = 1.0
    graph._seen_graph, graph._seen_share = csr_array(joined), np.cumsum(joined.sum(axis=1))
    graph.begin_epoch(torch.Generator().manual_seed(0))
    assert set(graph._walks.flatten().tolist()) == {30, 31}
    np.testing.assert_allclose(
        np.diff(WalkGraph(c, c, graph.rule, 3, 3, seed=0)._seen_share, prepend=0),
        np.asarray(graph._whole[30:][:, 30:].sum(axis=1)).ravel(),
    )


@pytest.mark.parametrize("local", [False, True])
def test_neighbours_are_searched_once(monkeypatch, local):
    from deepclust import graphs, neighbors

    search, searches = neighbors.nearest_neighbors, []
    for module in (graphs, neighbors):
        monkeypatch.setattr(module, "nearest_neighbors", lambda *args: searches.append(args) or search(*args))
    X = blobs(300)[0]
    W = whole_graph(X, GraphRule(5, 100, 9, local, True, False, 4))
    assert len(searches) == 1
    expected = self_tuning_affinity(X, 5, scale_neighbor=5) if local else gaussian_affinity(X, 5, scale_neighbor=9)
    if not local:
        distances = search(X, 9)[1]
        expected = gaussian_affinity(X, 5, float(np.median(distances[:, 8])))
    assert abs(W - expected).max() < 1e-9


def test_what_is_judged_stands_for_all_also_where_samples_come_by_class():
    y = np.repeat(np.arange(10), 2000)
    c = torch.from_numpy(np.eye(10, dtype=np.float32)[y])
    graph = BatchGraph(c, c, GraphRule(3, 100, 3, False, False, False, 0), 10, 10, seed=0)
    assert len(graph._seen_back) == 100
    assert len(np.unique(y[graph._seen_back])) == 10


def test_what_many_samples_are_judged_by_is_always_the_same(monkeypatch):
    for module in ("spectralnet", "walk_graph"):
        monkeypatch.setattr(f"deepclust.methods.spectralnet.{module}.EXACT_UP_TO", 150)
    method = SpectralNet(3, **{**SMALL, "affinity": "euclidean"})
    events = method.fit_events(blobs(400)[0])
    next(e for e in events if isinstance(e, Progress))
    first, second = (method._judge(method._graph)[1]["validation"] for _ in range(2))
    events.close()
    assert first == second


def test_neighbours_in_a_batch_and_among_all():
    rule = GraphRule(3, 100, 3, local=False, of_all=False, normalized=False, walk=0)
    assert rule.neighbors_of_all(1000) == 30
    assert rule.neighbors_of_all(50) == 3
    assert GraphRule(3, 100, 3, False, True, False, 0).neighbors_of_all(1000) == 3


def test_a_few_samples_apart_take_no_eigenvector():
    X, _ = blobs(k=2, d=3)
    far = np.array([[90, 90, 90], [91, 90, 90], [90, 91, 90]], np.float32)
    s = torch.from_numpy(np.concatenate([X, far, -far]))
    rule = GraphRule(2, 64, 2, local=True, of_all=True, normalized=False, walk=0, unit=True)
    graph = WalkGraph(s, s, rule, 2, 3, 0)
    assert not graph.vectors[-6:].any()
    assert graph.values[0] == pytest.approx(0, abs=1e-6)
    degree = graph._degree
    np.testing.assert_allclose(
        graph.vectors.T @ (degree[:, None] * graph.vectors) / degree.sum(), np.eye(graph.n_outputs), atol=1e-4
    )


def test_a_tenth_is_held_back_and_never_learned_from():
    assert len(held_back(100, 4, 0)) == 0
    held = held_back(1000, 4, 0)
    assert len(np.unique(held)) == 100
    c = torch.from_numpy(blobs(1000)[0])
    rule = GraphRule(5, 200, 5, local=False, of_all=True, normalized=False, walk=4)
    graph = WalkGraph(c, c, rule, 4, 4, seed=0)
    generator = torch.Generator().manual_seed(0)
    graph.begin_epoch(generator)
    assert not np.isin(graph.others(5000, generator), held).any()
    seen = []
    graph.loss(lambda rows: seen.append(rows) or rows, torch.arange(400), generator)
    assert not (seen[0][:, None] == c[torch.from_numpy(held)]).all(dim=2).any()
    in_batches = BatchGraph(c, c, GraphRule(5, 200, 5, False, False, False, 0), 4, 4, seed=0)
    np.testing.assert_array_equal(np.sort(np.concatenate([in_batches.train, in_batches.held])), np.arange(1000))


def test_more_eigenvectors_than_clusters_where_they_make_a_better_partition():
    c = torch.from_numpy(load_digits().data[:600].astype(np.float32) / 16)
    rule = GraphRule(5, 64, 5, False, True, False, 8)
    narrow, wide = (WalkGraph(c, c, rule, 10, most, seed=0) for most in (10, 15))
    assert narrow.n_outputs == 10 < wide.n_outputs <= 15
    assert wide.vectors.shape == (600, wide.n_outputs)
    edges = edges_of(wide._whole)

    def quality(graph: WalkGraph) -> float:
        scaled = graph.vectors / graph.vectors.std()
        return modularity(KMeans(10, n_init=10, random_state=0).fit_predict(scaled), edges)

    assert quality(wide) > quality(narrow) + MARGIN
    method = SpectralNet(n_clusters=10, **SMALL, affinity="euclidean", n_neighbors=5).fit(c.numpy())
    assert method.embedding_.shape == method.result().extras["exact eigenvectors"].shape
    assert 10 <= method.embedding_.shape[1] <= 15
    np.testing.assert_array_equal(method.predict(c.numpy()[:50]), method.labels_[:50])
    alike = SpectralNet(n_clusters=10, **SMALL, affinity="euclidean", n_neighbors=5, outputs="clusters")
    assert alike.fit(c.numpy()).embedding_.shape == (600, 10)


def test_the_loss_of_walks_is_least_at_the_eigenvectors():
    X, _ = rings(300)
    c = torch.from_numpy(X)
    graph = WalkGraph(c, c, GraphRule(10, 64, 10, False, True, False, 8), 3, 3, seed=0)
    generator = torch.Generator().manual_seed(0)
    graph.begin_epoch(generator)
    weights = np.asarray(graph._whole.sum(axis=1)).ravel()
    F = graph.vectors / np.sqrt((weights[:, None] * graph.vectors**2).sum(axis=0) / weights.sum())
    F = torch.from_numpy(F)  # Y^T D Y / sum(D) = I
    rows = {tuple(point): i for i, point in enumerate(X.tolist())}

    def place(points: torch.Tensor) -> torch.Tensor:
        return F[[rows[tuple(point)] for point in points.tolist()]]

    found = float(graph.loss(place, torch.arange(20_000), generator))
    expected = float((1 - (1 - graph.values) ** 8).sum())
    assert found == pytest.approx(expected, abs=0.02)
