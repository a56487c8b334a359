"""The Projection and its file, cache keys, samples of ids, and what project() promises for every method."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from deepclust.projections import PROJECTIONS, Cancelled, Projection, cache_key, project, sample_ids

FAST = {name: {"n_iter": 20} if name == "tsne" else {} for name in PROJECTIONS}
HEAVY = sorted({module for projection in PROJECTIONS.values() for module in projection.heavy})


def each(names):
    """The names, those that numba has to compile for marked as slow."""
    return [pytest.param(name, marks=pytest.mark.slow if "numba" in PROJECTIONS[name].heavy else []) for name in names]


EVERY = each(PROJECTIONS)


@pytest.fixture(scope="module")
def digits():
    return load_digits().images.astype(np.float32)[:240]


def test_importing_projections_loads_nothing_heavy():
    code = (
        "import sys, deepclust.projections, deepclust.graphs, deepclust.metrics; "
        f"print([m for m in {(*HEAVY, 'torch', 'sklearn', 'scipy')} if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_our_umap_module_does_not_hide_the_real_one():
    from importlib.util import find_spec

    import deepclust.projections.umap as ours

    assert ours.__name__ == "deepclust.projections.umap"
    assert find_spec("umap").origin != ours.__file__


def test_saved_and_loaded_are_the_same(tmp_path):
    projection = Projection(
        "umap", {"n_neighbors": 15}, np.eye(3, 2, dtype=np.float32), 0.9, 1.5, "abc", np.array([1, 5, 7])
    )
    path = projection.save(tmp_path / "deep" / "map.npz")
    loaded = Projection.load(path)
    assert (loaded.method, loaded.params, loaded.trustworthiness, loaded.seconds, loaded.key) == (
        "umap",
        {"n_neighbors": 15},
        0.9,
        1.5,
        "abc",
    )
    np.testing.assert_array_equal(loaded.points, projection.points)
    np.testing.assert_array_equal(loaded.ids, projection.ids)
    assert [p.name for p in path.parent.iterdir()] == ["map.npz"]
    assert Projection.load(Projection("pca", {}, np.zeros((2, 2), np.float32)).save(path)).ids is None


def test_a_damaged_file_is_refused_in_words(tmp_path):
    (tmp_path / "text.npz").write_text("not a zip")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    whole = Projection("pca", {}, np.zeros((50, 2), np.float32)).save(tmp_path / "cut.npz")
    whole.write_bytes(whole.read_bytes()[:200])
    for name in ("text", "other", "cut"):
        with pytest.raises(ValueError, match=f"{name}.npz is not a saved projection"):
            Projection.load(tmp_path / f"{name}.npz")


def test_cache_key_changes_with_every_choice_and_with_nothing_else():
    asked = ("f", "latent", "umap", 2, {"n_neighbors": 15}, 2000, 0)
    key = cache_key(*asked)
    assert len(key) == 16
    assert int(key, 16) >= 0
    assert cache_key("f", "latent", "umap", 2, {}, 2000, 0) == key  # the default, left out
    assert cache_key("f", "latent", "umap", 2, {"min_dist": 0.1, "n_neighbors": 15.0}, 2000, 0) == key
    others = [("g", "input", "tsne", 3, {"n_neighbors": 16}, None, 1)[i] for i in range(7)]
    changed = {cache_key(*(*asked[:i], others[i], *asked[i + 1 :])) for i in (0, 1, 3, 4, 5, 6)}
    assert len(changed | {key}) == 7


def test_sample_gives_every_cluster_its_share():
    labels = np.repeat([0, 1, 2, -1], [700, 290, 6, 4])
    ids = sample_ids(1000, 100, labels=labels)
    assert len(ids) == len(set(ids.tolist())) == 100
    assert (np.diff(ids) > 0).all()
    np.testing.assert_array_equal(np.bincount(labels[ids] + 1), [1, 69, 29, 1])
    np.testing.assert_array_equal(ids, sample_ids(1000, 100, labels=labels))
    assert ids.tolist() != sample_ids(1000, 100, seed=1, labels=labels).tolist()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 17, 59, 60, 61])
def test_sample_sizes_are_exact(size):
    labels = np.random.default_rng(0).integers(0, 5, 60)
    for given in (None, labels):
        ids = sample_ids(60, size, labels=given)
        assert len(np.unique(ids)) == min(size, 60)
    if size >= 5:
        assert len(np.unique(labels[ids])) == 5


def test_sample_refuses_nonsense():
    with pytest.raises(ValueError, match="choose 1 or more"):
        sample_ids(10, 0)
    with pytest.raises(ValueError, match="one cluster for each of 10"):
        sample_ids(10, 5, labels=[0, 1])


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("n_components", [2, 3])
def test_every_method_maps_pictures_the_same_way_each_time(method, n_components, digits):
    seen = []
    first = project(digits, method, n_components, params=FAST[method], progress=lambda *said: seen.append(said))
    again = project(digits, method, n_components, params=FAST[method])
    assert first.points.shape == (240, n_components)
    assert first.points.dtype == np.float32
    np.testing.assert_array_equal(first.points, again.points)
    assert 0.75 < first.trustworthiness <= 1
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    assert seen[0][0] == 0.0
    assert PROJECTIONS[method].title in seen[-1][1]


@pytest.mark.parametrize("method", EVERY)
def test_every_method_takes_few_samples_copies_and_one_feature(method, digits):
    for X in (
        digits[:4],
        digits[:5],
        digits[:15],
        np.ones((30, 3)),
        np.arange(40.0)[:, None],
        np.repeat(digits[:3], 9, 0),
    ):
        assert np.isfinite(project(X, method, 2, params=FAST[method]).points).all()


@pytest.mark.parametrize("method", EVERY)
def test_every_method_maps_the_ids_it_is_given(method, digits):
    ids = np.arange(0, 240, 3)
    projection = project(digits, method, params=FAST[method], ids=ids, key="k")
    np.testing.assert_array_equal(projection.ids, ids)
    assert projection.key == "k"
    np.testing.assert_array_equal(projection.points, project(digits[ids], method, params=FAST[method]).points)


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("at", [0.0, 0.05, 0.5])
def test_every_method_stops_when_asked(method, at, digits):
    asked = []

    def progress(fraction, text):
        asked.append(fraction)
        return fraction >= at

    if method == "pca" and at > 0:
        assert project(digits, method, progress=progress).points.shape == (240, 2)  # it was quicker
        return
    with pytest.raises(Cancelled, match=PROJECTIONS[method].title):
        project(digits, method, progress=progress)
    assert sum(fraction >= at for fraction in asked) <= 2  # tqdm closes its bar with one word more


@pytest.mark.parametrize("method", [name for name in PROJECTIONS if name != "pca"])
def test_neighbor_methods_refuse_fewer_than_four(method, digits):
    with pytest.raises(ValueError, match="needs at least 4 samples and got 3: take PCA"):
        project(digits[:3], method)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"method": "mds"}, f"There is no projection 'mds': choose one of {', '.join(PROJECTIONS)}"),
        ({"n_components": 4}, "choose 2 or 3"),
        (
            {"method": "umap", "params": {"perplexity": 3}},
            "UMAP has no parameter 'perplexity'. It has: n_neighbors, min_dist",
        ),
        ({"method": "pca", "params": {"whiten": 1}}, "PCA has no parameter 'whiten'. It has: none"),
        (
            {"method": "umap", "params": {"min_dist": 2}},
            "UMAP: min_dist=2 is not allowed. Least distance must be a number from 0 to 1; the default is 0.1",
        ),
        (
            {"method": "tsne", "params": {"perplexity": "many"}},
            "perplexity='many' is not allowed. Perplexity must be a number of 1 or more",
        ),
    ],
)
def test_wrong_choices_are_refused_in_words(asked, words, digits):
    with pytest.raises(ValueError, match=words):
        project(digits, **asked)


def test_wrong_data_is_refused_in_words():
    with pytest.raises(ValueError, match="NaN or infinite"):
        project(np.array([[1.0, np.nan]] * 5))
    with pytest.raises(ValueError, match="at least one sample"):
        project(np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"must be \(n_samples"):
        project(np.zeros(5))
