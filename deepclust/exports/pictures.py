"""A folder for each cluster, in one zip: the pictures as PNG, or the vectors as a table, and the table of all samples."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import IO

import numpy as np
from PIL import Image

from deepclust.data.dataset import Dataset
from deepclust.exports.table import defused, write_table
from deepclust.exports.view import View
from deepclust.runs.edit_kinds import default_name

LONGEST = 60  # characters of a name
_REFUSED = re.compile(r'[<>:"/\\|?*]')  # what Windows does not take in the name of a file
CHUNK = 1_000  # rows of a table that are turned into text at once


def safe_name(text: str) -> str:
    """A text as the name of a file or folder that every system takes: no folders, no control characters; may be empty."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in _REFUSED.sub("_", text))
    return " ".join(kept.split()).strip(". ")[:LONGEST].strip(". ")


def folder_of(view: View, cluster: int) -> str:
    """The folder of a cluster: its number, so that no two are alike, and its name where it was given one."""
    number = "noise" if cluster < 0 else f"{cluster:03d}"
    name = safe_name(view.name(cluster))
    return number if cluster < 0 or name in ("", default_name(cluster)) else f"{number} {name}"


def file_of(data: Dataset, row: int) -> str:
    """The name of a sample's picture: its row, so that no two are alike, and the name that it came with."""
    stem = "" if data.ids is None else PurePosixPath(data.name_of(row).replace("\\", "/")).stem
    return f"{row:06d} {safe_name(stem)}".strip() + ".png"


def write_pictures(view: View, target: IO[bytes]) -> None:
    """Write the zip, one sample after the other. ValueError where the data are not at hand."""
    data = view.data
    if data is None:
        raise ValueError(
            f"The data of this run, {view.run.config.dataset_title}, are not on this computer, so there is nothing to "
            "sort into folders. Load them on the Data page first."
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        with _member(archive, "clusters.csv", packed=True) as file:
            write_table(view, file)
        for cluster in view.clusters:
            members = np.flatnonzero(view.labels == cluster)
            if data.pictured:
                for row in members.tolist():
                    archive.writestr(_info(f"{folder_of(view, cluster)}/{file_of(data, row)}"), _png(data.shown(row)))
            else:
                with _member(archive, f"{folder_of(view, cluster)}/samples.csv", packed=True) as file:
                    _write_vectors(data, members, file)


def _png(picture: np.ndarray) -> bytes:
    """A picture (h, w), (h, w, 1) or (h, w, 3) in [0, 1] as a PNG of its own size."""
    pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels).save(
        buffer, format="PNG", compress_level=1
    )
    return buffer.getvalue()


def _write_vectors(data: Dataset, members: np.ndarray, target: IO[bytes]) -> None:
    names = [] if data.ids is None else ["name"]
    header = ["row", *names, *(defused(data.feature_name(j)) for j in range(data.feature_shape[0]))]
    first = io.StringIO(newline="")
    csv.writer(first, lineterminator="\n").writerow(header)
    target.write(first.getvalue().encode("utf-8", "replace"))
    for start in range(0, len(members), CHUNK):
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        for row in members[start : start + CHUNK].tolist():
            called = [defused(data.name_of(row))] if names else []
            writer.writerow([row, *called, *(f"{value:.7g}" for value in data.X[row].tolist())])
        target.write(text.getvalue().encode("utf-8", "replace"))


def _info(name: str, packed: bool = False) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of 1980: the same clusters give the same bytes
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return info


def _member(archive: zipfile.ZipFile, name: str, *, packed: bool) -> IO[bytes]:
    return archive.open(_info(name, packed), "w", force_zip64=True)
