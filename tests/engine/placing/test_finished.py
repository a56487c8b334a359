"""New samples on finished runs: clusters as the method has them, shapes brought into line, places on a map, imported runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepclust import load_run
from deepclust.data.references import open_dataset
from deepclust.engine.placing.finished import FinishedRun, names_of
from deepclust.engine.training.train import train
from deepclust.exports.bundle import write_bundle
from deepclust.exports.unpacking import open_bundle
from deepclust.metrics.external import acc
from deepclust.runs import Run, RunStore
from deepclust.spaces import INPUT, LATENT


def finished(ask: Callable[..., Run], store: RunStore, method: str = "KMeans", **how) -> FinishedRun:
    run = ask(method, **how)
    assert train(run, store).state == "done"
    return load_run(run.id, store.root)


@pytest.mark.parametrize("method", ["KMeans", "SpectralClustering", "SpectralNet", "DSCDAN", "LALNet"])
def test_the_runs_own_samples_land_in_their_clusters(ask: Callable[..., Run], store: RunStore, method: str) -> None:
    run = finished(ask, store, method)
    X = run.data.X[::7]
    placed = run.predict(X)
    assert np.mean(placed.labels == run.result.labels[::7]) > 0.9  # copies of a batch may round otherwise
    np.testing.assert_allclose(placed.memberships.sum(axis=1), 1)
    np.testing.assert_allclose(
        placed.distances, np.linalg.norm(placed.embedding[:, None] - run.centres, axis=2).min(axis=1), rtol=1e-5
    )
    assert placed.nearest[str(INPUT)][:, 0].tolist() == list(range(0, 90, 7)), "each is its own nearest sample"
    spaces = {str(known.space) for known in placed.known}
    assert {str(INPUT), str(LATENT)} <= spaces
    assert [known.tells for known in placed.known] == sorted((known.tells for known in placed.known), reverse=True)
    if method == "DSCDAN":
        assert "space:Latent mean" in spaces


def test_what_was_never_seen_is_unusual_and_what_was_is_not(ask: Callable[..., Run], store: RunStore, tmp_path) -> None:
    dice = np.random.default_rng(0)
    kinds = (dice.random((3, 6, 6)) > 0.5) * 0.8  # three patterns, whose halves are as telling as the whole
    X = np.clip(kinds[np.repeat([0, 1, 2], 40)] + dice.random((120, 6, 6)) * 0.2, 0, 1).astype(np.float32)
    np.savez(tmp_path / "patterns.npz", x=X)
    run = finished(ask, store, ref={"file": str(tmp_path / "patterns.npz")})
    placed = run.predict(np.concatenate([X, 1 - X[:20]]))
    assert placed.judge is not None
    assert placed.judge.tells > 0.95
    assert placed.unusual[:120].mean() <= 0.1
    assert placed.unusual[120:].all()
    names = names_of(run.run)
    assert placed.sentence(0, names).startswith("It lands in Cluster ")
    assert "hardly seen such a thing: in the " in placed.sentence(125, names)


def test_the_percentile_is_calibrated_on_the_test_part_where_the_run_has_not_learned_from_it(
    ask: Callable[..., Run], store: RunStore, tmp_path
) -> None:
    dice = np.random.default_rng(0)
    y = np.arange(150) % 3
    X = np.clip(np.eye(36)[y * 9] * 0.8 + dice.random((150, 36)) * 0.3, 0, 1).reshape(150, 6, 6).astype(np.float32)
    np.savez(tmp_path / "split.npz", x_train=X[:110], y_train=y[:110], x_test=X[110:], y_test=y[110:])
    run = finished(ask, store, ref={"file": str(tmp_path / "split.npz"), "part": "train"})
    assert [(known.unseen, len(known.calibration)) for known in run.known] == [(True, 40)] * 2
    density = next(known for known in run.known if known.space == INPUT)
    np.testing.assert_allclose(
        np.sort(density.calibration), np.sort(density.density.strangeness(run._flat(X[110:]))), rtol=1e-5
    )


def test_where_no_space_tells_chimeras_from_samples_there_is_no_verdict(
    ask: Callable[..., Run], store: RunStore, tmp_path
) -> None:
    X = np.random.default_rng(0).random((120, 5)).astype(np.float32)  # no feature knows of another
    np.savez(tmp_path / "noise.npz", x=X)
    run = finished(ask, store, ref={"file": str(tmp_path / "noise.npz")})
    placed = run.predict(X[:2])
    assert placed.judge is None
    assert placed.unusual is None
    assert placed.verdict(0) == "cannot tell"
    assert "cannot be told: even in the " in placed.sentence(0, names_of(run.run))


def test_pictures_of_other_sizes_colours_and_bytes_are_brought_into_line(
    ask: Callable[..., Run], store: RunStore
) -> None:
    run = finished(ask, store)
    X = run.data.X[:4]
    large = X.repeat(5, axis=1).repeat(5, axis=2)
    as_they_are = run.predict(X).labels.tolist()
    for other in (
        large,
        np.repeat(large[..., None], 3, axis=3),
        np.rint(large * 255).astype(np.uint8),
        X.reshape(4, -1),
    ):
        assert run.predict(other).labels.tolist() == as_they_are
    assert run.bring(large[:, :20]).shape == (4, 6, 6), "what stands out is cut off"
    with pytest.raises(ValueError, match=r"values from 0.* to 7"):
        run.predict(X / X.max() * 7)
    with pytest.raises(ValueError, match="NaN"):
        run.predict(np.full((1, 6, 6), np.nan))


def test_vectors_are_prepared_as_the_runs_were(ask: Callable[..., Run], store: RunStore, tmp_path) -> None:
    dice = np.random.default_rng(0)
    X = (np.repeat([[0, 0, 0], [5, 900, 1], [9, 100, 7]], 30, axis=0) + dice.normal(size=(90, 3))).astype(np.float32)
    np.savez(tmp_path / "table.npz", x=X)
    for how in ("standardise", "scale"):
        ref = {"file": str(tmp_path / "table.npz"), "prepare": {"how": how}}
        run = finished(ask, store, ref=ref)
        np.testing.assert_allclose(run.bring(X[:5]), open_dataset(ref, store.datasets).X[:5], atol=1e-5)
        assert run.predict(X[:1]).labels.tolist() == run.result.labels[:1].tolist()
    with pytest.raises(ValueError, match="4 features, but the run was trained on 3"):
        run.predict(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"shape \(8, 8\), as pictures have"):
        run.predict(np.zeros((2, 8, 8)))
    run = finished(ask, store, ref={"file": str(tmp_path / "table.npz"), "prepare": {"how": "pca", "n_components": 2}})
    with pytest.raises(ValueError, match="prepared by PCA"):
        run.predict(X)


def test_a_run_of_another_computer_places_samples_also_without_its_data(
    ask: Callable[..., Run], store: RunStore, small_file, tmp_path
) -> None:
    run = finished(ask, store)
    X = run.data.X[:3]
    with open(tmp_path / "run.zip", "wb") as file:
        write_bundle(run.run, store, file, with_data=False)
    small_file.unlink()
    there = RunStore(tmp_path / "there")
    opened = FinishedRun(open_bundle(tmp_path / "run.zip", there), there)
    placed = opened.predict(X)
    assert placed.labels.tolist() == run.result.labels[:3].tolist()
    assert opened.data is None
    assert list(placed.nearest) == [str(LATENT)]
    assert placed.unusual is None
    assert "not on this computer" in placed.sentence(0, names_of(opened.run))


def test_a_place_on_the_map_is_among_its_neighbours_and_never_between_islands(
    ask: Callable[..., Run], store: RunStore
) -> None:
    run = finished(ask, store)
    embedding, ids = run.result.embedding, np.arange(0, 90, 2)
    points = np.zeros((45, 2), np.float32)
    points[::2] = [100, 0]  # two islands, in which neighbours lie at random
    own = run.on_map(embedding[ids[:6]], points, ids)
    np.testing.assert_allclose(own, points[:6], atol=0.1)
    middle = run.on_map(embedding.mean(axis=0, keepdims=True), points, ids)
    assert middle.tolist() in ([[0, 0]], [[100, 0]])


def test_what_cannot_place_anything_says_so(ask: Callable[..., Run], store: RunStore) -> None:
    run = ask()
    with pytest.raises(ValueError, match="found nothing yet"):
        load_run(run.id, store.root)
    with pytest.raises(ValueError, match="There is no run"):
        load_run("nobody", store.root)
    assert train(run, store).state == "done"
    (run.folder / "model.npz").unlink()
    with pytest.raises(ValueError, match="its model is missing"):
        load_run(run.folder)


def test_k_means_with_nearest_centres_stands_beside(ask: Callable[..., Run], store: RunStore) -> None:
    run = finished(ask, store)
    raw = run.by_nearest_centres(run.data.X)
    assert acc(run.result.labels, raw) == 1.0, "the run is k-means itself"
    placed = run.predict(run.data.X)
    assert (np.diff(placed.distances[placed.strangest_first()]) <= 0).all(), "no space can tell, so by the distance"
