"""The paper's figures of a LALNet run on Explore: what each shows before and after the labels are revealed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.disk import load_arrays, save_arrays, write_json
from deepclust.engine.asking.ask import make_config
from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import film_job, map_job
from deepclust.engine.training.train import train
from deepclust.metrics.external import acc
from deepclust.results import EXTRA, SPACE
from deepclust.runs import Run, RunStore
from deepclust.spaces import Space
from tests.pages.conftest import blobs
from tests.tiny import TINY

FIGURE = "lalnet-figure"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished LALNet run on `blobs`, in a runs folder of its own."""
    store, data = RunStore(tmp_path_factory.mktemp("runs")), blobs()
    ref = keep_dataset(data, store.datasets)
    values = {**TINY["LALNet"], "n_clusters": 3, "transforms": "signs-8"}
    run = store.create(make_config(ref, data, "LALNet", values=values))
    assert train(run, store).state == "done"
    return run


@pytest.fixture
def trained(store: RunStore, once: Run) -> Run:
    """A copy of that run that the app shows, and that a test may spoil."""
    shutil.copytree(once.folder.parent, store.root, dirs_exist_ok=True)
    return store.get(once.id)


@pytest.fixture
def page(app: Callable[..., AppTest], trained: Run) -> AppTest:
    return app("explore", run=trained.id, view="Figures of the paper")


def choose(visitor: AppTest, figure: str) -> AppTest:
    visitor.segmented_control(key=FIGURE).set_value(figure).run()
    assert not visitor.exception, visitor.exception
    return visitor


def reveal(visitor: AppTest) -> None:
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception


def words(visitor: AppTest) -> str:
    return "\n".join(part.value for part in [*visitor.markdown, *visitor.caption, *visitor.info])


def charts(visitor: AppTest) -> dict[str, Any]:
    return {c.proto.id.split("-None")[0]: c.proto for c in visitor.get("echarts_chart")}


def plots(visitor: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in visitor.get("plotly_chart")]


def quiet(fraction: float, text: str) -> None:
    return None


def test_other_methods_have_no_such_view(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, view="Figures of the paper")
    assert not any(c.key == FIGURE for c in visitor.segmented_control)
    assert visitor.get("plotly_chart") or visitor.get("html")


def test_maps_over_time_without_labels_then_with_accuracy(page: AppTest, trained: Run, store: RunStore) -> None:
    assert page.segmented_control(key=FIGURE).value == "3 Over time"
    assert "Epoch 1" in words(page)
    assert "Colours are the 3 clusters" in words(page)
    assert "ACC" not in words(page)
    assert len(charts(page)) == 3, "PCA until t-SNE is there"
    run_job(film_job(trained), quiet)
    page.run()
    assert len(charts(page)) == 3
    reveal(page)
    last = trained.snapshot(-1)
    expected = acc(blobs().y[last["sample"]], last["labels"])
    assert f"Epoch 3** · ACC {expected:.3f}" in words(page)
    (curve,) = plots(page)
    assert curve["data"][0]["x"] == [1, 2, 3]
    assert "Colours are the classes" in words(page)


def test_units_are_explained_with_their_numbers(page: AppTest) -> None:
    choose(page, "4 Units")
    assert "of 16 carry 90% of its activity" in words(page)
    means, by_cluster, by_transformation, duplicates = plots(page)
    assert len(means["data"]) == 2 + 3 * 8
    assert by_cluster["data"][0]["y"] == ["cluster A", "cluster B", "cluster C"]
    assert by_transformation["data"][0]["y"][:2] == ["T1", "signs-1"]
    assert len(duplicates["data"][0]["y"]) == 3


def test_three_spaces_are_asked_for_shown_and_scored(page: AppTest, trained: Run, store: RunStore) -> None:
    choose(page, "5 Spaces")
    assert not charts(page)
    asked = list((store.root / "projector" / "jobs").glob("*.json"))
    assert len(asked) >= 3
    for name in ("F", "Z", "softmax(Z)"):
        run_job(map_job(trained, store, Space("space", name), "tsne", 2, 2_000), quiet)
    page.run()
    assert not page.exception
    assert len(charts(page)) == 3
    assert "ACC" not in words(page)
    reveal(page)
    expected = acc(blobs().y, trained.result().extras["clusters in Z"])
    assert f"**Z** · ACC {expected:.3f}" in words(page)


def test_graphs_follow_the_epoch_and_can_be_a_matrix(page: AppTest) -> None:
    choose(page, "6 Graphs")
    assert "120 samples" in words(page)
    g_y, g_m, story = plots(page)
    assert sum(len(t["x"]["bdata"]) > 0 for t in g_y["data"] if t["mode"] == "markers") == 2
    assert "connections" in g_m["layout"]["title"]["text"]
    assert [len(t["y"]) for t in story["data"]] == [3, 3, 3]
    slider = next(s for s in page.select_slider if s.label == "Epoch")
    slider.set_value(1).run()
    assert not page.exception
    _, early, story = plots(page)
    assert story["layout"]["shapes"][0]["x0"] == 1
    drawn = [{t["mode"]: t["x"] for t in graph["data"]} for graph in (early, g_m)]
    assert drawn[0]["lines"] != drawn[1]["lines"]
    assert drawn[0]["markers"] == drawn[1]["markers"], "points stay"
    page.segmented_control(key="lalnet-drawn").set_value("Matrix").run()
    assert not page.exception
    assert len(plots(page)) == 1
    assert len(page.get("image")) == 2


def test_galleries_at_three_k(page: AppTest) -> None:
    choose(page, "7 Other k")
    text = words(page)
    assert "**k = 2**" in text
    assert "**k = 3** (trained with)" in text
    assert "**k = 6**" in text
    bodies = [
        h.proto.body for h in page.get("html") if "Cluster " in h.proto.body
    ]  # which letters are left depends on k
    assert sorted(body.count('class="pictured"') for body in bodies) == [2, 3, 6]


def test_a_run_of_before_says_what_is_missing(page: AppTest, trained: Run) -> None:
    for path in (trained.folder / "snapshots").glob("*.npz"):
        save_arrays(path, {n: a for n, a in load_arrays(path).items() if not n.startswith(EXTRA)})
    path = trained.folder / "result.npz"
    kept = {n: a for n, a in load_arrays(path).items() if not n.startswith((EXTRA, SPACE))}
    save_arrays(path, kept)
    metrics = trained.metrics()
    write_json(trained.folder / "metrics.json", {**metrics, "spaces": ["embedding"]})
    for figure in ("4 Units", "5 Spaces", "6 Graphs"):
        assert "Train it again" in words(choose(page, figure))
    assert "Epoch 1" in words(choose(page, "3 Over time"))


def test_the_graph_sample_is_part_of_the_snapshot(trained: Run) -> None:
    shot = trained.snapshot(0)
    assert np.isin(shot[f"{EXTRA}graph rows"], shot["sample"]).all()
