"""The Time machine view: what goes to the browser, colours that stay, labels that wait, and the way without WebGL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import reel_job
from deepclust.events import Progress, Snapshot
from deepclust.runs import Run
from tests.pages.map.test_map import parts

TIME_MACHINE = "Time machine"


@pytest.fixture
def told(finished: Run) -> Run:
    """A finished run that has told five snapshots of every second sample, its numbers of clusters changed on the way."""
    run, labels = finished, finished.result().labels[::2]
    run.rewind(0, 0)
    dice = np.random.default_rng(0)
    space = np.eye(3, 4)[labels] * 5 + dice.normal(size=(60, 4))
    for epoch in range(1, 6):
        moved = np.where(dice.random(60) < 0.1 * (5 - epoch), 0, labels)
        shot = Snapshot("learn", epoch, np.arange(0, 120, 2), space * epoch, (moved + epoch) % 3)
        run.record(shot, np.zeros((60, 2)))
        run.record(Progress("learn", epoch, {"loss": 1 / epoch}, 0.1))
    return run


def control(visitor: AppTest, label: str) -> Any:
    return next(c for c in visitor.get("button_group") if c.label == label)


def opened(app: Callable[..., AppTest], run: Run) -> AppTest:
    return app("explore", run=run.id, view=TIME_MACHINE)


def test_all_moments_go_over_at_once_and_the_clusters_keep_their_numbers(
    app: Callable[..., AppTest], told: Run
) -> None:
    said = parts(opened(app, told))
    assert {"frame", "paint", "reel", "groups", "play", "story"} <= set(said)
    header, arrays = said["reel"]
    assert [step["text"] for step in header["facts"]["steps"]] == [f"learn · epoch {n}" for n in range(1, 6)]
    assert [step["x"] for step in header["facts"]["steps"]] == [1, 2, 3, 4, 5]
    assert arrays["xy"].size == 5 * 60 * 2
    codes = said["groups"][1]["codes"].reshape(5, 60)
    final = told.result().labels[::2] + 1
    assert (codes[-1] == final).all(), "what was told by other numbers has those of the end"
    assert ((codes == final).mean(axis=1) > 0.6).all()
    assert said["frame"][1]["ids"].tolist() == list(range(0, 120, 2))
    story = said["story"][0]["facts"]
    assert (story["against"], story["scores"]) == ("clusters at the end", {})
    assert story["curves"][0]["y"] == [1, 0.5, 0.33333, 0.25, 0.2]
    assert said["play"][0]["facts"]["then"] is True


def test_labels_are_told_only_once_they_are_revealed(app: Callable[..., AppTest], told: Run) -> None:
    visitor = opened(app, told)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    story = parts(visitor)["story"][0]["facts"]
    assert story["against"] == "classes"
    assert story["names"] == ["left", "right", "top"]
    assert len(story["scores"]["ACC"]) == len(story["scores"]["NMI"]) == 5
    assert story["scores"]["ACC"][-1] == max(story["scores"]["ACC"])
    before = {part: header["version"] for part, (header, _) in parts(visitor).items()}
    control(visitor, "Colour by").set_value("Class").run()
    after = {part: header["version"] for part, (header, _) in parts(visitor).items()}
    assert {part for part in before if before[part] != after[part]} <= {"paint", "play", "card"}
    assert parts(visitor)["play"][0]["facts"]["then"] is False
    assert parts(visitor)["paint"][0]["facts"]["names"] == ["left", "right", "top"]


def test_maps_of_neighbours_are_asked_for_and_shown_when_they_are_there(app: Callable[..., AppTest], told: Run) -> None:
    visitor = opened(app, told)
    pca = parts(visitor)["reel"][0]["version"]
    control(visitor, "Projection").set_value("tsne").run()
    assert parts(visitor)["reel"][0]["version"] == pca, "PCA meanwhile"
    run_job(reel_job(told, "tsne"), lambda fraction, text: None)
    visitor.run()
    assert parts(visitor)["reel"][0]["version"] != pca
    assert any("starts from the one that follows it" in c.value for c in visitor.caption)


def test_a_run_that_told_less_than_two_moments_gets_a_sentence(app: Callable[..., AppTest], finished: Run) -> None:
    finished.rewind(0, 1)
    visitor = opened(app, finished)
    assert "nothing to travel through" in visitor.info[0].value
    assert parts(visitor) == {}


def test_without_webgl_a_slider_of_the_page_and_its_charts(
    app: Callable[..., AppTest], told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")
    visitor = opened(app, told)
    assert parts(visitor) == {}
    slider = next(s for s in visitor.select_slider if s.label == "Epoch")
    assert slider.value == 4
    charts = [chart.proto.id for chart in visitor.get("plotly_chart")]
    assert sum("time-confusion" in key for key in charts) == 1
    before = next(c.proto.spec for c in visitor.get("plotly_chart") if "time-confusion" in c.proto.id)
    slider.set_value(0).run()
    assert not visitor.exception
    after = next(c.proto.spec for c in visitor.get("plotly_chart") if "time-confusion" in c.proto.id)
    assert after != before
    assert any("the map shows epoch 1 of it" in c.value for c in visitor.caption)


def test_another_k_does_not_touch_the_clusters_then(app: Callable[..., AppTest], told: Run) -> None:
    visitor = opened(app, told)
    before = parts(visitor)
    visitor.select_slider[0].set_value(5).run()
    after = parts(visitor)
    for part in ("reel", "groups", "story"):
        assert before[part][0]["version"] == after[part][0]["version"]
    assert any("those of the training, k = 3" in c.value for c in visitor.caption)
