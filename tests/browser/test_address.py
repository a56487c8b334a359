"""The address is the view: Back and Forward walk through what was chosen on Explore."""

from __future__ import annotations

from typing import Any

from deepclust.runs import Run
from tests.browser.conftest import Server, settle


def open_colours(page: Any) -> None:
    """Open the colours of the map, unless they are open."""
    settle(page)  # what the page showed before may have had some, too
    if not page.get_by_role("radiogroup", name="Colour by").is_visible():
        page.get_by_role("button", name="Colour").click()


def wait_for_choice(page: Any, label: str, option: str) -> None:
    """Wait until a control shows an option."""
    if label == "Colour by":
        open_colours(page)
    page.get_by_role("radiogroup", name=label).get_by_role("radio", name=option, exact=True, checked=True).wait_for()


def choose(page: Any, label: str, option: str) -> None:
    if label == "Colour by":
        open_colours(page)
    page.get_by_role("radiogroup", name=label).get_by_role("radio", name=option, exact=True).click()


def test_back_and_forward_walk_through_the_views_of_explore(quiet: Server, clustered: Run, page: Any) -> None:
    page.goto(f"{quiet.url}/explore?run={clustered.id}")
    page.get_by_text("Cluster J", exact=True).wait_for()
    settle(page)
    addresses = [page.url]
    for step in (
        lambda: choose(page, "Colour by", "Confidence"),
        lambda: page.get_by_role("slider").first.press("ArrowRight"),
        lambda: choose(page, "Which samples", "Borderline"),  # this draws nothing but the rows anew
        lambda: choose(page, "View", "Time machine"),
    ):
        step()
        page.wait_for_function("before => location.href !== before", arg=addresses[-1])
        settle(page)
        addresses.append(page.url)
    assert addresses[-1].split("?")[1] == (
        f"run={clustered.id}&k=11&colour=Confidence&gallery=Borderline&view=Time+machine"
    )

    for address in addresses[-2::-1]:
        page.go_back()
        page.wait_for_url(address)
    for label, option in (("View", "Clusters"), ("Colour by", "Cluster"), ("Which samples", "Most typical")):
        wait_for_choice(page, label, option)
    page.get_by_text("k = 10: the clusters that KMeans found").wait_for()

    for address in addresses[1:-1]:
        page.go_forward()
        page.wait_for_url(address)
    page.get_by_text("k = 11: k-means on the latent space").wait_for()
    for label, option in (("Colour by", "Confidence"), ("Which samples", "Borderline")):
        wait_for_choice(page, label, option)
    settle(page)
    assert page.url == addresses[-2]
