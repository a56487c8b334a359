"""Reading .npz files: the layouts that are known, and every way of being broken or hostile."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest

from deepclust.data.reading import archives
from deepclust.data.reading.arrays import read_npz

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (6, 4, 5), dtype=np.uint8)
GREY[0, 0, :2] = 0, 255


def npy_header(shape: str, descr: str = "'<f4'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    stream.seek(0)
    return stream


@pytest.mark.parametrize("name", ["x", "X", "data", "images", "embeddings", "features", "arr_0", "whatever"])
def test_samples_are_found_under_many_names(npz, name):
    X = RNG.normal(size=(5, 3)).astype(np.float32)
    ds = read_npz(npz(**{name: X}), name="mine")
    assert np.array_equal(ds.X, X)
    assert (ds.name, ds.kind, ds.y, ds.n_train) == ("mine", "vector", None, None)


def test_the_name_comes_from_the_file(tmp_path):
    path = tmp_path / "cells.npz"
    np.savez(path, x=np.eye(3))
    assert read_npz(path).title == "cells"


def test_official_split_is_joined(npz):
    ds = read_npz(npz(x_train=GREY[:4], x_test=GREY[4:], y_train=np.arange(4), y_test=np.arange(2)))
    assert ds.n_train == 4
    assert np.array_equal(ds.X, GREY.astype(np.float32) / np.float32(255))
    assert ds.y is not None
    assert ds.y.tolist() == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (GREY, GREY / 255),
        (GREY.astype(np.int64), GREY / 255),
        (GREY[..., None], GREY / 255),
        (GREY[:, None], GREY / 255),
        (np.stack([GREY] * 3, axis=3), np.stack([GREY] * 3, axis=3) / 255),
        (np.stack([GREY] * 3, axis=1), np.stack([GREY] * 3, axis=3) / 255),
        (np.stack([GREY] * 4, axis=3), np.stack([GREY] * 3, axis=3) / 255),
        (GREY / 255, GREY / 255),
        (GREY > 100, GREY > 100),
        ((GREY > 100).astype(np.uint8), GREY > 100),
        (GREY.astype(np.float64) * 2 - 255, GREY / 255),
        (GREY.astype(np.uint16) * 257, GREY / 255),
        (GREY.astype(np.int8), (GREY.astype(np.int8) + 128.0 - (GREY.astype(np.int8).min() + 128.0))),
        (np.full((2, 3, 3), 900.0), np.zeros((2, 3, 3))),
    ],
)
def test_pictures_come_out_between_0_and_1(npz, X, expected):
    ds = read_npz(npz(x=X))
    expected = np.asarray(expected, dtype=np.float64)
    if expected.max() > 1:
        expected = expected / expected.max()
    assert ds.kind == "image"
    assert ds.X.shape == expected.shape
    np.testing.assert_allclose(ds.X, expected, atol=1e-6)


def test_what_was_done_to_pictures_is_noted(npz):
    notes = read_npz(npz(x=GREY * 2.0, other=np.arange(3))).notes
    assert notes == ("Arrays that were not used: other.", "The pixel values 0 to 510 were scaled to 0 to 1.")


def test_vectors_keep_their_values(npz):
    X = RNG.normal(size=(5, 3)) * 1000
    np.testing.assert_array_equal(read_npz(npz(x=X)).X, X.astype(np.float32))


@pytest.mark.parametrize(
    ("y", "labels", "names"),
    [
        (np.array([2, 0, 1]), [2, 0, 1], None),
        (np.array([[2], [0], [1]]), [2, 0, 1], None),
        (np.array([2.0, 0.0, 1.0]), [2, 0, 1], None),
        (np.array([7, 3, 7]), [1, 0, 1], ("3", "7")),
        (np.array([-1, 3, 3]), [0, 1, 1], ("-1", "3")),
        (np.array(["dog", "cat", "dog"]), [1, 0, 1], ("cat", "dog")),
        (np.array([b"dog", b"cat", b"dog"]), [1, 0, 1], ("cat", "dog")),
        (np.array([True, False, True]), [1, 0, 1], ("False", "True")),
    ],
)
def test_labels_of_many_kinds(npz, y, labels, names):
    ds = read_npz(npz(x=np.eye(3), y=y))
    assert ds.y is not None
    assert ds.y.tolist() == labels
    assert ds.class_names == names


def test_class_names_in_the_file_are_used(npz):
    ds = read_npz(npz(x=np.eye(2), y=[0, 1], class_names=np.array(["cat", "dog"])))
    assert ds.class_names == ("cat", "dog")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.eye(3), "y": [0, 1]}, r"3 samples but the labels 'y' have the shape \(2,\)"),
        ({"x": np.eye(3), "y": np.eye(3)}, "Exactly one label per sample"),
        ({"x": np.eye(3), "y": 3}, "Exactly one label per sample"),
        ({"x": np.eye(3), "y": [0, 1.5, 2]}, r"label in row 1 \(counted from 0\) is 1.5"),
        ({"x": np.eye(3), "y": [0, 1, np.nan]}, "row 2 .* is nan, which names no class"),
        ({"x": np.eye(3), "y": [1j, 2, 3]}, "type complex128"),
        ({"x": np.eye(3), "y": np.array(["a", None, 3], dtype=object)}, "'y' holds Python objects.*astype"),
        ({"x": np.array([[1, 2], None], dtype=object)}, "'x' holds Python objects"),
        ({"x": np.zeros((0, 4))}, "is empty"),
        ({"x": np.zeros(4)}, "reshape"),
        ({"x": 4.0}, "one row per sample"),
        ({"x": np.array([[1, np.nan]])}, "1 value of 2 is NaN"),
        ({"x": np.full((2, 3, 3), np.nan)}, "18 values of 18 are NaN"),
        ({"x": np.array([["a", "b"]])}, "not numbers"),
        ({"x": np.array([[["a", "b"]]])}, "not numbers"),
        ({"x": np.zeros((3, 4, 4, 2))}, "neither vectors"),
        ({"x": np.zeros((3, 1, 2, 4, 4))}, "neither vectors"),
        ({"a": np.eye(3), "b": np.eye(3)}, "holds the arrays a, b, none of which"),
        ({"x_train": np.eye(3), "x_test": np.eye(4)}, "x_train has the shape .3, 3. .*Both parts of a split"),
        ({"x_train": np.eye(3), "x_test": 1.0}, "Both parts of a split"),
        ({"x_train": np.zeros((2, 2), "M8[s]"), "x_test": np.eye(2)}, "Both parts of a split"),
        ({"x_train": np.eye(3), "x_test": np.eye(3), "y_train": [1, 2], "y_test": [1, 2, 3]}, "labels 'y_train'"),
        ({}, "it is empty"),
    ],
)
def test_unusable_arrays_are_refused_with_advice(npz, arrays, words):
    with pytest.raises(ValueError, match=words):
        read_npz(npz(**arrays), name="mine")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04K\x01.", b"\x93NUMPY\x01\x00", b"PK\x03\x04" * 9])
def test_other_files_are_refused(content):
    with pytest.raises(ValueError, match=r"not an \.npz file.*numpy\.savez"):
        read_npz(io.BytesIO(content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"no file .*gone\.npz"):
        read_npz(tmp_path / "gone.npz")


def test_a_zip_of_something_else_is_refused():
    with pytest.raises(ValueError, match=r"it holds cat\.png instead"):
        read_npz(zipped({"cat.png": b"..."}))


def test_cutting_short_or_flipping_a_byte_never_ends_in_another_error(npz):
    whole = npz(x=GREY, y=np.array(list("abcabc"))).getvalue()
    rng = np.random.default_rng(1)
    n_refused = 0
    for trial in range(400):
        broken = bytearray(whole)
        if trial % 2:
            broken = broken[: rng.integers(len(broken))]
        else:
            broken[rng.integers(len(broken))] ^= 1 << rng.integers(8)
        try:
            read_npz(io.BytesIO(bytes(broken)))
        except ValueError:
            n_refused += 1
    assert n_refused > 300


def test_a_changed_pixel_is_caught_by_the_checksum(npz):
    whole = bytearray(npz(x=GREY).getvalue())
    whole[whole.index(GREY.tobytes()) + 50] ^= 1
    with pytest.raises(ValueError, match="damaged or cut short"):
        read_npz(io.BytesIO(bytes(whole)))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("(1000000, 1000000)", "GiB are allowed"),
        ("(4294967296, 4294967296, 4294967296)", "GiB are allowed"),
        ("(1000,)", "says that it has the shape"),
        ("(-1, 4)", "says that it has the shape"),
        ("('a',)", "header is damaged"),
    ],
)
def test_an_array_bomb_is_refused_before_memory_is_taken(monkeypatch, shape, words):
    def never(*args: object, **options: object) -> None:
        raise AssertionError("the array was read")

    monkeypatch.setattr(archives.npy, "read_array", never)
    with pytest.raises(ValueError, match=words):
        read_npz(zipped({"x.npy": npy_header(shape) + bytes(64)}))


def test_an_array_without_bytes_per_number_is_refused():
    with pytest.raises(ValueError, match="says that it has the shape"):
        read_npz(zipped({"x.npy": npy_header("(1000000000000, 2)", "'|V0'")}))


def test_an_unknown_version_of_the_header_is_refused():
    with pytest.raises(ValueError, match="header is damaged"):
        read_npz(zipped({"x.npy": b"\x93NUMPY\x09\x00" + bytes(100)}))


def test_a_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "BOMB_BYTES", 2**20)
    body = npy_header("(1048576, 2)", "'|u1'") + bytes(2**21)
    with pytest.raises(ValueError, match="zip bomb"):
        read_npz(zipped({"x.npy": body}, zipfile.ZIP_DEFLATED))
    assert read_npz(zipped({"x.npy": body})).n_samples == 2**20


def test_the_limit_counts_unpacked_bytes_and_float32(npz):
    with pytest.raises(ValueError, match="would unpack to"):
        read_npz(npz(x=GREY), max_bytes=200)
    with pytest.raises(ValueError, match=r"120 numbers need .* as float32"):
        read_npz(npz(x=GREY), max_bytes=470)


def test_too_many_members_and_passwords_are_refused(monkeypatch, npz):
    locked = bytearray(npz(x=GREY).getvalue())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ValueError, match="password"):
        read_npz(io.BytesIO(bytes(locked)))
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    with pytest.raises(ValueError, match="holds 2 files; at most 1"):
        read_npz(npz(x=GREY, y=np.arange(6)))
