"""The Data page: cards, the contact sheet, drawn data, uploads good and bad, and the Train button."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from deepclust.runs import RunStore


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def pictures(*sizes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i, size in enumerate(sizes):
            picture = io.BytesIO()
            Image.new("L", (size, size), 10 * i).save(picture, format="PNG")
            archive.writestr(f"{i}.png", picture.getvalue())
    return buffer.getvalue()


def said(visitor: AppTest) -> str:
    return " ".join(e.value for e in [*visitor.error, *visitor.warning])


def test_digits_are_chosen_and_shown_with_their_labels_hidden(app: Callable[..., AppTest]) -> None:
    visitor = app()
    assert "Digits" in [s.value for s in visitor.subheader]
    assert any("1,797 pictures" in m.value for m in visitor.markdown)
    assert any("10 true classes, hidden" in c.value for c in visitor.caption)
    assert len(visitor.get("image")) == 1, "one contact sheet, not 48 pictures"


def test_train_starts_a_quick_run_and_moves_to_it(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    next(b for b in visitor.button if b.label == "Train").click().run()
    assert not visitor.exception
    (run,) = store.runs()
    assert (run.config.method, run.config.preset, run.config.n_clusters) == ("DDLS", "quick", 10)
    assert visitor.session_state["run_id"] == run.id


def test_a_card_chooses_a_data_set_and_what_is_not_there_says_why(app: Callable[..., AppTest]) -> None:
    visitor = app()
    visitor.button(key="use-moons").click().run()
    assert "Moons" in [s.value for s in visitor.subheader]
    missing = visitor.button(key="use-mnist")
    assert missing.disabled
    assert "mnist.npz" in missing.help


def test_drawn_data_can_be_drawn_again_with_other_options(app: Callable[..., AppTest]) -> None:
    visitor = app()
    visitor.button(key="use-moons").click().run()
    visitor.number_input(key="options-moons-n_samples").set_value(500).run()
    next(b for b in visitor.button if b.label == "Draw again").click().run()
    assert any("500" in m.value for m in visitor.markdown)
    assert visitor.session_state["dataset"]["options"]["n_samples"] == 500


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nan.npz", npz(x=np.full((20, 3), np.nan)), "NaN"),
        ("labels.npz", npz(x=np.zeros((20, 3)), y=np.zeros(19)), "one label"),
        ("objects.npz", npz(x=np.array([{}, 1], dtype=object)), "Python objects"),
        ("broken.npz", b"PK\x03\x04 this is not a zip", "npz"),
        ("empty.zip", pictures(), "picture"),
        ("text.npz", b"hello", "npz"),
    ],
)
def test_a_bad_upload_is_explained_and_nothing_else_changes(
    app: Callable[..., AppTest], name: str, content: bytes, words: str
) -> None:
    visitor = app()
    visitor.file_uploader[0].upload(name, content).run()
    assert not visitor.exception
    assert words in said(visitor)
    assert visitor.session_state["dataset"] == {"name": "digits"}


def test_a_good_upload_becomes_the_chosen_data_and_is_kept(
    app: Callable[..., AppTest], store: RunStore
) -> None:
    X = np.random.default_rng(0).integers(0, 256, (60, 9, 7)).astype(np.uint8)
    visitor = app()
    visitor.file_uploader[0].upload("my pictures.npz", npz(x=X)).run()
    assert not visitor.exception
    assert "my pictures" in [s.value for s in visitor.subheader]
    assert len(list(store.datasets.glob("*.npz"))) == 1
    assert any(b.label == "Train" for b in visitor.button) is False, (
        "own data need a number of clusters first"
    )


def test_pictures_of_mixed_sizes_can_be_resized(app: Callable[..., AppTest]) -> None:
    visitor = app()
    visitor.file_uploader[0].upload("mixed.zip", pictures(*[12, 16] * 10)).run()
    assert "size" in said(visitor)
    next(b for b in visitor.button if b.label == "Resize all pictures").click().run()
    assert not visitor.exception
    assert "mixed" in [s.value for s in visitor.subheader]
