"""Objects on a turntable: the COIL sets."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import TZOREFF, Reported, quoted, tzoreff
from deepclust.data.catalog.source import Arrays, Files, Source, remote
from deepclust.data.reading.archives.members import AGAIN, DAMAGE

_COIL = (
    "https://www.cs.columbia.edu/CAVE/databases/SLAM_coil-20_coil-100/",
    "https://cave.cs.columbia.edu/old/databases/SLAM_coil-20_coil-100/",
)
_COIL_LICENCE = "None stated with the file; the authors offer it for research."


def coil(files: Files) -> Arrays:
    """COIL at 32 x 32, every pixel the mean of 4 x 4 of the published ones."""
    (path,) = files.values()
    x, y = read_turntable(path, 32)
    return {"x": x, "y": y}


def read_turntable(path: Path, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A zip of ``obj3__45.png`` (COIL): uint8 ``(n, side, side[, 3])`` by object and angle, averaged down, and the objects."""
    views = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                named = re.fullmatch(r"obj(\d+)__(\d+)\.png", PurePosixPath(info.filename).name)
                if named:
                    picture = Image.open(io.BytesIO(archive.read(info)), formats=("PNG",))
                    views[int(named[1]), int(named[2])] = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
    except (*DAMAGE, ValueError, SyntaxError) as error:
        raise ValueError(f"{path.name} is damaged ({error}). {AGAIN}") from error
    if not views:
        raise ValueError(f"{path.name} holds no picture that is called like obj1__0.png. {AGAIN}")
    order = sorted(views)
    return np.stack([views[key] for key in order]), np.array([key[0] - 1 for key in order])


ENTRIES = (
    Entry(
        name="coil20",
        title="COIL-20",
        summary="20 objects on a turntable, 72 grey views each.",
        kind="image",
        n_samples=1440,
        n_classes=20,
        feature_shape=(32, 32),
        licence=_COIL_LICENCE,
        citation="Nene, Nayar, Murase: Columbia Object Image Library (COIL-20). CUCS-005-96, 1996.",
        class_names=tuple(f"object {i}" for i in range(1, 21)),
        file="coil20.npz",
        source=Source(
            "coil20",
            (remote("coil-20-proc.zip", *(at + "coil-20/coil-20-proc.zip" for at in _COIL)),),
            coil,
            megabytes=12,
        ),
        reported=(
            *tzoreff(0.90, 0.923),
            Reported(
                "AC-GDL",
                0.858,
                None,
                "authors",
                "Zhang et al., ECCV 2012",
                "NMI 0.937, whose normaliser is not named. A single number: nothing in it is drawn at random.",
            ),
            *quoted(TZOREFF, ("DSC-Net", 0.946, "With more than a million weights."), ("DBC", 0.793), ("DEPICT", 0.42)),
        ),
    ),
    Entry(
        name="coil100",
        title="COIL-100",
        summary="100 objects on a turntable, 72 colour views each; resized otherwise than in the papers.",
        kind="image",
        n_samples=7200,
        n_classes=100,
        feature_shape=(32, 32, 3),
        licence=_COIL_LICENCE,
        citation="Nene, Nayar, Murase: Columbia Object Image Library (COIL-100). CUCS-006-96, 1996.",
        class_names=tuple(f"object {i}" for i in range(1, 101)),
        file="coil100.npz",
        source=Source(
            "coil100", (remote("coil-100.zip", *(at + "coil-100/coil-100.zip" for at in _COIL)),), coil, megabytes=130
        ),
        reported=(
            *tzoreff(0.89, 0.903),
            *quoted(
                TZOREFF,
                ("JULE", 0.911),
                ("DCC", 0.858),
                ("DEC", 0.815),
                ("DBC", 0.775),
                ("DSC-Net", 0.691),
                ("DEPICT", 0.667),
                ("DCN", 0.62),
            ),
        ),
    ),
)
