"""The Explore page: map, galleries, the k slider, the selection, and what the labels say once they are revealed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.maps.run_maps import map_job
from deepclust.metrics.external import scores
from deepclust.projections import BEST_FIRST, PROJECTIONS, Projection
from deepclust.runs import Run, RunStore
from deepclust.spaces import LATENT
from tests.pages.train.test_train import half_way


@pytest.fixture(autouse=True)
def _plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The map as a Plotly chart, which can be read without a browser; `test_map.py` has the one in WebGL."""
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")


def figure(visitor: AppTest, number: int = 0) -> dict:
    return json.loads(visitor.get("plotly_chart")[number].proto.spec)


def metric(visitor: AppTest, label: str) -> str:
    return next(m.value for m in visitor.metric if m.label == label)


def badges(visitor: AppTest) -> str:
    return "\n".join(part.value for part in visitor.markdown if "-badge[" in part.value)


def control(visitor: AppTest, label: str) -> Any:
    return next(c for c in visitor.get("button_group") if c.label == label)


def address(visitor: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in visitor.query_params.items()}


def reveal(visitor: AppTest) -> None:
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception


def test_without_a_run_it_says_what_will_be_here_and_the_way_to_it(app: Callable[..., AppTest]) -> None:
    visitor = app("explore")
    assert "will be here" in visitor.header[0].value
    assert any(b.label == "Train on the digits first" for b in visitor.button)


