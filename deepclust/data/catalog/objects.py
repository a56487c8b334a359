"""Objects on a turntable: the COIL sets."""

from __future__ import annotations

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import NO_SPREAD, TZOREFF, Reported, quoted
from deepclust.data.catalog.source import Arrays, Files, Source, remote
from deepclust.data.reading import formats

_COIL = (
    "https://www.cs.columbia.edu/CAVE/databases/SLAM_coil-20_coil-100/",
    "https://cave.cs.columbia.edu/old/databases/SLAM_coil-20_coil-100/",
)
_COIL_LICENCE = "None stated with the file; the authors offer it for research."


def coil(files: Files) -> Arrays:
    """COIL at 32 x 32, every pixel the mean of 4 x 4 of the published ones."""
    (path,) = files.values()
    x, y = formats.read_turntable(path, 32)
    return {"x": x, "y": y}


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
            Reported("DDLS", 0.923, None, "authors", TZOREFF, NO_SPREAD),
            *quoted(TZOREFF, ("DSC-Net", 0.946), ("DBC", 0.793), ("DEPICT", 0.42)),
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
            Reported("DDLS", 0.903, None, "authors", TZOREFF, NO_SPREAD),
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
