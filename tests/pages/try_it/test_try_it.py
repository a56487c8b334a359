"""Try it without a browser: a drawn digit, a sample of the data disturbed, vectors with a form, and the bundle's sources."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from deepclust.data.catalog.table import load_dataset
from deepclust.data.drawn import style_of
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from pages.try_it.pad import file_in, ink_in
from tests.figures.test_webmap import unpacked
from tests.tiny import TINY

ASSETS = Path(__file__).resolve().parents[3] / "assets" / "pad"


def test_the_bundle_is_built_from_the_sources() -> None:
    names = sorted(["build.mjs", *(f"src/{path.name}" for path in (ASSETS / "src").iterdir())])
    sources = hashlib.sha256()
    for name in names:
        sources.update(name.encode() + b"\0" + (ASSETS / name).read_bytes() + b"\0")
    first = (ASSETS / "dist" / "pad.js").read_text(encoding="utf-8").split("\n", 1)[0]
    assert sources.hexdigest() in first, "assets/pad/src has changed: run `make map`"


@pytest.fixture
def digits(store: RunStore) -> Run:
    ref = {"name": "digits", "subset": {"n": 400}}
    data = open_dataset(ref, store.datasets)
    run = store.create(make_config(ref, data, "KMeans", values={"n_init": 1}))
    assert train(run, store).state == "done"
    return run


def texts(visitor: AppTest) -> str:
    return " ".join([e.proto.body for e in visitor.get("html")])


def guest(visitor: AppTest) -> np.ndarray:
    said = [
        unpacked(e.proto.bytes) for e in visitor.get("bidi_component") if e.proto.component_name == "deepclust_wire"
    ]
    (place,) = [arrays["xy"] for header, arrays in said if header["part"] == "guest"]
    return place


def test_a_drawn_digit_gets_its_cluster_and_its_place(app: Callable[..., AppTest], digits: Run) -> None:
    visitor = app("try_it", run=digits.id)
    assert len(guest(visitor)) == 0, "nothing is there before something is drawn"
    ink = np.zeros((140, 140), np.float32)
    ink[20:120, 60:80] = 1
    visitor.session_state[f"pad-{digits.id}-kept"] = ink
    visitor.run()
    assert not visitor.exception
    assert "It lands in Cluster " in texts(visitor)
    assert len(guest(visitor)) == 2
    assert texts(visitor).count("Nearest in the ") == 2


def test_a_sample_of_the_data_is_disturbed_by_sliders(app: Callable[..., AppTest], digits: Run) -> None:
    visitor = app("try_it", run=digits.id)
    visitor.session_state[f"try-{digits.id}"] = "A sample of the data"
    visitor.run()
    assert not visitor.exception
    before = texts(visitor)
    assert "is like what the run has seen" in before
    next(t for t in visitor.toggle if t.key == "try-invert").set_value(True).run()
    assert "hardly seen such a thing" in texts(visitor)


def test_vectors_have_a_form(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("try_it", run=finished.id)
    assert "lands in" in texts(visitor), "the first sample is there at once"
    visitor.session_state[f"try-{finished.id}"] = "Form"
    visitor.run()
    assert not visitor.exception
    labels = {n.label for n in visitor.number_input if "feature" in str(n.key)}
    assert labels == {"width", "\\<height\\>", "a", "b", "c", "d"}
    begun = [n.value for n in visitor.number_input if "feature" in str(n.key)]  # column by column
    data = open_dataset(finished.config.dataset, RunStore(finished.folder.parent).datasets)
    assert np.isclose(np.sort(data.X, axis=1), np.sort(begun)).all(axis=1).any(), (
        "the form begins with a sample that there is"
    )


def zipped(pictures: np.ndarray, folders: list[str], side: int = 32) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i, (picture, folder) in enumerate(zip(pictures, folders, strict=True)):
            one = io.BytesIO()
            Image.fromarray(np.rint(picture * 255).astype(np.uint8)).resize((side, side)).convert("RGB").save(
                one, "PNG"
            )
            archive.writestr(f"{folder}/{i}.png", one.getvalue())
        archive.writestr("one/broken.png", b"no picture")
    return file.getvalue()


def test_of_many_pictures_the_strangest_come_first(app: Callable[..., AppTest], digits: Run) -> None:
    X = load_dataset("digits").X[:12]
    X = np.concatenate([X, 1 - X[:4]])
    visitor = app("try_it", run=digits.id)
    visitor.session_state[f"try-{digits.id}"] = "Many"
    visitor.session_state["try-alike-True"] = False  # as they are: dark and bright are not exchanged back
    visitor.run()
    uploader = next(u for u in visitor.file_uploader if u.label == "New samples")
    uploader.upload("new.rar", b"Rar!", "application/zip").run()
    assert "packed in a way that is not read" in visitor.error[0].value
    uploader = next(u for u in visitor.file_uploader if u.label == "New samples")
    assert not uploader.value, "what was refused is in nobody's way"
    uploader.upload("new.zip", zipped(X, ["one", "two"] * 8), "application/zip").run()
    assert not visitor.exception
    assert not visitor.error
    table = visitor.dataframe[0].value
    assert len(table) == 16
    assert set(table["name"][:4]) == {
        f"{folder}/{i}.png" for folder, i in (("one", 12), ("two", 13), ("one", 14), ("two", 15))
    }
    assert table["stranger than"].is_monotonic_decreasing
    assert set(table["verdict"][:4]) == {"unusual"}
    said = " ".join(m.value for m in visitor.markdown)
    assert "16 new samples of new: " in said
    assert "1 could not be read" in " ".join(c.value for c in visitor.caption)
    assert "ACC" not in said, "labels are hidden"
    next(b for b in visitor.button if b.label == "Other samples").click().run()
    assert not visitor.dataframe
    uploader = next(u for u in visitor.file_uploader if u.label == "New samples")
    uploader.upload("new.zip", zipped(X, ["one", "two"] * 8), "application/zip").run()
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert "of the new samples; k-means on the run's data with nearest centres" in " ".join(
        m.value for m in visitor.markdown
    )


def test_many_pictures_with_wide_margins_are_drawn_as_the_data_are(app: Callable[..., AppTest], digits: Run) -> None:
    X = load_dataset("digits").X[:20]
    lost = np.pad(X, ((0, 0), (2, 10), (9, 3)))  # small, and far from the middle
    visitor = app("try_it", run=digits.id)
    visitor.session_state[f"try-{digits.id}"] = "Many"
    where = [f"Cluster {'ABCDEFGHIJ'[c]}" for c in load_model(digits).predict(X)]
    right = {}
    for alike in (True, False):
        visitor.session_state["try-alike-True"] = alike
        visitor.run()
        uploader = next(u for u in visitor.file_uploader if u.label == "New samples")
        uploader.upload("new.zip", zipped(lost, ["one"] * 20, 80), "application/zip").run()
        assert not visitor.error
        table = visitor.dataframe[0].value
        rows = [int(name.removesuffix(".png").rpartition("/")[2]) for name in table["name"]]
        right[alike] = np.mean([cluster == where[row] for cluster, row in zip(table["cluster"], rows, strict=True)])
        next(b for b in visitor.button if b.label == "Other samples").click().run()
    assert right[True] >= 0.8
    assert right[False] < 0.5


def test_a_network_is_fooled_and_the_verdict_is_asked(app: Callable[..., AppTest], store: RunStore) -> None:
    ref = {"name": "digits", "subset": {"n": 200}}
    data = open_dataset(ref, store.datasets)
    run = store.create(make_config(ref, data, "AEKMeans", values=TINY["AEKMeans"]))
    assert train(run, store).state == "done"
    visitor = app("try_it", run=run.id)
    visitor.session_state[f"try-{run.id}"] = "A sample of the data"
    visitor.session_state["try-budget"] = 0.5
    visitor.session_state["try-fool"] = True
    visitor.run()
    assert not visitor.exception
    assert re.search(r"A change of .* moves it from Cluster|It stays in ", " ".join(m.value for m in visitor.markdown))
    assert "The change, enlarged" in texts(visitor)
    assert "Its way on the map as it is changed" in texts(visitor)


def test_no_run_says_what_will_be_here(app: Callable[..., AppTest]) -> None:
    assert "Try something new" in [h.value for h in app("try_it").header]


def test_what_the_sheet_sends_is_checked() -> None:
    ink = np.arange(6, dtype=np.uint8).reshape(2, 3)
    sent: dict[str, Any] = {"width": 3, "height": 2, "ink": base64.b64encode(ink.tobytes()).decode()}
    np.testing.assert_allclose(ink_in(sent), ink / 255, rtol=1e-6)
    assert ink_in({**sent, "ink": ""}) is None
    for wrong in ({**sent, "width": 4}, {**sent, "ink": "%"}, {"width": 3}, 7, {**sent, "width": 10**9, "height": 1}):
        with pytest.raises(ValueError, match="Draw again"):
            ink_in(wrong)
    file = io.BytesIO()
    Image.new("L", (4, 4)).save(file, "PNG")
    assert file_in("data:image/png;base64," + base64.b64encode(file.getvalue()).decode()) == file.getvalue()
    with pytest.raises(ValueError, match="not a picture"):
        file_in("data:text/html;base64,PGI+")


def test_digits_are_bright_on_dark_and_fill_the_height() -> None:
    style = style_of(load_dataset("digits").X)
    assert style is not None
    assert style.ground == 0
    assert style.extent == 1.0
    assert 0.1 < style.pen < 0.4
