"""The film of k in a real browser: columns that choose k, pictures that change hands, and a question that is remembered."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from deepclust.runs import Run
from deepclust.runs.answers import answers_of
from tests.browser.conftest import Server, settle


def test_a_column_shows_that_k_and_an_answer_is_kept_and_taken_back(quiet: Server, editable: Run, page: Any) -> None:
    page.goto(f"{quiet.url}/explore?run={editable.id}&view=Film+of+k")
    film = page.locator(".film")
    film.locator(".node").first.wait_for()
    expect(film.locator(".node")).to_have_count(sum(range(2, 21)))
    expect(film.locator(".step[aria-current=true]")).to_have_attribute("data-k", "10")
    assert len(set(film.locator(".tag").all_inner_texts())) == film.locator(".tag").count(), "a letter is one cluster"

    film.locator(".step[data-k='7']").click(position={"x": 5, "y": 8})
    expect(film.locator(".step[aria-current=true]")).to_have_attribute("data-k", "7")
    page.get_by_text("k = 7: k-means on the latent space").wait_for()
    film.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("k = 8: k-means on the latent space").wait_for()
    settle(page)

    dot = film.locator(".mark").first
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = film.locator(".told")
    expect(told).to_contain_text("go to")
    assert 1 <= told.locator("i").count() <= 12
    told.get_by_role("button", name="Two kinds").click()
    expect(film.locator(".mark.two")).to_have_count(1)
    settle(page)  # the server has it, too
    assert list(answers_of(editable).values()) == ["two"]

    page.reload()
    expect(film.locator(".mark.two")).to_have_count(1)
    settle(page)
    box = film.locator(".mark.two").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told.get_by_role("button", name="Two kinds", pressed=True).click()
    expect(film.locator(".mark.two")).to_have_count(0)
    settle(page)
    assert answers_of(editable) == {}
