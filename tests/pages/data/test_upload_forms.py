"""What the Data page asks of an upload that can be read in several ways, and what becomes of the answers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from deepclust.data.references import open_dataset
from deepclust.runs import RunStore
from tests.pages.data.test_data import npz, press, uploader

DICE = np.random.default_rng(0)
X = DICE.normal(size=(60, 4))
WORDS = np.array(["ash", "birch", "cedar"])[np.arange(60) % 3]


def picture(pages: int = 1, fmt: str = "PNG") -> bytes:
    stream = io.BytesIO()
    first, *others = (Image.fromarray(DICE.integers(0, 256, (8, 8), dtype=np.uint8)) for _ in range(pages))
    first.save(stream, fmt, **({"save_all": True, "append_images": others} if others else {}))
    return stream.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def box(visitor: AppTest, label: str):
    return next(
        s for s in [*visitor.selectbox, *visitor.radio, *visitor.toggle, *visitor.segmented_control] if s.label == label
    )


@pytest.fixture
def asked(app: Callable[..., AppTest]) -> Callable[[str, bytes], AppTest]:
    """A visitor who has sent a file, and is asked about it."""

    def send(name: str, content: bytes) -> AppTest:
        visitor = app()
        uploader(visitor).upload(name, content).run()
        assert not visitor.exception
        assert any(b.label == "Use these data" for b in visitor.button)
        return visitor

    return send


def test_which_array_is_which(asked, store: RunStore) -> None:
    visitor = asked("two.npz", npz(audio=X, video=X[:, :3], kind=np.arange(60) % 3))
    assert next(b for b in visitor.button if b.label == "Use these data").disabled
    box(visitor, "Which array holds the samples?").set_value("video").run()
    assert box(visitor, "Which array is the answer?").value == "kind"
    press(visitor, "Use these data")
    data = open_dataset(visitor.session_state["dataset"], store.datasets)
    assert (data.feature_shape, data.n_classes) == ((3,), 3)


@pytest.mark.parametrize("as_pictures", [True, False])
def test_flat_pictures_are_offered_as_pictures(asked, store: RunStore, as_pictures: bool) -> None:
    place = np.add.outer(np.arange(12), np.arange(12)) / 4
    flat = (128 + 90 * np.sin(place + np.arange(60)[:, None, None])).astype(np.uint8).reshape(60, -1)
    visitor = asked("flat.npz", npz(x=flat))
    toggle = box(visitor, "Each row is a picture of 12 × 12")
    assert toggle.value is True
    if not as_pictures:
        toggle.set_value(False).run()
    press(visitor, "Use these data")
    data = open_dataset(visitor.session_state["dataset"], store.datasets)
    assert data.feature_shape == ((12, 12) if as_pictures else (144,))


def test_series_are_vectors_unless_someone_says_pictures(asked, store: RunStore) -> None:
    visitor = asked("series.npz", npz(x=DICE.normal(size=(60, 64, 4))))
    assert box(visitor, "Each sample is a picture of 64 × 4").value is False
    press(visitor, "Use these data")
    assert open_dataset(visitor.session_state["dataset"], store.datasets).feature_shape == (256,)


def test_which_file_of_an_archive(asked, store: RunStore) -> None:
    table = pd.DataFrame(X, columns=list("abcd")).assign(label=WORDS).to_csv(index=False).encode()
    other = pd.DataFrame(X[:55, :2], columns=list("ef")).to_csv(index=False).encode()
    visitor = asked("kaggle.zip", zipped({"train.csv": table, "more.csv": other}))
    assert box(visitor, "File").value == "train.csv"
    assert box(visitor, "Which column is the answer?").value == "label"
    box(visitor, "File").set_value("more.csv").run()
    assert box(visitor, "Which column is the answer?").value is None
    press(visitor, "Use these data")
    assert open_dataset(visitor.session_state["dataset"], store.datasets).X.shape == (55, 2)


def test_what_tells_the_class_of_a_picture(asked, store: RunStore) -> None:
    files = {f"{'ab'[i % 2]}/{'xyz'[i % 3]}/{i}.png": picture() for i in range(12)}
    sheet = "\n".join(["file,kind", *(f"{name},{WORDS[i]}" for i, name in enumerate(files))]).encode()
    visitor = asked("p.zip", zipped(files | {"labels.csv": sheet}))
    radio = box(visitor, "What tells the class of a picture?")
    assert radio.options == [
        "Folders that tell classes apart",
        "Folders, level 1",
        "Folders, level 2",
        "kind in labels.csv",
        "No classes",
    ]
    assert any("x  (2)" in t.value for t in visitor.text), "the folders as a tree"
    radio.set_value("kind in labels.csv").run()
    press(visitor, "Use these data")
    assert open_dataset(visitor.session_state["dataset"], store.datasets).class_names == ("ash", "birch", "cedar")


def test_which_pages_are_pictures(asked, store: RunStore) -> None:
    visitor = asked("p.zip", zipped({f"{i}.tif": picture(5, "TIFF") for i in range(4)}))
    box(visitor, "4 files have several pages, 20 together. What is a picture?").set_value("Every page").run()
    press(visitor, "Use these data")
    assert open_dataset(visitor.session_state["dataset"], store.datasets).n_samples == 20


def test_what_becomes_of_each_column_is_said_and_can_be_undone(asked, store: RunStore) -> None:
    frame = pd.DataFrame(X, columns=list("abcd")).assign(CustomerID=range(7, 67), colour=WORDS, place=WORDS[::-1])
    visitor = asked("t.csv", frame.to_csv(index=False).encode())
    table = next(d.value for d in visitor.dataframe if "becomes" in d.value)
    becomes = dict(zip(table["column"], table["becomes"], strict=True))
    assert becomes["CustomerID"] == "the name of the row"
    assert becomes["colour"] == "3 columns of 0 and 1, one per word"
    assert becomes["place"] == "the answer: hidden, only for the scores"
    assert any("It could be one of these: place: " in c.value and "colour: ash" in c.value for c in visitor.caption)
    box(visitor, "Which column is the answer?").set_value("colour").run()
    press(visitor, "Use these data")
    data = open_dataset(visitor.session_state["dataset"], store.datasets)
    assert data.class_names == ("ash", "birch", "cedar")


def test_of_many_columns_those_that_are_left_out_are_listed(asked, store: RunStore) -> None:
    frame = pd.DataFrame(DICE.normal(size=(60, 60))).add_prefix("v").assign(row_id=DICE.permutation(60))
    visitor = asked("wide.csv", frame.to_csv(index=False).encode())
    chips = next(m for m in visitor.multiselect if "columns are clustered, but for these" in m.label)
    assert chips.value == []
    chips.set_value(["v0", "v1"]).run()
    press(visitor, "Use these data")
    assert open_dataset(visitor.session_state["dataset"], store.datasets).X.shape == (60, 58)
