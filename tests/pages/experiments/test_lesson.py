"""The first lesson on the Train page: offered for points in the plane, started with one click, shown side by side."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.references import open_dataset
from deepclust.engine.asking.lesson import lesson
from deepclust.results import ClusterResult
from deepclust.runs import Run, RunStore

RINGS = {"name": "rings", "options": {"n_samples": 60, "noise": 0.0}}


def words_of(visitor: AppTest) -> str:
    return "\n".join(part.value for part in [*visitor.markdown, *visitor.caption, *visitor.subheader])


def maps_of(visitor: AppTest, run: Run) -> dict:
    (chart,) = [c for c in visitor.get("echarts_chart") if f"lesson-{run.id}" in c.proto.id]
    return json.loads(chart.proto.spec)


@pytest.fixture
def ended(store: RunStore, tmp_path: Path) -> list[Run]:
    """The three runs of a lesson, as if they had ended: k-means by halves, the others by rings."""
    data = open_dataset(RINGS, tmp_path)
    halves, rings = (data.X[:, 0] > 0).astype(np.int64), data.y
    runs = [store.create(config) for config in lesson(RINGS, data)]
    for run, labels in zip(runs, (halves, rings, 1 - rings), strict=True):
        ClusterResult(labels, data.X).save(run.folder / "result.npz")
        run.set_status(state="done", seconds=2.0)
    return runs


def test_the_lesson_is_offered_for_points_in_the_plane_only(app: Callable[..., AppTest]) -> None:
    visitor = app("train")
    assert "First lesson" not in words_of(visitor)
    visitor.session_state["dataset"] = RINGS
    visitor.run()
    assert not visitor.exception
    assert "First lesson: where k-means fails" in words_of(visitor)


def test_one_click_starts_the_three_and_shows_them(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app("train")
    visitor.session_state["dataset"] = RINGS
    visitor.run()
    visitor.button(key="lesson-start").click().run()
    assert not visitor.exception
    methods = [run.config.method for run in store.runs()[::-1]]
    assert methods == ["KMeans", "SpectralClustering", "SpectralNet"]
    told = words_of(visitor)
    assert told.count(":grey-badge[queued]") == 3
    assert "borders are straight lines" in told
    assert "straight line. A ring" not in told, "the moral comes when all have ended"


def test_when_all_have_ended_the_points_lie_where_they_are_and_the_moral_is_drawn(
    app: Callable[..., AppTest], ended: list[Run]
) -> None:
    visitor = app("train", run=ended[0].id)
    told = words_of(visitor)
    assert "k-means puts" in told
    assert "Try another seed" not in told
    exact, learned = (maps_of(visitor, run) for run in ended[1:])
    assert [s["data"] for s in exact["series"][:2]] == [s["data"] for s in learned["series"][:2]], "same colours"
    radii = [np.linalg.norm(s["data"], axis=1) for s in exact["series"][:2]]
    assert max(np.ptp(r) for r in radii) < 0.1, "each ring is one cluster"
    assert exact["grid"]["width"] == exact["grid"]["height"]
    assert "ACC" not in told


def test_a_lesson_of_damaged_data_does_not_break_the_page(
    app: Callable[..., AppTest], ended: list[Run], store: RunStore
) -> None:
    config = json.loads((ended[0].folder / "config.json").read_text())
    config["dataset"] = {"name": "gone"}
    (ended[0].folder / "config.json").write_text(json.dumps(config))
    assert replace(store.get(ended[0].id).config).dataset == {"name": "gone"}
    visitor = app("train", run=ended[0].id)
    assert visitor.error
