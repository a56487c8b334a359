"""Tables beside pictures that say what they show, folders of masks, and folders at a chosen depth."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from deepclust.data.reading.pictures.collection import PictureChoice, read_pictures, scan_pictures
from deepclust.data.reading.pictures.folders import folder_classes, levels_of, masks_among, tree_of
from tests.data.conftest import encoded

PNG = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (4, 5)).astype(np.uint8)))
WORDS = ["ash", "birch", "cedar"] * 4
NAMES = [f"{i:03}.png" for i in range(12)]


def beside(sheet: str, content: bytes, folder: str = "", names: list[str] = NAMES) -> dict[str, object]:
    return {**{f"{folder}{name}": PNG for name in names}, sheet: content}


def csv(header: str, cells: list[str]) -> bytes:
    return "\n".join([header, *cells]).encode()


def workbook() -> bytes:
    stream = io.BytesIO()
    pd.DataFrame({"File": NAMES, "Age": np.arange(12.0) / 7, "Diagnosis": WORDS}).to_excel(stream, index=False)
    return stream.getvalue()


SHEETS: dict[str, dict[str, object]] = {
    "by name": beside("metadata.csv", csv("file_name,label", [f"{n},{w}" for n, w in zip(NAMES, WORDS, strict=True)])),
    "beside them in a folder": beside(
        "train/metadata.csv", csv("file_name,label", [f"{n},{w}" for n, w in zip(NAMES, WORDS, strict=True)]), "train/"
    ),
    "by path": beside("l.csv", csv("path;dx", [f"./a/{n};{w}" for n, w in zip(NAMES, WORDS, strict=True)]), "a/"),
    "by a name of another place": beside(
        "l.csv", csv("img,kind", [f"/home/me/{n},{w}" for n, w in zip(NAMES, WORDS, strict=True)])
    ),
    "by a number without zeros": beside("l.csv", csv("id,breed", [f"{i},{w}" for i, w in enumerate(WORDS)])),
    "without a header": beside("labels.txt", csv("", [f"{n} {i % 3}" for i, n in enumerate(NAMES)]).lstrip(b"\n")),
    "one column per class": beside(
        "l.csv",
        csv("id,ash,birch,cedar", [f"{n},{i % 3 == 0:d},{i % 3 == 1:d},{i % 3 == 2:d}" for i, n in enumerate(NAMES)]),
    ),
    "lines of json": beside(
        "metadata.jsonl",
        "\n".join(json.dumps({"file_name": n, "label": w}) for n, w in zip(NAMES, WORDS, strict=True)).encode(),
    ),
    "a workbook": beside("info.xlsx", workbook()),
}


@pytest.mark.parametrize("how", SHEETS)
def test_a_sheet_names_the_pictures(picture_zip, how: str) -> None:
    data = read_pictures(picture_zip(SHEETS[how]))
    assert data.y is not None
    assert data.y.tolist() == [0, 1, 2] * 4
    assert data.class_names == (("0", "1", "2") if "header" in how else ("ash", "birch", "cedar"))
    assert "which names 12 of 12 pictures" in data.notes[-1]
    assert data.left_out == ()


def test_pictures_that_no_sheet_names_have_no_label(picture_zip) -> None:
    rows = [f"{n},{w}" for n, w in zip(NAMES, WORDS, strict=True)][:9]
    data = read_pictures(picture_zip(beside("l.csv", csv("name,class", rows))))
    assert data.judged is not None
    assert (data.judged[9:] == -1).all()


def test_the_column_is_chosen_or_none(picture_zip) -> None:
    rows = [f"{n},{w},{i % 2}" for i, (n, w) in enumerate(zip(NAMES, WORDS, strict=True))]
    upload = picture_zip(beside("l.csv", csv("name,tree,ill", rows)))
    assert scan_pictures(upload).sheets[0].labels == {"tree": ("ash", "birch", "cedar"), "ill": ("0", "1")}
    assert not scan_pictures(upload).is_clear
    assert read_pictures(upload, choice=PictureChoice(label="ill")).n_classes == 2
    assert read_pictures(upload, choice=PictureChoice.from_json({"label": None})).y is None
    with pytest.raises(ValueError, match=r"no column 'x' beside its pictures\. There are: tree, ill"):
        read_pictures(upload, choice=PictureChoice(label="x"))


def test_folders_go_before_a_sheet(picture_zip) -> None:
    names = [f"{'ab'[i % 2]}/{n}" for i, n in enumerate(NAMES)]
    sheet = csv("file,kind", [f"{n},{w}" for n, w in zip(names, WORDS, strict=True)])
    upload = picture_zip(beside("l.csv", sheet, names=names))
    assert read_pictures(upload).class_names == ("a", "b")
    assert read_pictures(upload, choice=PictureChoice(label="kind")).class_names == ("ash", "birch", "cedar")


def test_masks_beside_pictures_are_no_samples(picture_zip) -> None:
    data = read_pictures(picture_zip({f"{folder}/{n}": PNG for folder in ("images", "masks") for n in NAMES}))
    assert (data.n_samples, data.y) == (12, None)
    assert "masks of other pictures" in data.notes[0]
    assert masks_among(["dataset/with_mask/1.png", "dataset/mask/1.png", "images/mask/1.png"]) == []
    assert masks_among(["a/images/1.png", "a/masks/1.png", "b/masks/1.png"]) == ["a/masks/1.png"]


@pytest.mark.parametrize(
    ("folders", "classes"),
    [
        (["2023/01", "2023/02", "2024/01"], None),
        (["2023/01/ash", "2023/02/birch"], ("ash", "birch")),
        (["01", "02"], ("01", "02")),
        (["data/train/ash", "data/valid/birch"], ("ash", "birch")),
        (["2024-q1", "2024-q2"], None),
    ],
)
def test_dates_and_parts_of_a_set_are_no_classes(folders: list[str], classes: tuple[str, ...] | None) -> None:
    assert folder_classes([f"{folder}/{i}.png" for i, folder in enumerate(folders)])[1] == classes


def test_the_depth_of_the_classes_is_chosen_from_a_tree() -> None:
    names = ["a/north/ash/1.png", "a/north/birch/2.png", "a/south/ash/3.png"]
    assert levels_of(names) == {2: ("north", "south"), 3: ("ash", "birch")}
    assert tree_of(names) == {
        ("a",): 3,
        ("a", "north"): 2,
        ("a", "north", "ash"): 1,
        ("a", "north", "birch"): 1,
        ("a", "south"): 1,
        ("a", "south", "ash"): 1,
    }
    y, classes = folder_classes(names, 2)
    assert y is not None
    assert (y.tolist(), classes) == ([0, 0, 1], ("north", "south"))
    assert folder_classes(names, 0) == (None, None)


def test_names_in_another_encoding_on_the_disk(tmp_path: Path) -> None:
    import os

    for word in ("Bäume", "Käfer"):
        folder = os.path.join(os.fsencode(tmp_path), word.encode("latin-1"))
        os.mkdir(folder)
        with open(os.path.join(folder, b"1.png"), "wb") as file:
            file.write(PNG)
    data = read_pictures(tmp_path)
    assert data.class_names == ("Bäume", "Käfer")
    assert data.name_of(0) == "Bäume/1.png"
