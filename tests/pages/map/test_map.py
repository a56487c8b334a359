"""The map of a page: which messages go to the browser, what comes back, the fallback, and the bundle's sources."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from deepclust.runs import Run, RunStore
from pages.map import map, pictures
from pages.visit import session
from pages.visit.sight import Sight
from tests.figures.test_webmap import unpacked
from tests.pages.conftest import blobs

ASSETS = Path(__file__).resolve().parents[3] / "assets" / "map"


def test_the_bundle_is_built_from_the_sources() -> None:
    names = sorted(["build.mjs", "package-lock.json", *(f"src/{path.name}" for path in (ASSETS / "src").iterdir())])
    sources = hashlib.sha256()
    for name in names:
        sources.update(name.encode() + b"\0" + (ASSETS / name).read_bytes() + b"\0")
    for bundle in ("map.js", "wire.js"):
        first = (ASSETS / "dist" / bundle).read_text(encoding="utf-8").split("\n", 1)[0]
        assert sources.hexdigest() in first, "assets/map/src has changed: run `make map`"


def test_the_lock_file_names_no_registry_and_the_bundle_its_library() -> None:
    lock = (ASSETS / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert lock.count('"integrity"') >= 3
    assert "regl" in (ASSETS / "LICENSES.md").read_text(encoding="utf-8")


def parts(visitor: AppTest) -> dict[str, tuple[dict[str, Any], dict[str, np.ndarray]]]:
    """The messages to the first map of a page, by part."""
    said = [
        unpacked(e.proto.bytes) for e in visitor.get("bidi_component") if e.proto.component_name == "deepclust_wire"
    ]
    return {header["part"]: (header, arrays) for header, arrays in said}


def test_explore_sends_places_colours_and_facts(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    said = parts(visitor)
    assert set(said) == {"frame", "paint", "card", "chosen", "pictures"}
    labels = finished.result().labels
    assert said["paint"][1]["codes"].tolist() == (labels + 1).tolist()
    assert said["frame"][1]["xy"].shape == (2 * len(labels),)
    assert set(said["card"][1]) == {"confidence"}, "the clusters are the colours already"
    assert not np.unpackbits(said["chosen"][1]["bits"]).any()
    assert visitor.get("plotly_chart") == []


def test_another_k_changes_colours_and_facts_and_nothing_else(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    before = {part: header["version"] for part, (header, _) in parts(visitor).items()}
    visitor.select_slider[0].set_value(5).run()
    after = {part: header["version"] for part, (header, _) in parts(visitor).items()}
    assert {part for part in before if before[part] != after[part]} == {"paint", "card"}


def test_classes_are_told_only_once_they_are_revealed(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    assert "truth" not in parts(visitor)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    header, arrays = parts(visitor)["truth"]
    assert header["facts"]["names"] == ["left", "right", "top"]
    assert len(arrays["classes"]) == 120


def test_the_selection_of_the_session_is_shown(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    visitor.session_state["selection"] = (finished.id, np.array([3, 7, 50]))
    visitor.run()
    bits = parts(visitor)["chosen"][1]["bits"]
    assert np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist() == [3, 7, 50]


def test_pictures_that_the_browser_wants_are_sent_once(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    visitor.session_state[f"map-{finished.id}-want"] = [0, 99]
    visitor.run()
    header, arrays = parts(visitor)["sheet:0"]
    assert header["facts"]["plan"] == parts(visitor)["pictures"][0]["version"]
    assert arrays["file"].tobytes().startswith(b"\xff\xd8"), "a JPEG file"
    assert "sheet:99" not in parts(visitor)
    visitor.run()
    assert "sheet:0" not in parts(visitor)


@pytest.mark.parametrize("why", ["asked", "no WebGL"])
def test_plotly_takes_over(
    app: Callable[..., AppTest], finished: Run, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "asked":
        monkeypatch.setenv("DEEPCLUST_MAP", "plotly")
    visitor = app("explore", run=finished.id)
    if why == "no WebGL":
        assert visitor.get("plotly_chart") == []
        visitor.session_state[map.NO_WEBGL] = True
        visitor.run()
    assert len(visitor.get("plotly_chart")) == 1
    assert parts(visitor) == {}
    assert os.environ.get("DEEPCLUST_MAP") == ("plotly" if why == "asked" else None)


class State(dict):
    """A session's state without a session."""

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


@pytest.fixture
def state(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> State:
    held = State(selection=None, ks={}, run_id=None, parts={})
    monkeypatch.setattr(st, "session_state", held)
    monkeypatch.setattr(session, "write_url", lambda: None)
    return held


def rows(*numbers: int) -> str:
    return base64.b64encode(np.array(numbers, np.uint32).tobytes()).decode()


def sight(run: Run, k: int = 3) -> Sight:
    return Sight(run, blobs(), k, False)


def test_a_selection_becomes_that_of_the_session(state: State, finished: Run) -> None:
    ids = np.arange(10) * 10
    state["m"] = {"picked": {"seq": 4, "frame": "v", "add": False, "rows": rows(1, 3)}}
    map._picked("m", ids, "v", sight(finished))
    assert session.selected(finished).tolist() == [10, 30]
    assert state["m-seq"] == 4


def test_what_the_map_does_not_show_stays_selected_when_points_are_added(state: State, finished: Run) -> None:
    ids = np.arange(10) * 10
    session.select(finished, np.array([10, 55]))
    state["m"] = {"picked": {"seq": 1, "frame": "v", "add": True, "rows": rows(2)}}
    map._picked("m", ids, "v", sight(finished))
    assert session.selected(finished).tolist() == [20, 55], "10 is on the map, and it was not said again"


@pytest.mark.parametrize("said", [None, {}, {"frame": "old", "rows": rows(1)}, "nonsense"])
def test_a_selection_of_another_map_is_not_taken(state: State, finished: Run, said: Any) -> None:
    state["m"] = {"picked": said}
    map._picked("m", np.arange(10), "v", sight(finished))
    assert len(session.selected(finished)) == 0


def test_a_selection_that_cannot_be_read_is_told(state: State, finished: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(st, "toast", lambda words, icon: told.append(words))
    state["m"] = {"picked": {"seq": 1, "frame": "v", "rows": rows(99)}}
    map._picked("m", np.arange(10), "v", sight(finished))
    assert "has 10" in told[0]
    assert len(session.selected(finished)) == 0


def test_keys_step_through_k_and_stop_at_the_ends(state: State, finished: Run) -> None:
    for by, k in ((1, 4), (-1, 2), (1, 3)):
        state["m"] = {"step": {"what": "k", "by": by}}
        map._stepped("m", sight(finished, 3 if k != 3 else 2))
        assert session.current_k(finished) == k
    state["m"] = {"step": {"what": "k", "by": -1}}
    map._stepped("m", sight(finished, 2))
    assert session.current_k(finished) == 3


@pytest.mark.parametrize(
    ("said", "kept"), [([1, 2], [1, 2]), ([1, "2", None], [1]), ("all", None), (list(range(99)), 16)]
)
def test_only_numbers_of_sheets_are_taken(state: State, said: Any, kept: Any) -> None:
    state["m-pictures"] = {"want": said}
    pictures._wanted("m")
    found = state.get("m-want")
    assert (len(found) if kept == 16 else found) == kept
