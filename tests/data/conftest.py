"""Small files made on the spot, and the real ones where they are to be had."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

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


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()
