"""The Eigenvectors view: gaps in words, two eigenvectors linked with the latent map, and what a method learned."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.maps.jobs import read_job, run_job
from deepclust.engine.maps.run_maps import eigen_job, map_job
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from deepclust.spaces import INPUT, LATENT
from tests.pages.conftest import blobs


@pytest.fixture(autouse=True)
def plotly_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")


@pytest.fixture
def solved(finished: Run, store: RunStore) -> Run:
    """A finished run whose eigenvectors and first map are there."""
    for job in (eigen_job(finished, store), map_job(finished, store, LATENT, "pca")):
        run_job(job, lambda fraction, text: None)
    return finished


@pytest.fixture
def learned(store: RunStore) -> Run:
    """A run that says to be SpectralNet's: its Y is that of a whole space turned, with the exact eigenvectors beside it."""
    data = blobs()
    ref = keep_dataset(data, store.datasets)
    run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": 3, "n_init": 2}))
    assert train(run, store).state == "done"
    exact = np.linalg.qr(np.random.default_rng(0).normal(size=(120, 3)))[0]
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    result = replace(
        run.result(),
        spectral_embedding=(exact @ turn * np.sqrt(120)).astype(np.float32),
        extras={"exact eigenvectors": exact.astype(np.float32), "exact eigenvalues": np.array([0, 0.1, 0.2])},
    )
    result.save(run.folder / "result.npz")
    as_spectral = {**json.loads((run.folder / "config.json").read_text()), "method": "SpectralNet"}
    as_spectral["params"]["spectral_batch"] = 40
    (run.folder / "config.json").write_text(json.dumps(as_spectral))
    run = store.get(run.id)
    for job in (eigen_job(run, store, INPUT), map_job(run, store, LATENT, "pca")):
        run_job(job, lambda fraction, text: None)
    return run


def charts(visitor: AppTest) -> dict[str, dict]:
    """Plotly charts by the beginning of their key."""
    found = {}
    for chart in visitor.get("plotly_chart"):
        for name in ("eigenvalues", "eigen-latent", "eigen", "gram", "batches", "angles", "Learned", "Exact"):
            if f"-{name}-" in chart.proto.id or f"-{name} " in chart.proto.id:
                found[name] = json.loads(chart.proto.spec)
                break
    return found


def words_of(visitor: AppTest) -> str:
    return "\n".join(part.value for part in [*visitor.markdown, *visitor.caption, *visitor.subheader])


def test_the_view_is_chosen_by_a_control_and_kept_in_the_address(app: Callable[..., AppTest], solved: Run) -> None:
    visitor = app("explore", run=solved.id)
    assert "What the gaps say about k" not in words_of(visitor)
    visitor.segmented_control(key=f"view-{solved.id}").set_value("Eigenvectors").run()
    assert not visitor.exception
    assert "What the gaps say about k" in words_of(visitor)
    assert visitor.query_params["view"] in ("Eigenvectors", ["Eigenvectors"])
    assert not any("Cluster A" in part.proto.body for part in visitor.get("html")), "one view is computed"
    visitor.segmented_control(key=f"view-{solved.id}").set_value("Clusters").run()
    assert "view" not in visitor.query_params
    assert any("Cluster A" in part.proto.body for part in visitor.get("html"))


def test_an_address_opens_the_view_and_nonsense_the_first(app: Callable[..., AppTest], solved: Run) -> None:
    assert "What the gaps say" in words_of(app("explore", run=solved.id, view="Eigenvectors"))
    assert "What the gaps say" not in words_of(app("explore", run=solved.id, view="nonsense"))


def test_gaps_are_drawn_and_told(app: Callable[..., AppTest], solved: Run) -> None:
    visitor = app("explore", run=solved.id, view="Eigenvectors")
    bars = [trace for trace in charts(visitor)["eigenvalues"]["data"] if trace["type"] == "bar"]
    assert [len(_floats(trace["x"])) for trace in bars] == [3, 18]
    told = words_of(visitor)
    assert "groups" in told
    assert "KMeans learns no" in told or "k-means learns no" in told.lower()


