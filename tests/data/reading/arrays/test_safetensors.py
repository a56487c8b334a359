"""Tensors of .safetensors files, and headers that lie."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.read import read_file

X = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
Y = np.arange(12) % 3


def written(path: Path, header: object, content: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)
    return path


def about(dtype: str, shape: tuple[int, ...], begin: int, end: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def test_samples_and_labels_of_many_types(tmp_path: Path) -> None:
    header = {
        "__metadata__": {"format": "pt"},
        "embeddings": about("F32", X.shape, 0, 240),
        "labels": about("I64", (12,), 240, 336),
    }
    data = read_file(written(tmp_path / "a.safetensors", header, X.tobytes() + Y.tobytes()))
    assert np.array_equal(data.X, X)
    assert data.y is not None
    assert data.y.tolist() == Y.tolist()
    upper = (X.view(np.uint32) >> 16).astype(np.uint16)  # BF16 is the upper half of float32
    data = read_file(written(tmp_path / "b.safetensors", {"x": about("BF16", X.shape, 0, 120)}, upper.tobytes()))
    assert np.abs(data.X - X).max() < 0.05


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"x": about("F32", X.shape, 0, 239)}, "does not fit its shape"),
        ({"x": about("F32", X.shape, 200, 440)}, "damaged or cut short"),
        ({"x": about("F8_E4M3", X.shape, 0, 60)}, "type F8_E4M3, which is not read"),
        ({"x": about("F32", (10**12, 5), 0, 20 * 10**12)}, "would unpack to"),
        ({"x": {"dtype": "F32"}}, "cannot be read"),
        ([1, 2], "cannot be read"),
    ],
)
def test_headers_that_lie_end_in_a_sentence(tmp_path: Path, header: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_file(written(tmp_path / "a.safetensors", header, X.tobytes()))


def test_a_header_longer_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", 2**60) + b"{}")
    with pytest.raises(ValueError, match="longer than the file"):
        read_file(tmp_path / "a.safetensors")
