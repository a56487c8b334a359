"""The lessons of the shelf, walked as a class would: answer, press, see what happened, go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deepclust.data.references import open_dataset
from deepclust.engine.training.train import train
from deepclust.lessons.lesson import Lesson, Step
from deepclust.lessons.link import link_of
from deepclust.lessons.playing import config_of, new_play
from deepclust.lessons.shelf import SHELF
from deepclust.runs import RunStore
from tests.browser.conftest import Server, settle
from tests.tiny import TINY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What a view shows that nothing else on the page does.
SEEN = {
    "map": "[data-testid='stMain'] canvas:visible",
    "gallery": "[aria-label^='Most typical samples of cluster']",
    "means": "img[alt='Mean of cluster B']",
    "eigengap": ".js-plotly-plot",
    "beside": ".st-key-lesson-view canvas >> nth=2",
    "reconstructions": "img[alt='What it draws from these numbers alone']",
    "transformations": "img[alt^='2 samples under each transformation']",
}
BIG = ".st-key-lesson-button button"


def answer(page: Any, step: Step) -> None:
    """As the lesson says it is, or anything where nobody knows."""
    question = step.question
    if question is None:
        return
    assert page.locator(BIG).is_disabled(), "the question comes first"
    if question.choices:
        page.get_by_text(str(question.answer or question.choices[0]), exact=True).click()
        return
    page.locator(".st-key-lesson-words input").fill("I do not know" if question.kind == "text" else "5")
    page.keyboard.press("Enter")


def walk(page: Any, lesson: Lesson, pressed: int = 0, arrows: bool = False) -> None:
    """Go through a lesson; the buttons of its first steps have been pressed already."""
    from playwright.sync_api import expect

    big = page.locator(BIG)
    for number, step in enumerate(lesson.steps):
        expect(page.get_by_text(f"Step {number + 1} of {len(lesson.steps)}")).to_be_visible()
        settle(page)
        if number >= pressed:
            answer(page, step)
            expect(big).to_be_enabled()
            settle(page)
            page.mouse.move(0, 0)
            if arrows:
                page.locator(".st-key-lesson-words h3").click()
                page.keyboard.press("ArrowRight")
            else:
                big.click()
        last = step is lesson.steps[-1]
        expect(big).to_contain_text("Explore what was found" if last else "Next", timeout=120_000)
        expect(page.locator(SEEN[step.look.view]).first).to_be_visible(timeout=120_000)
        if number >= pressed and step.question is not None and step.question.answer is not None:
            expect(page.get_by_text("That is how it is.")).to_be_visible()
        in_the_window(page)
        if not last:
            settle(page)
            big.click()


def in_the_window(page: Any) -> None:
    """In a classroom nothing is cut, and nobody has to scroll for the big button."""
    too_wide = page.get_by_test_id("stMain").evaluate("m => m.scrollWidth - m.clientWidth")
    assert too_wide <= 0, "nothing is cut"
    big = page.locator(BIG).bounding_box()
    assert big is not None
    assert big["y"] + big["height"] <= page.viewport_size["height"], "the big button is in the window"


def test_the_first_lesson_is_one_click_away_and_found_again(server: Server, page: Any) -> None:
    from playwright.sync_api import expect

    page.goto(server.url)
    page.locator(".st-key-lesson-rings button").click()
    page.wait_for_url("**/lesson?lesson=rings*")
    walk(page, SHELF["rings"])
    scores = {run.config.method: run.metrics()["acc"] for run in RunStore(server.runs).runs()}
    assert scores["KMeans"] < 0.7
    assert scores["SpectralClustering"] == scores["SpectralNet"] == 1.0
    page.reload()  # a new visit: the place and the runs come from the address
    expect(page.get_by_text("Step 3 of 3")).to_be_visible()
    expect(page.locator(SEEN["beside"])).to_be_visible()


def short(lesson: Lesson) -> Lesson:
    """The same with few samples and a training that takes a moment."""
    few = {"subset": {"n": 200}} if lesson.data["name"] == "digits" else {}
    own = {**(lesson.settings or {}), **TINY[lesson.method]}
    return replace(lesson, data={**lesson.data, **few}, settings=own)


def played(server: Server, lesson: Lesson) -> tuple[str, int]:
    """The id of a play whose runs have been trained here, where torch is loaded already, and after how many steps."""
    store, play, pressed = RunStore(server.runs), new_play(), 0
    for number in range(len(lesson.steps)):
        training = lesson.trained(number)
        if training is not None:
            data = open_dataset(dict(training.data or {}), store.datasets)
            run = store.create(config_of(lesson, number, play, data, labels_seen=False))
            assert train(run, store).state == "done"
            pressed = number + 1
    return play, pressed


@pytest.mark.parametrize("name", [name for name in SHELF if name != "rings"])
def test_a_class_walks_a_lesson(server: Server, page: Any, name: str) -> None:
    """Training by the button is walked with the first lesson; here is all that is seen, asked and pressed afterwards."""
    lesson = short(SHELF[name])
    play, pressed = played(server, lesson)
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{server.url}/lesson?lesson={link_of(lesson)}&play={play}&seen={pressed}&class=1")
    walk(page, lesson, pressed, arrows=name == "islands")
