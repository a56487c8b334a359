"""Two maps that are linked, and the way through a run's snapshots, in one walk through a real browser."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Server, settle, trained
from tests.tiny import TINY

EPOCHS = 6


def drawn(page: Any, n: int) -> list[Any]:
    """The first n maps of the page, once they are drawn."""
    maps = [page.locator(".map").nth(i) for i in range(n)]
    for one in maps:
        one.wait_for()
        page.wait_for_function("m => Boolean(m.dataset.drawn)", arg=one.element_handle())
    settle(page)
    return maps


def test_two_maps_are_linked_and_the_time_machine_plays(quiet: Server, page: Any) -> None:
    # a small autoencoder that has told of six epochs
    run = trained(quiet, "AEKMeans", **{**TINY["AEKMeans"], "max_epochs": EPOCHS})
    page.goto(f"{quiet.url}/explore?run={run.id}&view=Two+maps")
    page.get_by_text("Select points on one map").wait_for()
    page.get_by_text("Input: ").wait_for(state="hidden")  # its map is computed beside the app
    left, right = drawn(page, 2)
    settle(page)

    # rest on a point of one map: the same sample is ringed on the other, without a word to the server
    left.locator(".ground").scroll_into_view_if_needed()
    box = left.locator(".label", has_text="A").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 22)
    left.locator(".card").wait_for()
    expect(right.locator(".echo")).to_be_visible()
    expect(left.locator(".echo")).to_be_hidden()
    page.mouse.move(5, 5)
    expect(right.locator(".echo")).to_be_hidden()

    # what is selected in one is selected in the other
    right.get_by_role("button", name=re.compile("rectangle", re.I)).click()
    box = right.locator(".glass").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 8, steps=5)
    page.mouse.up()
    page.locator("[aria-label='selected samples']").wait_for()
    chosen = right.get_attribute("data-chosen")
    assert 0 < int(chosen) < 1797
    expect(left).to_have_attribute("data-chosen", chosen)
    settle(page)
    page.keyboard.press("Escape")
    expect(left).to_have_attribute("data-chosen", "0")
    expect(right).to_have_attribute("data-chosen", "0")

    # the choice comes back after a reload
    settle(page)
    held = page.locator(f"[class*='st-key-two-space-left-{run.id}']").get_by_role("radio", name="Latent space")
    choice = page.get_by_test_id("stPopoverButton").filter(has_text="Map").first
    choice.click()
    held.click()
    page.wait_for_url(re.compile(r"left=latent\.pca"))
    page.reload()
    drawn(page, 2)
    settle(page)
    choice.click()
    expect(held).to_be_checked()
    page.keyboard.press("Escape")

    # the time machine opens with the end of the training
    page.get_by_role("radio", name="Time machine").click()
    page.get_by_role("slider", name="Epoch").wait_for()
    (time,) = drawn(page, 1)
    words = time.locator("output")
    expect(words).to_have_text(re.compile(rf"epoch {EPOCHS}$"))
    at_the_end = time.locator(".entry .count").all_inner_texts()
    assert len(at_the_end) == 10

    # keys step back and on, without the server
    settle(page)
    page.evaluate(
        "window.reruns = 0; new MutationObserver(() => window.reruns++).observe("
        "document.querySelector('[data-testid=stApp]'), {attributeFilter: ['data-test-script-state']})"
    )
    page.keyboard.press(",")
    expect(words).to_have_text(re.compile(rf"epoch {EPOCHS - 1}$"))
    page.keyboard.press(".")
    expect(words).to_have_text(re.compile(rf"epoch {EPOCHS}$"))
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    expect(words).to_have_text(re.compile("epoch 1$"))
    counts = time.locator(".entry .count")
    assert sum(int(n) for n in counts.all_inner_texts()) == 1797
    assert counts.all_inner_texts() != at_the_end, "the clusters of the first epoch are not those of the last"

    # Play goes to the end, and stops there
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    expect(words).to_have_text(re.compile(rf"epoch {EPOCHS}$"))
    expect(counts).to_have_text(at_the_end)
    time.locator(".ground").focus()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play").wait_for()
    assert page.evaluate("window.reruns") == 0

    # labels are told only when they are revealed
    story = time.locator(".story")
    expect(story.get_by_text("reconstruction")).to_be_visible()
    expect(story.get_by_text("ACC", exact=True)).to_have_count(0)
    expect(story.get_by_text("clusters at the end")).to_be_visible()
    page.get_by_role("slider", name="Epoch").press("End")
    expect(words).to_have_text(re.compile(rf"epoch {EPOCHS}$"))
    page.get_by_text("Reveal labels").click()
    expect(story.get_by_text("ACC", exact=True)).to_be_visible()
    expect(story.get_by_text("classes")).to_be_visible()
    assert int(story.get_attribute("data-diagonal")) > 300
