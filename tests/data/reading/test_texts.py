"""Texts in archives and folders."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data.reading.texts import read_texts
from tests.data.conftest import encoded

PNG = encoded(Image.fromarray(np.arange(20, dtype=np.uint8).reshape(4, 5)))


def as_folder(place: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def as_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def as_tar(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_texts_of_folders(tmp_path):
    texts = {
        f"{'fruit' if i % 2 else 'space'}/{i}.txt": (f"apples and pears {i}" if i % 2 else f"stars, moons {i}").encode()
        for i in range(24)
    }
    texts |= {
        "space/e.txt": b" ",
        "picture.png": PNG,
        "fruit/u.txt": "äpfel, apples".encode("utf-16"),
        "fruit/w.txt": "äpfel, pears".encode("cp1252"),
    }
    for source in (
        as_folder(tmp_path / "x", texts),
        as_zip(tmp_path / "x.zip", texts),
        as_tar(tmp_path / "x.tar", texts),
    ):
        ds = read_texts(source)
        assert (ds.kind, ds.n_samples, ds.class_names) == ("text", 26, ("fruit", "space"))
        assert ds.left_out == ("space/e.txt (empty)", "picture.png (not a .txt file)")
        assert "apples" in ds.notes[0]
        assert "äpfel" in ds.notes[0]
    with pytest.raises(ValueError, match="holds 1 texts that are not empty"):
        read_texts(as_zip(tmp_path / "y.zip", {"1.txt": b"one", "2.txt": b""}))
    with pytest.raises(ValueError, match=r"hold no words"):
        read_texts(as_zip(tmp_path / "y.zip", {"1.txt": b"!", "2.txt": b"?"}))
    with pytest.raises(ValueError, match="GiB of text"):
        read_texts(tmp_path / "x.zip", max_bytes=10)
    with pytest.raises(ValueError, match=r"Give at most 1 texts"):
        read_texts(tmp_path / "x.zip", max_bytes=9000)
