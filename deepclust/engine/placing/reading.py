"""New samples of a file or a folder, for a finished run: pictures of any size come at that of the run's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.pictures.collection import Contents, PictureScan, is_picture, pictures_of
from deepclust.data.reading.read import look_at_file, read_file
from deepclust.data.reading.source import MAX_BYTES
from deepclust.runs import RunConfig


def new_samples(path: Path, config: RunConfig, choices: Mapping[str, Any] | None = None) -> Dataset:
    """The samples of a file or folder with what they are called, and their classes where the file tells them.

    choices: as for `deepclust.data.reading.read.read_file`. ValueError, in a sentence, for what cannot be read.
    """
    chosen = dict(choices or {})
    if config.kind == "image":
        height, width = config.feature_shape[:2]
        if is_picture(path.name) and path.is_file():
            contents = Contents(path.name, {path.name: path.read_bytes()})
            pictures = pictures_of(contents, [path.name], (height, width), MAX_BYTES)
            ids = np.array([name.encode() for name in pictures.kept])
            return Dataset(path.name, pictures.X, kind="image", ids=ids)
        if "size" not in chosen and isinstance(look_at_file(path), PictureScan):
            chosen["size"] = [height, width]
    return read_file(path, chosen)
