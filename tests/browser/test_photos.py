"""Own colour photos in a real browser: a network of one's own looks at them, k-means sorts what it saw, the gallery shows photos."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from deepclust.runs import RunStore
from tests.browser.conftest import Server, settle
from tests.picture_network import save_network

COLOURS = {"red": (200, 40, 40), "green": (40, 190, 50), "blue": (40, 60, 200)}


def photos(path: Path) -> Path:
    """24 small photos of three colours and of mixed sizes."""
    dice = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(24):
            name, colour = list(COLOURS.items())[i % 3]
            height, width = (int(side) for side in dice.integers(20, 40, 2))
            pixels = np.clip(np.array(colour) + dice.normal(0, 25, (height, width, 3)), 0, 255).astype(np.uint8)
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            archive.writestr(f"{name} {i}.png", stream.getvalue())
    return path


def choose(page: Any, label: str, option: str) -> None:
    settle(page)
    page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input").click()
    page.get_by_role("option", name=option).click()
    settle(page)


def test_photos_are_sorted_by_what_a_network_sees_in_them(server: Server, page: Any, tmp_path: Path) -> None:
    page.goto(server.url)
    settle(page)
    uploader = page.get_by_test_id("stFileUploader")
    uploader.filter(has_text="Your data").locator("input").set_input_files(str(photos(tmp_path / "holiday.zip")))
    page.get_by_role("button", name="Use these data").wait_for()
    settle(page)
    page.get_by_role("button", name="Use these data").click()
    page.get_by_text(re.compile("24 pictures .* colour")).wait_for()
    settle(page)
    page.get_by_text("Prepare, or take a part").click()
    page.get_by_test_id("stSelectbox").filter(has_text="Preparation").wait_for()
    choose(page, "Preparation", "What is in the pictures")
    assert page.get_by_text("learned with the labels of other pictures").count()

    page.get_by_text("Bring a network of your own").click()
    network = save_network(tmp_path / "tiny eyes.pt", notes='{"size": 8, "mean": [0.5, 0.5, 0.5], "std": [1, 1, 1]}')
    uploader.filter(has_text="TorchScript file").locator("input").set_input_files(str(network))
    page.get_by_role("button", name="Use this network").click()
    chosen = page.get_by_test_id("stSelectbox").filter(has_text="Network").locator("input")
    expect(chosen).to_have_value("tiny eyes")
    settle(page)
    page.get_by_role("button", name="Look at the pictures").click()
    page.get_by_text("24 pictures · 12 features by tiny eyes").wait_for()
    page.get_by_alt_text("24 samples of holiday, features").wait_for()
    settle(page)

    page.get_by_role("button", name="Choose a method").click()
    page.get_by_role("heading", name="Train on holiday, features").wait_for()
    settle(page)
    card = page.locator("[data-testid='stVerticalBlock']").filter(has=page.get_by_text("k-means", exact=True)).last
    card.get_by_role("button", name="Choose", exact=True).click()
    card.get_by_text("chosen", exact=True).wait_for()  # the form is that of the method now
    settle(page)
    clusters = page.get_by_test_id("stNumberInput").filter(has_text="Clusters").first.locator("input")
    clusters.fill("3")
    clusters.press("Enter")
    settle(page)
    page.get_by_role("button", name="Train Shortcut").click()
    page.get_by_role("button", name="Explore the clusters").click()
    page.get_by_label("Most typical samples of cluster C").wait_for()
    page.get_by_alt_text("Mean picture of cluster A").wait_for()
    badge = page.locator(".st-key-strip").get_by_text(
        re.compile(r"^\W*(visibility)?\s*features$")
    )  # its icon is a word
    expect(badge.first).to_be_visible()
    (run,) = RunStore(server.runs).runs()
    assert run.config.features == "tiny eyes"
    labels = run.result().labels
    assert len({(i % 3, label) for i, label in enumerate(labels[np.argsort(_order(run, server))].tolist())}) == 3


def _order(run: Any, server: Server) -> np.ndarray:
    """The numbers in the names of the photos, row by row."""
    from deepclust.data.references import open_dataset

    data = open_dataset(run.config.dataset, RunStore(server.runs).datasets)
    return np.array([int(re.findall(r"\d+", data.name_of(row))[0]) for row in range(data.n_samples)])
