"""Hostile names in a real browser: none becomes a link or a picture, and the `page` fixture sees every request that leaves."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from deepclust.runs import RunStore
from tests.browser.conftest import serving, settle
from tests.pages.strangers import LINK, NAMES, PICTURE, TAG, WORDS, strange_run

ALIVE = """() => [...document.querySelectorAll("a, img, iframe, script")]
    .map((e) => e.href || e.src || e.getAttribute("xlink:href") || "")
    .filter((address) => typeof address === "string" && /^(https?:)?\\/\\/(?!127\\.0\\.0\\.1)|^mailto:/.test(address))"""
SAID = "() => document.body.textContent.replaceAll('\\u2060', '')"


def npz() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, x=np.zeros((9, 4)))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(f"{PICTURE}.txt", b"?")
    return stream.getvalue()


def not_a_run() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{LINK} {PICTURE}.txt", b"?")
    return stream.getvalue()


def csv() -> bytes:
    columns = [PICTURE, PICTURE, LINK, ":red[x]", "<img src=http://evil.example/c.png>"]
    rows = [",".join(columns)] + [",".join(str((i * j) % 7) for j in range(1, 6)) for i in range(40)]
    return "\n".join(rows).encode()


def test_names_of_others_stay_words(page: Any, tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = strange_run(store)

    def look(*words: str) -> None:
        settle(page)
        assert page.evaluate(ALIVE) == []
        said = page.evaluate(SAID)
        assert [w for w in words if w not in said] == []

    with serving(tmp_path, DEEPCLUST_HELPERS="0") as server:
        page.on("dialog", lambda dialog: pytest.fail(f"a script of a name ran: {dialog.message}"))
        page.goto(f"{server.url}/explore?{urlencode({'run': f'{LINK} {PICTURE}', 'view': WORDS, 'left': WORDS})}")
        page.get_by_role("alert").filter(has_text="There is no run").wait_for()
        look(f"There is no run '{LINK} {PICTURE}'")

        page.goto(f"{server.url}/explore?run={run.id}")
        page.get_by_text("Reveal labels").click()
        page.get_by_text("Clusters against classes").wait_for()
        settle(page)
        page.get_by_role("button", name="Colour").click()
        page.get_by_role("radio", name="Class", exact=True).click()
        page.keyboard.press("Escape")
        look(WORDS, *NAMES)

        for name in ("train", "choose"):
            page.goto(f"{server.url}/{name}?run={run.id}")
            page.get_by_role("button", name="Compare" if name == "choose" else "Explore the clusters").first.wait_for()
            look(WORDS)

        page.goto(f"{server.url}/?run={run.id}")
        page.get_by_text("Look closer").click()
        look(WORDS)
        for label, name, content, answer in (
            ("Your data", f"{LINK}.npz", npz(), page.get_by_role("alert").filter(has_text=".txt")),
            ("Your data", ":red[x].csv", csv(), page.get_by_role("button", name="Use these data")),
            ("A run as a zip", f"{TAG}.zip", not_a_run(), page.get_by_role("alert").filter(has_text="not a run")),
        ):
            if label == "A run as a zip":
                page.get_by_test_id("stPopover").first.click()
            files = page.get_by_test_id("stFileUploader").filter(has_text=label).locator("input")
            files.set_input_files({"name": name.replace("/", "-"), "mimeType": "", "buffer": content})
            answer.wait_for()
            look(PICTURE)
