"""Arrays of NumPy: what is refused before memory is taken."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest

from deepclust.data.reading import source
from deepclust.data.reading.archives import zips
from deepclust.data.reading.arrays import npz as module
from deepclust.data.reading.arrays.npz import read_npz

RNG = np.random.default_rng(0)


GREY = RNG.integers(0, 256, (6, 4, 5), dtype=np.uint8)


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


def test_the_name_comes_from_the_file(tmp_path):
    path = tmp_path / "cells.npz"
    np.savez(path, x=np.eye(3))
    assert read_npz(path).title == "cells"


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

    monkeypatch.setattr(module.npy, "read_array", never)
    with pytest.raises(ValueError, match=words):
        read_npz(zipped({"x.npy": npy_header(shape) + bytes(64)}))


def test_an_array_without_bytes_per_number_is_refused():
    with pytest.raises(ValueError, match="says that it has the shape"):
        read_npz(zipped({"x.npy": npy_header("(1000000000000, 2)", "'|V0'")}))


def test_an_unknown_version_of_the_header_is_refused():
    with pytest.raises(ValueError, match="header is damaged"):
        read_npz(zipped({"x.npy": b"\x93NUMPY\x09\x00" + bytes(100)}))


def test_a_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(source, "BOMB_BYTES", 2**20)
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
    monkeypatch.setattr(zips, "MAX_MEMBERS", 1)
    with pytest.raises(ValueError, match="holds 2 files; at most 1"):
        read_npz(npz(x=GREY, y=np.arange(6)))


@pytest.mark.parametrize("how", ["csr", "csc", "coo", "bsr"])
def test_a_sparse_matrix_of_scipy(tmp_path, how):
    from scipy import sparse

    X = np.where(np.random.default_rng(0).random((6, 4000)) < 0.01, 2.5, 0)
    sparse.save_npz(tmp_path / "x.npz", getattr(sparse, f"{how}_matrix")(X))
    if how == "bsr":
        with pytest.raises(ValueError, match="Save it as csr"):
            read_npz(tmp_path / "x.npz")
        return
    assert read_npz(tmp_path / "x.npz").X.tolist() == X.tolist()
    with pytest.raises(ValueError, match=r"needs .* GiB as float32"):
        read_npz(tmp_path / "x.npz", max_bytes=20_000)
