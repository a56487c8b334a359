"""Pictures of more than 8 bits on one scale, pages of a file, and what is said of those that cannot be read."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data.reading.pictures.collection import PictureChoice, read_picture, read_pictures, scan_pictures
from deepclust.data.reading.read import read_file
from tests.data.conftest import encoded

DICE = np.random.default_rng(0)
GREY = DICE.integers(0, 256, (5, 6, 7)).astype(np.uint8)


def tiff(*frames: np.ndarray) -> bytes:
    stream = io.BytesIO()
    first, *others = (Image.fromarray(frame) for frame in frames)
    first.save(stream, "TIFF", save_all=True, append_images=others)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["uint16", "int32", "float32"])
def test_one_scale_for_all_pictures(picture_zip, kind: str) -> None:
    values = GREY.astype(kind) * 11 + 300  # 12 bits or so, as microscopes and maps of heights have them
    form = "PNG" if kind == "uint16" else "TIFF"
    data = read_pictures(picture_zip({f"{i}.{form}": encoded(Image.fromarray(v), form) for i, v in enumerate(values)}))
    expected = (values.astype(np.float64) - values.min()) / (int(values.max()) - int(values.min()))
    np.testing.assert_allclose(data.X, expected, atol=1e-5)
    (note,) = data.notes
    assert (
        note
        == f"Pixel values from {values.min():g} to {values.max():g} were brought to 0 to 1, by one scale for all pictures."
    )


def test_fractions_and_bytes_stay_as_they_are(picture_zip) -> None:
    for factor in (1 / 255, 1):
        files = {f"{i}.tif": tiff((v * factor).astype(np.float32)) for i, v in enumerate(GREY)}
        data = read_pictures(picture_zip(files))
        np.testing.assert_allclose(data.X, GREY / 255, atol=1e-6)
        assert data.notes == ()


def test_pixels_that_are_no_numbers_are_dark_and_counted(picture_zip) -> None:
    values = GREY.astype(np.float32) + 500
    values[0, 0, :3] = np.nan
    values[1, 0, :2] = -9999  # how maps of heights write no data
    data = read_pictures(picture_zip({f"{i}.tif": tiff(v) for i, v in enumerate(values)}))
    assert data.X[0, 0, :3].max() == data.X[0].min()
    assert np.median(data.X) > 0.3
    assert "5 pixels are no numbers (NaN, or no data) and were made as dark as the darkest." in data.notes


def test_deep_pictures_beside_coloured_ones(picture_zip) -> None:
    colour = np.zeros((6, 7, 3), np.uint8)
    colour[..., 0] = 255
    data = read_pictures(picture_zip({"1.png": Image.fromarray(colour), "2.tif": tiff(GREY[0].astype(np.float32) * 9)}))
    assert data.X.shape == (2, 6, 7, 3)
    assert data.X[0, 0, 0].tolist() == [1, 0, 0]
    assert (data.X[1, ..., 0] == data.X[1, ..., 2]).all()


def test_pages_of_several_files_are_chosen_and_of_one_file_are_pictures(picture_zip, tmp_path: Path) -> None:
    files = {f"{c}/{i}.tif": tiff(*GREY) for i, c in enumerate("aabb")}
    data = read_pictures(picture_zip(files))
    assert data.n_samples == 4
    assert any("4 files have several pages, of which the first was read" in note for note in data.notes)
    data = read_pictures(picture_zip(files), choice=PictureChoice(pages="all"))
    assert (data.n_samples, data.class_names, data.notes) == (20, ("a", "b"), ())
    assert data.name_of(1) == "a/0.tif (page 2)"
    np.testing.assert_allclose(data.X[6] * 255, GREY[1], atol=1e-4)
    assert scan_pictures(picture_zip(files)).pages == dict.fromkeys(files, (0, 1, 2, 3, 4))
    for name, content in (("stack.tif", tiff(*GREY)), ("one.tif", tiff(GREY[0]))):
        (tmp_path / name).write_bytes(content)
    assert read_file(tmp_path / "stack.tif").n_samples == 5
    with pytest.raises(ValueError, match="is a single picture"):
        read_file(tmp_path / "one.tif")
    with pytest.raises(ValueError, match="pages='some' is not known"):
        PictureChoice.from_json({"pages": "some"})


def bands(n: int) -> bytes:
    """The header of a TIFF of n bands, as far as it is looked at."""
    entries = b"".join(
        struct.pack("<HHII", tag, 3, 1, value) for tag, value in ((256, 4), (257, 4), (258, 16), (277, n))
    )
    return b"II*\0" + struct.pack("<IH", 8, 4) + entries + bytes(600)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bands(13), "none of the 2 pictures could be read: 13 bands, and pictures have 1 or 3: save three"),
        (b"\0\0\0\x18ftypheic" + bytes(200), "HEIC, whatever its name says: export it as JPEG"),
        (bytes(128) + b"DICM" + bytes(50), "DICOM: export it as PNG"),
    ],
)
def test_pictures_that_are_none_say_what_they_are(picture_zip, capfd, content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_pictures(picture_zip({"1.tif": content, "2.tif": content}))
    assert capfd.readouterr() == ("", "")


def test_files_without_an_ending_are_known_by_their_content(picture_zip, tmp_path: Path) -> None:
    picture = encoded(Image.fromarray(GREY[0]), "JPEG")
    upload = picture_zip({"a/0001": picture, "a/x.0002": picture, "b/x.jpg_large": picture, "b/notes": b"no picture"})
    (tmp_path / "p.zip").write_bytes(upload.getvalue())
    data = read_file(tmp_path / "p.zip")
    assert (data.n_samples, data.class_names) == (3, ("a", "b"))
    assert data.left_out == ("b/notes (not a picture)",)


def test_one_deep_picture_has_its_own_scale_and_proportions() -> None:
    brightness = np.linspace(0, 1, 40, dtype=np.float32).reshape(2, 20)
    file = io.BytesIO()
    Image.fromarray(np.rint(brightness * 65_535).astype(np.uint16)).save(file, "PNG")
    np.testing.assert_allclose(read_picture(file.getvalue(), 64), brightness, atol=1e-4)
    assert read_picture(file.getvalue(), 10).shape == (1, 10)


def test_one_photograph_is_turned_upright() -> None:
    photo, file = Image.new("RGB", (40, 20), (200, 30, 30)), io.BytesIO()
    exif = photo.getexif()
    exif[0x0112] = 6  # held upright: the camera says to turn it
    photo.save(file, "JPEG", exif=exif)
    assert read_picture(file.getvalue(), 1_024).shape == (40, 20, 3)
    with pytest.raises(ValueError, match=r"cannot be read: not a picture that can be read. Take another"):
        read_picture(b"no picture", 8)
    with pytest.raises(ValueError, match=r"(?i)truncated"):
        read_picture(file.getvalue()[:400], 8)