def test_map_and_galleries_of_a_finished_run(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    traces = figure(visitor)["data"]
    assert len(traces) == 3
    assert sum("40" in t["name"] for t in traces) >= 1
    galleries = [h.proto.body for h in visitor.get("html") if "Most typical samples of cluster" in h.proto.body]
    assert len(galleries) == 3
    assert "ACC" not in [m.label for m in visitor.metric]
    assert "Class" not in [o for c in visitor.get("button_group") for o in getattr(c, "options", [])]


def test_the_map_that_separates_comes_first_and_pca_stands_in_until_it_is_there(
    app: Callable[..., AppTest], finished: Run, store: RunStore
) -> None:
    visitor = app("explore", run=finished.id)
    told = " ".join(c.value for c in visitor.caption)
    assert "Meanwhile: PCA" in told
    assert PROJECTIONS["pca"].note in told
    job = map_job(finished, store, LATENT, BEST_FIRST[0])
    points = np.random.default_rng(0).normal(size=(120, 2)).astype(np.float32)
    Projection(BEST_FIRST[0], {}, points).save(job.out)
    visitor.run()
    told = " ".join(c.value for c in visitor.caption)
    assert "Meanwhile" not in told
    assert PROJECTIONS[BEST_FIRST[0]].note in told


def test_k_slider_shows_the_clusters_of_another_k(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    visitor.select_slider[0].set_value(5).run()
    assert not visitor.exception
    assert len(figure(visitor)["data"]) == 5
    assert visitor.query_params["k"] in ("5", ["5"])
    assert metric(visitor, "Clusters") == "5"


def test_the_badge_on_top_follows_the_slider_at_once(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    for k in (5, 4, 7):
        visitor.select_slider[0].set_value(k).run()
        assert f"k = {k}" in badges(visitor)


def test_two_runs_of_one_minute_are_told_apart_in_the_list(
    app: Callable[..., AppTest], finished: Run, store: RunStore
) -> None:
    twin = finished.folder.with_name(finished.id[:-4] + "fade")
    shutil.copytree(finished.folder, twin)
    assert len(store.runs()) == 2
    visitor = app("explore", run=finished.id)
    picker = next(box for box in visitor.selectbox if box.label == "Run")
    assert len(set(picker.options)) == 2
    assert {option[-6:] for option in picker.options} == {f"({finished.id[-4:]})", "(fade)"}


def test_the_slider_follows_a_k_that_is_chosen_elsewhere(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    visitor.session_state["ks"][finished.id] = 6  # as a key on the map does
    visitor.run()
    assert visitor.select_slider[0].value == 6
    assert "k = 6" in badges(visitor)


def test_k_of_the_address_is_taken_and_nonsense_is_not(app: Callable[..., AppTest], finished: Run) -> None:
    assert len(figure(app("explore", run=finished.id, k=4))["data"]) == 4
    assert len(figure(app("explore", run=finished.id, k="many"))["data"]) == 3
    assert len(figure(app("explore", run=finished.id, k=9999))["data"]) == 20


def test_revealed_labels_give_scores_confusion_and_majorities(app: Callable[..., AppTest], finished: Run) -> None:
    from tests.pages.conftest import blobs

    visitor = app("explore", run=finished.id)
    reveal(visitor)
    truth = scores(blobs().y, finished.result().labels)
    assert float(metric(visitor, "ACC")) == pytest.approx(truth["acc"], abs=0.0006)
    assert float(metric(visitor, "NMI")) == pytest.approx(truth["nmi"], abs=0.0006)
    counts = figure(visitor, 1)["data"][0]
    assert set(counts["x"]) == {"left", "right", "top"}
    gallery = next(h.proto.body for h in visitor.get("html") if "Cluster A" in h.proto.body)
    assert "mostly" in gallery


def test_selected_samples_are_shown_and_can_be_cleared(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    visitor.session_state["selection"] = (finished.id, np.array([3, 7, 50]))
    visitor.run()
    assert any("3 of 3 shown" in c.value for c in visitor.caption)
    chosen = [t.get("selectedpoints") for t in figure(visitor)["data"]]
    assert all(c is not None for c in chosen)
    next(b for b in visitor.button if b.label == "3 selected").click().run()
    assert visitor.session_state["selection"] is None


def test_a_damaged_result_is_explained(app: Callable[..., AppTest], finished: Run) -> None:
    (finished.folder / "result.npz").write_bytes(b"not an archive")
    visitor = app("explore", run=finished.id)
    assert "cannot be opened" in visitor.error[0].value


def test_what_the_controls_show_stands_in_the_address_and_comes_back(
    app: Callable[..., AppTest], finished: Run
) -> None:
    visitor = app("explore", run=finished.id)
    for label, value in (
        ("Space", "input"),
        ("Projection", "umap"),
        ("Dimensions", 3),
        ("Colour by", "Confidence"),
        ("Which samples", "Borderline"),
    ):
        control(visitor, label).set_value(value).run()
        assert not visitor.exception
    parts = {"space": "input", "projection": "umap", "dimensions": "3", "colour": "Confidence", "gallery": "Borderline"}
    assert address(visitor) == {"run": finished.id, **parts}
    assert all(f"{name}={value}" in visitor.code[0].value for name, value in parts.items()), "the link to pass on"

    other = app("explore", run=finished.id, **parts)
    assert control(other, "Space").value == "input"
    assert control(other, "Dimensions").value == 3
    assert control(other, "Which samples").value == "Borderline"
    assert address(other) == {"run": finished.id, **parts}
    control(other, "Space").set_value("latent").run()
    assert "space" not in address(other), "what is shown at first is left out"


def test_a_view_that_is_left_is_found_as_it_was(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, colour="Confidence")
    for view in ("Time machine", "Clusters"):
        visitor.segmented_control(key=f"view-{finished.id}").set_value(view).run()
    assert control(visitor, "Colour by").value == "Confidence"


def test_back_shows_what_the_address_says_and_a_click_does_not(
    app: Callable[..., AppTest], finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = app("explore", run=finished.id, space="input")
    control(visitor, "Space").set_value("latent").run()
    visitor.select_slider[0].set_value(5).run()
    before = {"run": finished.id, "space": "input"}
    visitor.query_params.clear()
    visitor.query_params.update(before)
    visitor.run()  # a click that was on its way before the browser knew of the change
    assert address(visitor) == {"run": finished.id, "k": "5"}

    monkeypatch.setattr("pages.visit.session._went_through_history", lambda: True)
    visitor.query_params.clear()
    visitor.query_params.update(before)
    visitor.run()
    assert address(visitor) == before
    assert visitor.select_slider[0].value == 3
    assert control(visitor, "Space").value == "input"


def test_back_to_a_run_that_is_gone_is_explained(
    app: Callable[..., AppTest], finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = app("explore", run=finished.id)
    monkeypatch.setattr("pages.visit.session._went_through_history", lambda: True)
    visitor.query_params["run"] = "20200101-000000-gone"
    visitor.run()
    assert "the run was deleted" in visitor.warning[0].value
    assert address(visitor) == {"run": finished.id}


def test_a_run_that_is_training_is_explored_at_its_last_snapshot(app: Callable[..., AppTest], store: RunStore) -> None:
    run = half_way(store)
    visitor = app("explore", run=run.id)
    assert "This is epoch 1 of Pre-training, 120 samples" in " ".join(m.value for m in visitor.markdown)
    assert len(figure(visitor)["data"]) == 3
    rows = next(h.proto.body for h in visitor.get("html") if "Most typical" in h.proto.body)
    assert rows.count("40 of these samples") == 3
