"""The newcomer's way through the app, in a real browser, on real data."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import expect

from deepclust.runs import Run, RunStore
from tests.browser.conftest import Server, serving, settle


def only_run(server: Server) -> Run:
    runs = RunStore(server.runs).runs()
    assert len(runs) == 1
    return runs[0]


def test_the_first_visit_of_a_server_may_begin_at_any_page(page: Any, tmp_path: Path) -> None:
    with serving(tmp_path, DEEPCLUST_HELPERS="0") as server:  # which nobody has visited
        page.goto(f"{server.url}/train")
        page.get_by_role("heading", name="Train on Digits").wait_for()
        settle(page)
        assert page.get_by_text("Page not found").count() == 0
        assert page.title() == "DeepClust"
        assert page.get_by_test_id("stSidebarNav").count() == 0, "no list of files"


def test_newcomer_trains_on_digits_and_explores_the_clusters(server: Server, page: Any) -> None:
    page.goto(server.url)
    page.get_by_role("heading", name="Digits").wait_for()
    page.get_by_alt_text("48 samples of Digits").wait_for()
    page.get_by_role("button", name="Train Shortcut").click()

    page.wait_for_url(re.compile(r"/train\?run="))
    page.get_by_text(re.compile(r"epoch \d+ of \d+")).wait_for()
    page.get_by_text("Latent space at epoch").wait_for()
    page.wait_for_function("document.querySelectorAll('canvas').length >= 3")
    page.evaluate("window.firstCurves = document.querySelector('canvas')")
    page.wait_for_timeout(2_500)
    assert page.evaluate("document.contains(window.firstCurves)"), "curves are updated in place, without flicker"
    page.get_by_role("button", name="Explore the clusters").click()

    page.wait_for_url(re.compile(r"/explore\?run="))
    page.get_by_text("Cluster J", exact=True).wait_for()
    page.locator(".map[data-drawn]").wait_for()
    expect(page.locator(".map .label:visible")).to_have_count(10)  # waits: numbers follow with the next frame
    assert page.get_by_text("ACC", exact=True).count() == 0, "labels are hidden until they are revealed"

    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text(re.compile("k = 11: k-means on the latent space")).wait_for()
    expect(page.locator("[aria-label^='Most typical samples of cluster']")).to_have_count(11)
    assert "k=11" in page.url

    page.get_by_text("Reveal labels").click()
    page.get_by_text("Clusters against classes").wait_for()
    shown = page.locator("[data-testid='stMetric']", has_text="ACC").inner_text()
    assert float(re.search(r"0\.\d{3}", shown).group()) == pytest.approx(
        only_run(server).metrics()["by_k"]["11"]["acc"], abs=0.0006
    )

    page.reload()  # a reload is a new visit: run and k come from the address
    page.get_by_text(re.compile("k = 11: k-means on the latent space")).wait_for()


def test_a_run_outlives_a_killed_server_and_is_found_again(server: Server, page: Any) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Train Shortcut").click()
    page.get_by_text(re.compile(r"epoch \d+ of \d+")).wait_for()
    worker = only_run(server).status().pid

    server.kill()
    assert psutil.pid_exists(worker)
    server.start()
    page.goto(server.url)
    settle(page)
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=re.compile("DDLS on Digits")).click()
    settle(page)
    page.get_by_role("link", name="Train").click()
    page.get_by_role("button", name="Stop and keep").or_(
        page.get_by_role("button", name="Explore the clusters")
    ).first.wait_for()
    assert only_run(server).status().state in ("running", "done")


def upload(page: Any, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def picture(shade: int, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size, shade).save(buffer, format="PNG")
    return buffer.getvalue()


def test_bad_uploads_are_explained_and_a_good_one_is_trained_on(server: Server, page: Any) -> None:
    page.goto(server.url)
    page.get_by_role("heading", name="Digits").wait_for()
    upload(page, "broken.npz", npz(x=np.full((30, 4), np.nan)))
    page.get_by_role("alert").filter(has_text="NaN").wait_for()
    page.get_by_role("heading", name="Digits").wait_for()

    page.reload()
    settle(page)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(24):
            side = 12 if i % 3 else 16
            archive.writestr(f"{'dark' if i % 2 else 'bright'}/{i}.png", picture(20 + 200 * (i % 2) + i, (side, side)))
    upload(page, "squares.zip", buffer.getvalue())
    page.get_by_role("button", name="Use these data").wait_for()
    settle(page)
    page.get_by_role("button", name="Use these data").click()
    page.get_by_role("heading", name="squares").wait_for()
    settle(page)
    page.get_by_role("button", name="Choose a method…").click()

    page.get_by_role("heading", name="Train on squares").wait_for()
    settle(page)
    page.locator(".st-key-choose-KMeans button").click()
    page.get_by_role("spinbutton", name="Starts").wait_for()
    settle(page)
    page.get_by_role("spinbutton", name="Clusters").fill("2")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Train Shortcut").click()
    page.get_by_role("button", name="Explore the clusters").click()
    page.get_by_text("Cluster B", exact=True).wait_for()
    assert Path(server.runs / "datasets").exists()
    assert only_run(server).config.dataset_title == "squares"
