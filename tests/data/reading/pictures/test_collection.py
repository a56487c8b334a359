"""Reading a zip of pictures: modes, classes, mixed sizes, broken and hostile files."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data.reading import source
from deepclust.data.reading.archives import bundles
from deepclust.data.reading.pictures import collection as module
from deepclust.data.reading.pictures.collection import MixedSizes, read_pictures


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def plain(colour: object = (255, 0, 0), size: tuple[int, int] = (5, 4), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def test_folders_are_classes_and_order_is_by_name(picture_zip):
    ds = read_pictures(
        picture_zip({"pets/dog/1.png": plain((0, 0, 255)), "pets/cat/2.png": plain(), "pets/cat/1.png": plain()}),
        name="pets",
    )
    assert ds.class_names == ("cat", "dog")
    assert ds.y is not None
    assert ds.y.tolist() == [0, 0, 1]
    assert ds.X.shape == (3, 4, 5, 3)
    assert ds.X[2, 0, 0].tolist() == [0, 0, 1]
    assert (ds.kind, ds.name, ds.notes) == ("image", "pets", ())


def test_one_folder_is_no_class(picture_zip):
    ds = read_pictures(picture_zip({"all/1.png": plain(), "all/2.png": plain()}))
    assert (ds.y, ds.class_names) == (None, None)


def test_pictures_beside_the_folders_have_a_class_of_their_own(picture_zip):
    ds = read_pictures(picture_zip({"1.png": plain(), "a/1.png": plain(), "b/1.png": plain()}))
    assert ds.class_names == ("(no folder)", "a", "b")


def test_hidden_files_are_passed_over_and_strangers_are_named(picture_zip):
    ds = read_pictures(
        picture_zip(
            {
                "a/1.PNG": plain(),
                "__MACOSX/a/._1.png": b"x",
                ".git/1.png": b"x",
                "a/.DS_Store": b"x",
                "a/Thumbs.db": b"x",
                "a/notes.txt": b"x",
            }
        )
    )
    assert ds.n_samples == 1
    assert ds.notes == ("Left out, not a picture: a/notes.txt.",)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (plain(128, mode="L"), [128]),
        (plain(1, mode="1"), [255]),
        (plain((128, 255), mode="LA"), [128]),
        (plain((0, 0), mode="LA"), [255]),
        (plain((255, 0, 0, 0), mode="RGBA"), [255]),
        (plain((255, 0, 0, 255), mode="RGBA"), [255, 0, 0]),
        (plain((0, 255, 0)).quantize(4), [0, 255, 0]),
        (plain((9, 9, 9)), [9]),
        (Image.fromarray(np.full((4, 5), 257 * 100, dtype=np.uint16)), [100]),
    ],
)
def test_every_mode_becomes_grey_or_rgb(picture_zip, image, expected):
    ds = read_pictures(picture_zip({"1.png": image}))
    pixel = np.atleast_1d(ds.X[0, 0, 0])
    np.testing.assert_allclose(pixel * 255, expected, atol=1e-4)
    assert ds.feature_shape == ((4, 5) if len(expected) == 1 else (4, 5, 3))


def test_cmyk_and_float_pictures(picture_zip):
    cmyk = encoded(plain((0, 255, 255, 0), mode="CMYK"), "TIFF")
    assert read_pictures(picture_zip({"1.tif": cmyk})).X[0, 0, 0].tolist() == [1, 0, 0]
    real = encoded(Image.fromarray(np.full((4, 5), 0.2, dtype=np.float32)), "TIFF")
    assert read_pictures(picture_zip({"1.tiff": real})).X[0, 0, 0] == pytest.approx(51 / 255)


def test_the_cameras_rotation_is_undone(picture_zip):
    image = plain((0, 0, 0))
    image.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    ds = read_pictures(picture_zip({"1.png": encoded(image, exif=exif)}))
    assert ds.feature_shape == (5, 4)
    assert ds.X[0, 0, 3] == 1.0
    assert ds.X.sum() == 1.0


def test_an_animation_gives_its_first_frame(picture_zip):
    raw = encoded(plain(), "GIF", save_all=True, append_images=[plain((0, 0, 255))])
    np.testing.assert_allclose(read_pictures(picture_zip({"1.gif": raw})).X[0, 0, 0], [1, 0, 0], atol=0.02)


def test_mixed_sizes_are_counted_and_a_size_is_suggested(picture_zip):
    upload = picture_zip({"1.png": plain(), "2.png": plain(), "3.png": plain(size=(300, 100))})
    with pytest.raises(MixedSizes, match=r"3 pictures have 2 different sizes: 4 × 5 \(2\), 100 × 300 \(1\)") as caught:
        read_pictures(upload)
    assert caught.value.sizes == Counter({(4, 5): 2, (100, 300): 1})
    assert caught.value.suggested == (4, 4)
    ds = read_pictures(upload, size=caught.value.suggested)
    assert ds.X.shape == (3, 4, 4, 3)
    assert ds.notes == ("3 pictures were resized to 4 × 4 (scaled to fill, edges cut evenly).",)


@pytest.mark.parametrize(
    ("sizes", "suggested"),
    [({(480, 640): 3}, (48, 64)), ({(500, 520): 1, (510, 505): 1}, (64, 64)), ({(1, 1000): 1}, (1, 64))],
)
def test_suggested_size(sizes, suggested):
    assert module.suggest_size(Counter(sizes)) == suggested


def test_a_size_can_be_asked_for_when_all_are_equal(picture_zip):
    assert read_pictures(picture_zip({"1.png": plain()}), size=(8, 8)).feature_shape == (8, 8, 3)


@pytest.mark.parametrize("size", [(0, 4), (4, 9999)])
def test_impossible_sizes_are_refused(picture_zip, size):
    with pytest.raises(ValueError, match="from 1 to 2048"):
        read_pictures(picture_zip({"1.png": plain()}), size=size)


def test_broken_pictures_are_named_and_left_out(picture_zip):
    noise = np.random.default_rng(0).integers(0, 255, (4, 5, 3), dtype=np.uint8)
    cut = encoded(Image.fromarray(noise))[:70]
    ds = read_pictures(picture_zip({"a/1.png": b"no picture", "b/2.png": cut, "a/3.png": plain(), "b/4.png": plain()}))
    assert ds.n_samples == 2
    assert ds.class_names == ("a", "b")
    assert len(ds.notes) == 1
    assert "a/1.png (not a picture that can be read)" in ds.notes[0]
    assert "b/2.png (" in ds.notes[0]


def test_only_broken_pictures(picture_zip):
    with pytest.raises(ValueError, match=r"none of the 2 pictures could be read \(1\.png"):
        read_pictures(picture_zip({"1.png": b"x", "2.png": encoded(plain())[:45]}))


@pytest.mark.parametrize(
    ("files", "words"), [({}, "no file at all"), ({"a.txt": b"x"}, "only a.txt"), ({"a/": b""}, "no file")]
)
def test_a_zip_without_pictures(picture_zip, files, words):
    with pytest.raises(ValueError, match=f"holds no picture: {words}.*Zip a folder of pictures"):
        read_pictures(picture_zip(files))


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 and nothing more"])
def test_other_files_are_refused(content):
    with pytest.raises(ValueError, match=r"not a zip file.*Zip a folder of pictures"):
        read_pictures(io.BytesIO(content), name="upload")


def test_names_that_lead_out_of_the_folder_are_harmless(picture_zip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {"/etc/1.png": plain(), "../../up/2.png": plain(), "C:\\x\\3.png": plain()}
    ds = read_pictures(picture_zip(files))
    assert ds.class_names == ("etc", "up", "x")
    assert list(Path(tmp_path).iterdir()) == []


def test_a_decompression_bomb_is_left_out_undecoded(picture_zip, monkeypatch):
    def png_that_claims(width: int, height: int) -> bytes:
        whole = encoded(plain(0, mode="L"))
        header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + whole[24:29]
        return whole[:12] + header + zlib.crc32(header).to_bytes(4, "big") + whole[33:]

    files = {"1.png": plain(), **{f"{w}.png": png_that_claims(w, w) for w in (7_100, 10_000, 60_000)}}
    ds = read_pictures(picture_zip(files))
    assert ds.n_samples == 1
    assert "7,100" not in ds.notes[0]
    assert all(f"{w}.png (" in ds.notes[0] for w in (7_100, 10_000, 60_000))


def test_too_much_for_memory_offers_a_smaller_size(picture_zip):
    upload = picture_zip({f"{i}.png": plain(size=(100, 100)) for i in range(4)})
    with pytest.raises(MixedSizes, match=r"4 pictures of 100 × 100 need .* 64 × 64"):
        read_pictures(upload, max_bytes=400_000)
    with pytest.raises(ValueError, match="smaller size"):
        read_pictures(upload, size=(100, 100), max_bytes=400_000)
    assert read_pictures(upload, size=(64, 64), max_bytes=400_000).feature_shape == (64, 64, 3)


def test_a_zip_bomb_is_refused(picture_zip, monkeypatch):
    monkeypatch.setattr(source, "BOMB_BYTES", 2**20)
    with pytest.raises(ValueError, match="zip bomb"):
        read_pictures(picture_zip({"1.png": bytes(2**21)}))
    monkeypatch.setattr(bundles, "MAX_UNPACKED", 2**10)
    with pytest.raises(ValueError, match="would unpack to"):
        read_pictures(picture_zip({"1.png": bytes(2**12)}))


def test_flipping_bytes_never_ends_in_another_error(picture_zip):
    files = {
        f"{i % 2}/{i}.{suffix}": encoded(plain(), kind)
        for i, (kind, suffix) in enumerate(
            [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("TIFF", "tif"), ("BMP", "bmp")]
        )
    }
    whole = picture_zip(files).getvalue()
    rng = np.random.default_rng(2)
    results = Counter()
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(3):
            broken[rng.integers(len(broken))] = rng.integers(256)
        try:
            results[read_pictures(io.BytesIO(bytes(broken))).kind] += 1
        except ValueError:
            results["refused"] += 1
    assert results["image"] > 10
    assert results["refused"] > 10


def test_a_member_without_a_name_is_passed_over(picture_zip):
    whole = picture_zip({"1.png": plain(), "QQ": b"y"}).getvalue()
    assert read_pictures(io.BytesIO(whole.replace(b"QQ", b"\0Q"))).n_samples == 1
