"""The Data page: cards, the contact sheet, drawn data, uploads good and bad, and the Train button."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset, list_own
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import guess_n_clusters
from deepclust.engine.intake.fetching import Fetching
from deepclust.runs import RunStore
from tests.pages.conftest import blobs


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


def uploader(visitor: AppTest) -> Any:
    """The uploader of data; there is another one, for runs."""
    return next(u for u in visitor.file_uploader if u.label == "Your data")


def press(visitor: AppTest, label: str) -> None:
    next(b for b in visitor.button if b.label == label).click().run()
    assert not visitor.exception


def test_digits_are_chosen_and_shown_with_their_labels_hidden(app: Callable[..., AppTest]) -> None:
    visitor = app()
    assert "Digits" in [s.value for s in visitor.subheader]
    assert any("1,797 pictures" in m.value for m in visitor.markdown)
    assert any("10 true classes, hidden" in c.value for c in visitor.caption)
    assert len(visitor.get("image")) == 1, "one contact sheet, not 48 pictures"


def test_train_starts_a_quick_run_and_moves_to_it(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    visitor.button(key="train").click().run()
    assert not visitor.exception
    (run,) = store.runs()
    assert (run.config.method, run.config.preset, run.config.n_clusters) == ("DDLS", "quick", 10)
    assert visitor.session_state["run_id"] == run.id


def test_a_card_trains_with_one_click(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    visitor.button(key="train-blobs").click().run()
    assert not visitor.exception
    (run,) = store.runs()
    assert (run.config.dataset, run.config.n_clusters) == ({"name": "blobs"}, 4)


def test_own_data_are_trained_with_a_possible_k_and_folders_are_a_question(
    app: Callable[..., AppTest], store: RunStore
) -> None:
    visitor = app()
    visitor.session_state["dataset"] = keep_dataset(blobs(), store.datasets)
    visitor.run()
    (k,) = (n for n in visitor.number_input if n.label == "How many clusters?")
    assert k.value == 10, "120 samples, whatever their folders are"
    press(visitor, next(b.label for b in visitor.button if "in 3 groups" in b.label))
    visitor.button(key="train").click().run()
    assert not visitor.exception
    (run,) = store.runs()
    assert run.config.n_clusters == 3


@pytest.mark.parametrize(("n_samples", "k"), [(1, 1), (2, 2), (7, 2), (13, 3), (40, 10), (10**6, 10)])
def test_a_first_guess_at_k_is_possible(n_samples: int, k: int) -> None:
    assert guess_n_clusters(n_samples) == k


def test_a_card_chooses_a_data_set_and_what_is_not_there_says_why(app: Callable[..., AppTest]) -> None:
    visitor = app()
    visitor.button(key="use-moons").click().run()
    assert "Moons" in [s.value for s in visitor.subheader]
    missing = visitor.button(key="use-notmnist")
    assert missing.disabled
    assert "notmnist.npz" in missing.help


def test_cards_of_one_kind(app: Callable[..., AppTest]) -> None:
    visitor = app()
    visitor.segmented_control(key="catalog-kind").set_value("text").run()
    cards = [b.key for b in visitor.button if b.key and b.key.startswith(("use-", "fetch-"))]
    assert cards == ["fetch-newsgroups", "fetch-rcv1", "fetch-rcv1-10k", "use-reuters21578"]


def test_a_download_shows_how_far_it_is_and_how_it_ended(
    app: Callable[..., AppTest], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {}
    monkeypatch.setattr(
        "pages.data.catalog.start_fetch",
        lambda name, root: told.update({name: Fetching("running", 5, 10, doing="a.gz")}),
    )
    monkeypatch.setattr("pages.data.catalog.fetching", lambda name, root: told.get(name, Fetching()))
    monkeypatch.setattr("pages.data.catalog.forget_fetch", lambda name, root: told.pop(name))
    visitor = app()
    assert visitor.button(key="fetch-mnist").label == "Download · 12 MB"
    visitor.button(key="fetch-mnist").click().run()
    assert list(told) == ["mnist"]
    assert [bar.value for bar in visitor.get("progress")] == [50]
    told["mnist"] = Fetching("failed", error="MNIST cannot be downloaded: no connection.")
    visitor.run()
    assert "no connection" in said(visitor)
    visitor.button(key="dismiss-mnist").click().run()
    assert told == {}
    assert "no connection" not in said(visitor)
    told["mnist"] = Fetching("done")
    visitor.run()
    assert visitor.button(key="fetch-mnist"), "the file is gone again: it can be fetched anew"
    assert not visitor.exception


def test_a_download_that_cannot_be_kept_is_said(app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = app()
    Path(os.environ["DEEPCLUST_DATA"]).write_text("a file in the way")
    visitor.button(key="fetch-usps").click().run()
    assert "cannot be kept" in said(visitor)


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
        ("notes.docx", b"PK", "'.docx' are not known"),
    ],
)
def test_a_bad_upload_is_explained_and_nothing_else_changes(
    app: Callable[..., AppTest], name: str, content: bytes, words: str
) -> None:
    visitor = app()
    uploader(visitor).upload(name, content).run()
    assert not visitor.exception
    assert words in said(visitor)
    assert visitor.session_state["dataset"] == {"name": "digits"}


def test_a_good_upload_becomes_the_chosen_data_and_is_kept(app: Callable[..., AppTest], store: RunStore) -> None:
    X = np.random.default_rng(0).integers(0, 256, (60, 9, 7)).astype(np.uint8)
    visitor = app()
    uploader(visitor).upload("my pictures.npz", npz(x=X)).run()
    assert not visitor.exception
    assert "my pictures" in [s.value for s in visitor.subheader]
    assert len(list(store.datasets.glob("*.npz"))) == 1
    assert [n.value for n in visitor.number_input if n.label == "How many clusters?"] == [10], "a guess to begin with"


def test_pictures_of_mixed_sizes_are_asked_for_one_size(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    uploader(visitor).upload("mixed.zip", pictures(*[12, 16] * 10)).run()
    assert any("12 × 12 (10), 16 × 16 (10)" in m.value for m in visitor.markdown)
    heights = [n for n in visitor.number_input if n.label in ("Height", "Width")]
    assert [n.value for n in heights] == [14, 14]
    heights[0].set_value(10).run()
    press(visitor, "Use these data")
    assert "mixed" in [s.value for s in visitor.subheader]
    assert any("10 × 14" in m.value for m in visitor.markdown)
    assert list((store.datasets / "incoming").iterdir()) == [], "the upload itself is not kept"


def test_many_pictures_at_once(app: Callable[..., AppTest]) -> None:
    visitor = app()
    rng = np.random.default_rng(0)
    files = []
    for i in range(3):
        picture = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (9, 9), dtype=np.uint8)).save(picture, format="PNG")
        files.append((f"{i}.png", picture.getvalue(), "image/png"))
    uploader(visitor).set_value(files).run()
    assert not visitor.exception
    assert any("3 pictures · 9 × 9 · grey" in m.value for m in visitor.markdown)


CSV = "name;height;weight;colour\n" + "".join(f"p{i};{150 + i};{50 + i % 7},5;{'rb'[i % 2]}\n" for i in range(60))


def test_a_table_asks_for_its_columns(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    uploader(visitor).upload("people 🎈 <b>.csv", CSV.encode()).run()
    assert not visitor.exception
    boxes = {s.label: s for s in visitor.selectbox}
    assert (boxes["Which column is the answer?"].value, boxes["Names of the rows"].value) == ("colour", "name")
    chosen = next(m for m in visitor.multiselect if m.label == "Columns that are clustered")
    assert chosen.value == ["height", "weight"]
    press(visitor, "Use these data")
    assert "people 🎈 b" in [s.value for s in visitor.subheader]
    assert any("2 true classes" in c.value for c in visitor.caption)
    kept = open_dataset(visitor.session_state["dataset"], store.datasets)
    assert kept.X.shape == (60, 2)
    assert kept.name_of(59) == "p59"
    assert visitor.session_state["dataset"]["prepare"] == {"how": "scale"}


def test_a_table_without_a_chosen_column_cannot_be_used(app: Callable[..., AppTest]) -> None:
    visitor = app()
    uploader(visitor).upload("people.csv", CSV.encode()).run()
    next(m for m in visitor.multiselect if m.label == "Columns that are clustered").set_value([]).run()
    assert next(b for b in visitor.button if b.label == "Use these data").disabled
    press(visitor, "Discard")
    assert uploader(visitor), "the uploader is back"


def test_a_column_of_texts(app: Callable[..., AppTest], store: RunStore) -> None:
    rows = "".join(f"{i},{('red apples and green pears', 'rockets fly to the moon')[i % 2]} {i}\n" for i in range(30))
    visitor = app()
    uploader(visitor).upload("news.csv", f"id,message\n{rows}".encode()).run()
    next(s for s in visitor.segmented_control if s.label == "What is clustered").set_value("One column of texts").run()
    press(visitor, "Use these data")
    assert any("30 texts" in m.value for m in visitor.markdown)


def test_a_path_is_read_inside_allowed_folders_only(
    app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    np.save(tmp_path / "mine" / "x.npy", np.random.default_rng(0).random((60, 5)))
    np.save(tmp_path / "secret.npy", np.zeros((60, 5)))
    assert [t for t in app().text_input if "path" in t.label] == []
    monkeypatch.setenv("DEEPCLUST_FOLDERS", str(tmp_path / "mine"))
    visitor = app()
    path = next(t for t in visitor.text_input if "path" in t.label)
    path.set_value(str(tmp_path / "mine" / ".." / "secret.npy")).run()
    assert "outside the folders" in said(visitor)
    next(t for t in visitor.text_input if "path" in t.label).set_value("x.npy").run()
    assert any("60 points · 5 features" in m.value for m in visitor.markdown)
    assert (tmp_path / "mine" / "x.npy").exists(), "what was only pointed to stays"


def test_own_data_are_renamed_and_deleted(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    uploader(visitor).upload("first.npz", npz(x=np.random.default_rng(0).random((60, 5)))).run()
    (about,) = list_own(store.datasets)
    visitor.text_input(key=f"rename-to-{about['own']}").set_value("Second").run()
    visitor.button(key=f"rename-{about['own']}").click().run()
    assert "Second" in [s.value for s in visitor.subheader]
    visitor.button(key=f"delete-{about['own']}").click().run()
    assert not visitor.exception
    assert list_own(store.datasets) == []
    assert visitor.session_state["dataset"] == {"name": "digits"}


def test_a_subset_and_a_preparation_are_applied(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    next(n for n in visitor.number_input if n.label == "Samples").set_value(500).run()
    next(t for t in visitor.toggle if t.label == "Keep the share of every class").set_value(True).run()
    press(visitor, "Apply")
    assert visitor.session_state["dataset"] == {"name": "digits", "subset": {"n": 500, "seed": 0, "stratified": True}}
    assert any("500 pictures" in m.value for m in visitor.markdown)
    press(visitor, "Train")
    (run,) = store.runs()
    assert run.config.n_samples == 500


def test_class_sizes_stay_covered_until_the_labels_are_revealed(app: Callable[..., AppTest]) -> None:
    visitor = app()
    assert any("Reveal the labels" in c.value for c in visitor.caption)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception
    assert not any("Reveal the labels" in c.value for c in visitor.caption)
    assert len(visitor.get("vega_lite_chart") or visitor.get("arrow_vega_lite_chart")) == 1


def test_copies_and_broken_files_are_listed_by_name(app: Callable[..., AppTest]) -> None:
    buffer = io.BytesIO(pictures(8, 8, 8))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("again.png", zipfile.ZipFile(io.BytesIO(pictures(8))).read("0.png"))
        archive.writestr("broken.png", b"")
    visitor = app()
    uploader(visitor).upload("p.zip", buffer.getvalue()).run()
    listed = " ".join(str(d.value.to_dict()) for d in visitor.dataframe)
    assert "0.png, again.png" in listed
    assert "broken.png (" in listed


def test_points_that_all_lie_on_one_spot_are_drawn(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app("data")
    visitor.session_state["dataset"] = keep_dataset(Dataset("same", np.ones((9, 2))), store.datasets)
    visitor.run()
    assert not visitor.exception
    assert visitor.subheader[0].value == "same"
