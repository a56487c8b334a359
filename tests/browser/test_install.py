"""The wheel, installed where only its dependencies are, serves the app from any folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, serving, settle


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel in it, which sees what this one has installed."""
    folder = tmp_path_factory.mktemp("install")
    pip = (sys.executable, "-m", "pip", "--quiet")
    offline = ("--no-deps", "--no-index")
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    (Path(where.stdout.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run([*pip, "--python", python, "install", *offline, wheel], check=True)
    return python


def test_the_wheel_serves_every_page_from_any_folder(python: Path, page: Any, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = subprocess.run(
        [python, "-c", "from deepclust.place import APP; print(APP)"],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert Path(place).is_relative_to(python.parents[1]), "the checkout is not what is served"

    runs = tmp_path / "runs"
    runs.mkdir()
    command = (str(python.with_name("deepclust")), "app", "--headless", "--port")
    with serving(runs, command=command, folder=elsewhere, DEEPCLUST_HELPERS="0") as server:
        page.goto(server.url)
        page.get_by_role("heading", name="Digits").wait_for()
        page.get_by_alt_text("48 samples of Digits").wait_for()
        assert page.locator("[class*='st-key-lesson-'] button").count() >= 6, "the shelf has come along"
        for name in ("lesson", "train", "explore", "choose"):
            page.get_by_role("link", name=name.capitalize()).click()
            page.wait_for_url(f"**/{name}*")
            settle(page)
            assert page.get_by_test_id("stException").count() == 0
