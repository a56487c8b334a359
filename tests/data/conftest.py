"""Small files made on the spot, and the real ones where they are to be had."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def npz() -> Callable[..., io.BytesIO]:
    """Arrays as an uploaded .npz."""

    def make(**arrays: object) -> io.BytesIO:
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        stream.seek(0)
        return stream

    return make


@pytest.fixture
def picture_zip() -> Callable[[dict[str, object]], io.BytesIO]:
    """Files as an uploaded zip: an image is stored as PNG, bytes as they are."""

    def make(files: dict[str, object]) -> io.BytesIO:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, encoded(content) if isinstance(content, Image.Image) else content)
        stream.seek(0)
        return stream

    return make


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """The folder of real data, with DEEPCLUST_DATA set to it; skips where the file asked for is missing."""

    def folder(file: str) -> Path:
        beside = Path(__file__).parents[2].parent / "shared" / "data"
        found = Path(os.environ.get("DEEPCLUST_DATA") or beside)
        if not (found / file).is_file():
            pytest.skip(f"{file} is not in {found}; set DEEPCLUST_DATA to the folder that holds it")
        monkeypatch.setenv("DEEPCLUST_DATA", str(found))
        return found

    return folder


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()
