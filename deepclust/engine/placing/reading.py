"""New samples of a file or a folder, for a finished run: pictures of any size come at that of the run's."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.pictures.collection import Contents, PictureScan, is_picture, pictures_of
from deepclust.data.reading.pictures.decoding import open_picture, upright_size
from deepclust.data.reading.read import look_at_file, read_file
from deepclust.data.reading.source import MAX_BYTES
from deepclust.runs import RunConfig


def new_samples(path: Path, config: RunConfig, choices: Mapping[str, Any] | None = None, finer: int = 1) -> Dataset:
    """The samples of a file or folder with what they are called, and their classes where the file tells them.

    choices: as for `deepclust.data.reading.read.read_file`. finer: pictures of another size than the run's come at so many times
    its size. ValueError, in a sentence, for what cannot be read.
    """
    chosen = dict(choices or {})
    if config.kind == "image":
        height, width = config.feature_shape[:2]
        if is_picture(path.name) and path.is_file():
            content = path.read_bytes()
            contents = Contents(path.name, {path.name: content})
            pictures = pictures_of(contents, [path.name], (height, width), MAX_BYTES)
            if finer > 1 and upright_size(open_picture(io.BytesIO(content))) != (height, width):
                pictures = pictures_of(contents, [path.name], (finer * height, finer * width), MAX_BYTES)
            ids = np.array([name.encode() for name in pictures.kept])
            return Dataset(path.name, pictures.X, kind="image", ids=ids)
        if "size" not in chosen and isinstance(scan := look_at_file(path), PictureScan):
            times = 1 if scan.same_size == (height, width) else finer
            chosen["size"] = [times * height, times * width]
    return read_file(path, chosen)
