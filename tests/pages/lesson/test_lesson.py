"""The page of lessons without a browser: opened by link and by file, asked before it trains, compared afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.training.train import train
from deepclust.lessons.lesson import read_lesson
from deepclust.lessons.link import link_of
from deepclust.runs import RunStore
from tests.pages.strangers import LINK, PICTURE, TAG, WORDS
from tests.pages.test_strangers import attacks

Open = Callable[..., AppTest]

STEPS: list[dict[str, Any]] = [
    {
        "say": "Blobs.",
        "question": {"ask": "How many will be in the largest?", "measure": "largest"},
        "train": {},
        "look": {"view": "map", "space": "input"},
        "after": "So it is.",
    },
    {"say": "Again.", "train": {"method": "SpectralClustering"}, "look": {"view": "beside", "space": "input"}},
    {"say": "The truth.", "reveal": True, "look": {"view": "map", "space": "input", "colour": "class"}},
]


def written(**values: Any) -> str:
    usual = {
        "title": "Four blobs",
        "minutes": 1,
        "data": {"name": "blobs", "options": {"n_samples": 60, "noise": 0.02}},
        "method": "KMeans",
        "settings": {"n_clusters": 4, "n_init": 2},
        "steps": STEPS,
    }
    return link_of(read_lesson(json.dumps(usual | values)))


def opened(app: Open, code: str, **query: Any) -> AppTest:
    visitor = app("data")
    for name, value in {"lesson": code, **query}.items():
        visitor.query_params[name] = str(value)
    visitor.switch_page("pages/lesson/page.py").run()
    assert not visitor.exception, visitor.exception
    return visitor


def words_of(visitor: AppTest) -> str:
    boxes = (visitor.markdown, visitor.caption, visitor.warning, visitor.success, visitor.info, visitor.error)
    return "\n".join(part.value for kind in boxes for part in kind)


def test_a_step_asks_trains_and_compares(app: Open, store: RunStore) -> None:
    visitor = opened(app, written())
    assert visitor.button(key="lesson-button").disabled, "the question comes first"
    visitor.number_input[0].set_value(15).run()
    visitor.button(key="lesson-button").click().run()
    (run,) = store.runs()
    assert "So it is." not in words_of(visitor)
    assert visitor.button(key="lesson-button").disabled, "it learns"
    assert train(run, store).state == "done"
    visitor.run()
    assert not visitor.exception
    assert "That is how it is." in words_of(visitor)
    assert "So it is." in words_of(visitor)

    visitor.button(key="lesson-button").click().run()
    assert "Again" in words_of(visitor)
    visitor.button(key="lesson-button").click().run()
    assert train(store.runs()[0], store).state == "done"
    visitor.run()
    assert len(visitor.get("echarts_chart")) == 2, "both runs side by side"

    visitor.button(key="lesson-button").click().run()
    assert visitor.session_state["revealed"] == set()
    visitor.button(key="lesson-button").click().run()
    assert not visitor.exception
    assert visitor.session_state["revealed"] == {run.config.fingerprint}
    assert "That was the lesson" in words_of(visitor)
    assert not any(r.config.labels_seen for r in store.runs())


def test_a_reload_comes_back_to_the_step_and_its_run(app: Open, store: RunStore) -> None:
    visitor = opened(app, written())
    visitor.number_input[0].set_value(3).run()
    visitor.button(key="lesson-button").click().run()
    assert train(store.runs()[0], store).state == "done"
    address = dict(visitor.query_params.items())
    again = opened(app, address.pop("lesson"), **address)
    assert "So it is." in words_of(again)
    assert "15" in words_of(again), "what came out, also where nobody knows what was answered"


def test_a_run_that_failed_can_be_started_once_more(app: Open, store: RunStore) -> None:
    visitor = opened(app, written())
    visitor.number_input[0].set_value(3).run()
    visitor.button(key="lesson-button").click().run()
    store.runs()[0].set_status(state="failed", message="No memory left.")
    visitor.run()
    assert "No memory left." in words_of(visitor)
    visitor.button(key="lesson-button").click().run()
    assert len(store.runs()) == 2


@pytest.mark.parametrize("code", ["nothing", "~AAAA", "~", "x" * 9_000, WORDS])
def test_a_link_that_holds_no_lesson_is_a_sentence(app: Open, code: str) -> None:
    visitor = opened(app, code)
    assert visitor.error
    assert attacks(visitor) == []


def test_words_of_strangers_stay_words(app: Open, store: RunStore) -> None:
    steps = [
        {
            "say": WORDS,
            "question": {"ask": WORDS, "choices": [PICTURE, LINK, TAG], "answer": LINK},
            "train": {},
            "button": LINK,
            "after": WORDS,
            "look": {"view": "map", "space": "input"},
        }
    ]
    visitor = opened(app, written(title=WORDS[:90], summary=WORDS, steps=steps))
    assert attacks(visitor) == []
    visitor.session_state["answer--0"] = LINK
    visitor.run()
    visitor.button(key="lesson-button").click().run()
    assert attacks(visitor) == []
    assert train(store.runs()[0], store).state == "done"
    visitor.run()
    assert attacks(visitor) == []
    assert not visitor.exception


@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1", "0", "1e9", "99"])
def test_a_step_of_the_address_that_is_none_is_one_that_is_there(app: Open, number: str) -> None:
    assert not opened(app, written(), step=number, seen=number, play=number).exception


def test_the_lesson_is_remembered_by_the_visit_and_left(app: Open) -> None:
    visitor = opened(app, written(), **{"class": 1})
    assert visitor.query_params["class"] == "1"
    visitor.switch_page("pages/train/page.py").run()
    assert "lesson" not in visitor.query_params
    visitor.switch_page("pages/lesson/page.py").run()
    assert visitor.query_params["lesson"] == written()
    assert visitor.query_params["class"] == "1"
    assert np.isin("Four blobs", [m.value.removeprefix("## ") for m in visitor.markdown]).any()


def test_a_lesson_from_a_file_is_opened_or_explained(app: Open) -> None:
    visitor = app("data")
    assert len([b for b in visitor.button if str(b.key).startswith("lesson-")]) >= 2, "the shelf"
    visitor.file_uploader(key="lesson-upload").set_value(("mine.json", b'{"title": "x"}', "application/json")).run()
    assert "minutes is missing" in words_of(visitor)