def test_eigenvectors_that_are_not_there_are_asked_for(
    app: Callable[..., AppTest], finished: Run, store: RunStore
) -> None:
    visitor = app("explore", run=finished.id, view="Eigenvectors")
    assert "eigenvalues" not in charts(visitor)
    waiting = [json.loads(path.read_text()) for path in (store.root / "projector" / "jobs").glob("*.json")]
    assert [job["space"] for job in waiting] == ["eigen"]
    run_job(read_job(waiting[0]), lambda fraction, text: None)
    visitor.run()
    assert "eigenvalues" in charts(visitor)


def test_eigenvectors_that_were_removed_are_made_again(
    app: Callable[..., AppTest], solved: Run, store: RunStore
) -> None:
    eigen_job(solved, store).eigen_path.unlink()
    app("explore", run=solved.id, view="Eigenvectors")
    assert list((store.root / "projector" / "jobs").glob("*.json"))


def test_both_maps_show_the_selection(app: Callable[..., AppTest], solved: Run) -> None:
    visitor = app("explore", run=solved.id, view="Eigenvectors")
    visitor.session_state["selection"] = (solved.id, np.array([3, 7, 50]))
    visitor.run()
    assert not visitor.exception
    shown = charts(visitor)
    for name in ("eigen", "eigen-latent"):
        chosen = [len(_floats(trace["selectedpoints"])) for trace in shown[name]["data"]]
        assert sum(chosen) == 3, name
    assert any("3 of 3 shown" in c.value for c in visitor.caption)


def test_any_two_eigenvectors_can_be_shown(app: Callable[..., AppTest], solved: Run, store: RunStore) -> None:
    with np.load(eigen_job(solved, store).eigen_path) as kept:
        vectors = kept["vectors"]
    visitor = app("explore", run=solved.id, view="Eigenvectors")
    across = next(box for box in visitor.selectbox if box.label == "Across")
    across.set_value(5).run()
    assert not visitor.exception
    assert any("**Eigenvector 6** across" in c.value for c in visitor.caption)
    drawn = np.concatenate([_floats(trace["x"]) for trace in charts(visitor)["eigen"]["data"]])
    np.testing.assert_allclose(np.sort(drawn), np.sort(vectors[:, 5]) * np.sqrt(120), rtol=1e-5, atol=1e-6)


def test_what_was_learned_is_held_against_the_exact(app: Callable[..., AppTest], learned: Run) -> None:
    visitor = app("explore", run=learned.id, view="Eigenvectors")
    distance = next(m.value for m in visitor.metric if m.label == "Grassmann distance")
    assert distance.startswith("0.000 of 3")
    shown = charts(visitor)
    pair = [np.concatenate([_floats(t["x"]) for t in shown[n]["data"]]) for n in ("Learned", "Exact")]
    np.testing.assert_allclose(*pair, atol=1e-4)  # one is turned onto the other
    assert max(_floats(shown["angles"]["data"][0]["y"])) < 0.1
    np.testing.assert_allclose(_floats(shown["gram"]["data"][0]["z"]).reshape(3, 3), np.eye(3), atol=1e-5)


def test_other_batches_are_checked_near_the_batch_size_of_the_run(app: Callable[..., AppTest], learned: Run) -> None:
    from deepclust.metrics.subspace import orthonormality

    result = learned.result()
    table = np.array([[64, 0.21, 0.34, 0.55]])
    replace(result, extras={**result.extras, "orthonormality": table}).save(learned.folder / "result.npz")
    visitor = app("explore", run=learned.id, view="Eigenvectors")
    told = "With batches of 64 (this run's are 40), weights from one batch leave an error of **0.34** on another"
    assert told in words_of(visitor)
    assert "0.55 on samples that the map did not learn from" in words_of(visitor)
    assert len(charts(visitor)["batches"]["data"]) == 3

    assert not len(orthonormality(result.spectral_embedding)), "120 samples have no two batches of 64"
    result.save(learned.folder / "result.npz")
    visitor.run()
    assert "too few samples to draw batches from" in words_of(visitor)


def _floats(values: object) -> np.ndarray:
    """An array of a plotly figure, which may be packed."""
    import base64

    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).astype(float)
    return np.asarray(values, float)
