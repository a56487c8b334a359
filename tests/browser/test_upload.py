"""One file of each kind through the uploader of a real browser, hostile ones, and two visitors at once."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Server, settle, visiting

DICE = np.random.default_rng(0)
X = DICE.integers(0, 256, (60, 9, 7)).astype(np.uint8)
TABLE = pd.DataFrame(
    {
        "id": [f"r{i}" for i in range(60)],
        "a": DICE.random(60),
        "b": DICE.random(60),
        "c": DICE.random(60),
        "kind": ["x", "y"] * 30,
    }
)


def picture(side: int, mode: str = "L") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(DICE.integers(0, 256, (side, side), dtype=np.uint8)).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def hdf5(path: Path) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        file["x"] = X


def matlab(path: Path) -> None:
    from scipy.io import savemat

    savemat(path, {"fea": X.reshape(60, 63), "gnd": np.arange(60)[:, None] % 4})


def idx(path: Path) -> None:
    path.write_bytes(gzip.compress(struct.pack(">HBB3I", 0, 8, 3, *X.shape) + X.tobytes()))


WORDS = ["cat", "dog", "bird", "fish", "tree", "river", "stone", "cloud"]
TEXTS = {f"{i}.txt": " ".join(WORDS[(i + j) % 8] for j in range(3)).encode() for i in range(30)}

#: How a file is made, whether something is asked before it is read, and what the page then says of it.
KINDS: dict[str, tuple[Callable[[Path], Any], bool, str]] = {
    "arrays.npz": (lambda path: np.savez(path, x=X, y=np.arange(60) % 3), False, "60 pictures · 9 × 7 · grey"),
    "vectors.npy": (lambda path: np.save(path, X.reshape(60, 63)), False, "60 points · 63 features"),
    "tensors.h5": (hdf5, False, "60 pictures · 9 × 7 · grey"),
    "faces.mat": (matlab, False, "60 points · 63 features"),
    "t10k-images-idx3-ubyte.gz": (idx, False, "60 pictures · 9 × 7 · grey"),
    "mixed 🎈.zip": (
        lambda path: zipped(path, {f"{i}.png": picture(8 + i, ["L", "RGBA", "P"][i % 3]) for i in range(9)}),
        True,
        "9 pictures · 12 × 12 · grey",
    ),
    "words.zip": (lambda path: zipped(path, TEXTS), False, "30 texts · 8 features"),
    "table.csv": (lambda path: TABLE.to_csv(path, index=False), True, "60 points · 3 features"),
    "columns.parquet": (TABLE.to_parquet, True, "60 points · 3 features"),
    "sheet.xlsx": (lambda path: TABLE.to_excel(path, index=False), True, "60 points · 3 features"),
}
HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "bomb.zip": (lambda path: zipped(path, {"a.png": bytes(300 * 2**20)}), "as a zip bomb does"),
    "nested.zip": (lambda path: zipped(path, {"a.zip": b"PK"}), "Archives within archives are not opened"),
    "pickled.npy": (lambda path: np.save(path, np.array([{}, print])), "Python objects"),
    "<img src=x onerror=alert(1)>.exe": (lambda path: path.write_bytes(b"MZ"), "'.exe' are not known"),
}


def begin(page: Any, server: Server) -> None:
    page.goto(server.url)
    page.locator("html[data-packs]").wait_for(state="attached")  # from then on many files are sent as one
    settle(page)


def send(page: Any, *paths: Path) -> None:
    page.get_by_test_id("stFileUploader").filter(has_text="Your data").locator("input").set_input_files(
        [str(path) for path in paths]
    )


def test_one_file_of_each_kind_ends_in_its_samples(quiet: Server, page: Any, tmp_path: Path) -> None:
    begin(page, quiet)
    for name, (make, is_asked, described) in KINDS.items():
        make(tmp_path / name)
        send(page, tmp_path / name)
        if is_asked:
            page.get_by_role("button", name="Use these data").wait_for()
            settle(page)
            page.get_by_role("button", name="Use these data").click()
        title = name.split("-idx3")[0].split(".")[0]
        expect(page.locator("h3").first).to_have_text(title)
        expect(page.get_by_text(described, exact=True)).to_be_visible()
        expect(page.get_by_alt_text(f"samples of {title}")).to_be_visible()
        settle(page)

    for label in "ab":
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(6):
            (tmp_path / "set" / label / f"{label}{i}.png").write_bytes(picture(12))
    send(page, *sorted((tmp_path / "set" / "a").iterdir()))
    expect(page.get_by_text("6 pictures · 12 × 12 · grey", exact=True)).to_be_visible()
    settle(page)
    page.get_by_text("A whole folder").click()
    settle(page)
    page.get_by_test_id("stFileUploader").filter(has_text="Your data").locator("input").set_input_files(
        str(tmp_path / "set")
    )
    expect(page.get_by_text("12 pictures · 12 × 12 · grey", exact=True)).to_be_visible()
    expect(page.get_by_text("2 true classes, hidden")).to_be_visible()


def test_hostile_files_end_in_a_sentence_and_two_visitors_in_their_data(
    quiet: Server, page: Any, chromium: Any, tmp_path: Path
) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script of a file ran: {dialog.message}"))
    kept = set((quiet.runs / "datasets").glob("*.np?"))
    begin(page, quiet)
    for name, (make, words) in HOSTILE.items():
        make(tmp_path / name)
        send(page, tmp_path / name)
        expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
        settle(page)
    expect(page.locator("h3").first).to_have_text("Digits")
    assert set((quiet.runs / "datasets").glob("*.np?")) == kept

    make, _, described = KINDS["arrays.npz"]
    make(tmp_path / "arrays.npz")
    with visiting(chromium) as other:
        begin(other, quiet)
        send(page, tmp_path / "arrays.npz")
        send(other, tmp_path / "arrays.npz")
        for visitor in (page, other):
            expect(visitor.get_by_text(described, exact=True)).to_be_visible()


#: Notes whether the place for files is ever seen before many files are packed.
EARLY = """(function look() {
    const zone = document.querySelector(".st-key-own-data [data-testid=stFileUploaderDropzone]");
    if (zone && !("packs" in document.documentElement.dataset)) window.early ||= getComputedStyle(zone).visibility === "visible";
    requestAnimationFrame(look);
})()"""


def test_many_files_and_a_folder_of_many_are_sent_as_one(quiet: Server, page: Any, tmp_path: Path) -> None:
    page.add_init_script(EARLY)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method in ("PUT", "POST") else None)
    begin(page, quiet)
    for label in "ab":
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(15):
            (tmp_path / "set" / label / f"{label}{i}.png").write_bytes(picture(12))
    assert not page.evaluate("window.early")
    send(page, *sorted((tmp_path / "set").rglob("*.png")))
    expect(page.get_by_text("30 pictures · 12 × 12 · grey", exact=True)).to_be_visible()
    expect(page.locator("h3").first).to_have_text("30 files")
    assert len([url for url in sent if "upload_file" in url]) == 1
    settle(page)
    page.get_by_text("A whole folder").click()
    settle(page)
    page.get_by_test_id("stFileUploader").filter(has_text="Your data").locator("input").set_input_files(
        str(tmp_path / "set")
    )
    expect(page.locator("h3").first).to_have_text("set")
    expect(page.get_by_text("2 true classes, hidden")).to_be_visible()
    assert len([url for url in sent if "upload_file" in url]) == 2


DROP = """([target, contents]) => {
    const transfer = new DataTransfer();
    for (const [name, bytes] of contents) transfer.items.add(new File([new Uint8Array(bytes)], name));
    for (const type of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def test_many_files_that_are_dropped_are_sent_as_one(quiet: Server, page: Any) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method in ("PUT", "POST") else None)
    begin(page, quiet)
    files = [[f"{i}.png", list(picture(11))] for i in range(25)]
    zone = page.get_by_test_id("stFileUploaderDropzone").first.element_handle()
    page.evaluate(DROP, [zone, files])
    expect(page.get_by_text("25 pictures · 11 × 11 · grey", exact=True)).to_be_visible()
    assert len([url for url in sent if "upload_file" in url]) == 1
