"""Files of the kinds that people bring: what their owner expects of each, and what is read.

python -m benchmarks.cases FOLDER [ID ...]     (or DEEPCLUST_CASES=FOLDER); --all prints also what is as expected

The folder holds files named after the ids below. Each is read with no choice made, as the command line does. "silent"
is what is read otherwise than expected without a word; "refused" is a refusal whose sentence does not help.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepclust.data.dataset import NO_LABEL, Dataset
from deepclust.data.reading.read import read_file

TREES = ("ash", "birch", "cedar")
Check = Callable[[Dataset], bool]


@dataclass(frozen=True)
class Case:
    """What is expected of a file; each field that is given has to hold.

    n: samples; shape: of one; classes: their names (() for no labels); ids: whether the rows have names; check: further;
    says: a pattern that a note or a refusal has to match; refused: whether it is not to be read at all.
    """

    id: str
    n: int | None = None
    shape: tuple[int, ...] | None = None
    classes: tuple[str, ...] | None = None
    ids: bool | None = None
    check: Check | None = None
    says: str = ""
    refused: bool = False


def scored(n: int) -> Check:
    """So many samples have a label that counts."""
    return lambda data: data.judged is not None and int((data.judged >= 0).sum()) == n


def unlabelled(data: Dataset) -> bool:
    """Some samples have no label that counts."""
    return data.judged is not None and bool((data.judged < 0).any())


def distinct(n: int) -> Check:
    return lambda data: len(np.unique(data.X.reshape(len(data.X), -1), axis=0)) == n


def bright(data: Dataset) -> bool:
    """Pictures that use their range."""
    return float(data.X.max()) > 0.9 and float(data.X.min()) < 0.1


def refused(id: str, says: str) -> Case:
    return Case(id, refused=True, says=says)


CASES = (
    Case("T01", 60, (4,), ()),
    Case("T03", 60, (2,), ()),
    Case("T04", 60, (4,), ("Tree-ash", "Tree-birch", "Tree-cedar")),
    Case("T04b", 60, (4,), ("Tree-ash", "Tree-birch", "Tree-cedar")),
    Case("T05", 60, (4,), TREES, ids=True),
    Case("T06", 60, (4,), check=lambda data: data.n_classes == 3),
    Case("T07", 60, (16,), check=lambda data: data.n_classes == 2),
    Case("T08", 60, (4,), TREES),
    Case("T09", 60, (2,), TREES),
    Case("T10", 60, (2,), TREES),
    Case("T11", 60, (5,), (), ids=True),
    Case("T11b", 60, (2,), TREES, ids=True),
    Case("T11c", 60, (4,), TREES, ids=True),
    Case("T14", 60, classes=("<=50K", ">50K")),
    Case("T15", 60, (4,), TREES),
    Case("T15b", 60, (4,), says="upper and lower case"),
    Case("T16", 60, (4,), TREES, check=scored(48)),
    Case("T16b", 60, (4,), ("0", "1", "2"), check=scored(51)),
    Case("T18", 60, (16,), TREES),
    Case("T20", 60, (16, 16), check=lambda data: data.n_classes == 3),
    Case("T21", 60, (28, 28), check=lambda data: data.n_classes == 3),
    Case("T22", 60, (28, 28), check=lambda data: data.n_classes == 3),
    Case("T23", 60, (28, 28)),
    Case("T24", 60, (4,), TREES),
    Case("T25", 60, (4,), TREES),
    Case("T26", 60, (16,), check=lambda data: data.X.std() > 0.5),
    Case("T27", 60, (4,), TREES, ids=True),
    Case("T27b", 60, (4,), TREES, ids=True),
    Case("T29", 60, (4,), (), ids=True),
    Case("T30", 60, (2,), (), check=distinct(60)),
    Case("T30b", 60, (2,), (), check=lambda data: len(np.unique(data.X[:, 0])) == 58),
    Case("T31", 60, (3,), TREES),
    Case("T32_projector", 60, (16,), TREES),
    Case("T32_projector.zip", 60, (16,), TREES),
    Case("T33", 60, (16,), TREES),
    Case("T34e", 60, (16,), TREES),
    Case("T34f", 60, (16, 16)),
    Case("T34i", 60, (16,), ()),
    Case("A34", 60, (4,), ()),
    Case("T35", 60, (16, 16), check=lambda data: data.class_names == TREES),
    Case("T36", 60, (16, 16), TREES),
    Case("T38", 60, (2,), TREES),
    Case("T41", 60, (4,), check=lambda data: "白蜡" in (data.class_names or ())),
    Case("T43", 60, (4,), TREES),
    Case("T44", 60, (4,), TREES),
    Case("T45", says="too large|range|scaled|very large"),
    Case("T46", 60, (4,), TREES),
    refused("T48", r"pickled.*programs.*\.csv"),
    Case("T54", 60, (2,), ()),
    Case("T55", 240, (2,), ()),
    Case("T55c", 240, (2,), check=lambda data: data.n_classes in (3, 4)),
    Case("T56", 60, (4,), TREES),
    Case("A01", 60, (16, 16), check=lambda data: data.y is not None and data.n_train == 50),
    Case("A02", 60, (200,), ()),
    Case("A03_", 60, (4,), check=lambda data: data.n_classes == 3),
    Case("A03b", 60, (16, 16), check=lambda data: data.n_classes == 3),
    Case("A04", 60, (4,), check=unlabelled),
    Case("A06", 60, (4,), check=unlabelled),
    Case("A08b", 60, (4,), check=lambda data: data.y is not None),
    Case("A09", 60, (28, 28)),
    Case("A10", 60, (28, 28)),
    Case("A11", 60, (28, 28), TREES),
    Case("A12_pair", 60, (4,), check=lambda data: data.y is not None),
    Case("A12_pair.zip", 60, (4,), check=lambda data: data.y is not None),
    Case("A15", 60, (4,), ()),
    refused("A17b", "image_embeddings.*text_embeddings.*(choose|Choose)"),
    Case("A18", 60, (4,), says="illed"),
    refused("A23", r"torch.*\.numpy\(\)"),
    Case("A24", 60, (16,), ()),
    Case("A25", 60, (100,), check=lambda data: data.n_classes == 3),
    Case("A26", 60, (4,), check=lambda data: data.n_classes == 3),
    Case("A27", says="struct"),
    Case("A28", says="cell"),
    Case("A31", 120, (16, 16), check=lambda data: data.n_train == 60 and data.n_classes is not None),
    Case("A33", 60, (16, 16), check=lambda data: data.n_train is not None and data.n_classes == 3),
    Case("P02_", 18, classes=()),
    Case("P02b", 18, classes=()),
    Case("P03", 18, classes=TREES),
    Case("P04", 18, check=lambda data: data.n_classes == 6),
    Case("P06_", 18, check=lambda data: data.n_classes == 3),
    Case("P06b", 18, check=lambda data: data.n_classes == 3),
    refused("P08", "HEIC.*JPEG"),
    Case("P09", 18, classes=TREES),
    Case("P12", 18, classes=TREES, check=bright),
    Case("P13b", 18, classes=TREES, says="no number|NaN"),
    Case("P13c", 18, classes=TREES, check=lambda data: bright(data) and distinct(18)(data)),
    Case("P13d", 18, classes=TREES, check=bright),
    Case("P14_", says="page"),
    Case("P14b", 5),
    Case("P15", says="13 bands"),
    Case("P17b", 18, classes=("Bäume", "Käfer", "Vögel")),
    Case("P17c", 18, check=lambda data: all(ord(c) >= 0x4E00 for name in data.class_names or "?" for c in name)),
    Case("P18", 18, classes=("Bäume", "Käfer", "Vögel")),
    Case("P22", 9),
    refused("P23", "packed in a way"),
    Case("P27", 18, classes=TREES),
    refused("P28", "DICOM.*PNG"),
    refused("P33", "unpack it|Unpack it"),
    Case("P36", 18, classes=TREES, check=lambda data: data.kind == "text"),
    Case("P39", 30, (64, 64, 3), TREES),
)


def verdict(case: Case, path: Path) -> tuple[str, str]:
    """ "as expected", "wrong", "silent" or "refused", and what is seen."""
    try:
        data = read_file(path)
    except ValueError as error:
        said = str(error)
        return "as expected" if case.says and re.search(case.says, said) else "refused", said
    except Exception as error:
        return "wrong", f"{type(error).__name__}: {error}"
    names = () if data.y is None else data.class_names or tuple(map(str, range(data.n_classes or 0)))
    names = tuple(name for name in names if name != NO_LABEL)
    labels = f"{len(names)} classes {', '.join(names[:4])}" if data.y is not None else "no labels"
    notes = " ".join(data.notes)
    seen = f"{data.describe()}, {labels}{', named' if data.ids is not None else ''}. {notes}"
    differs = [
        what
        for what, right in (
            ("samples", case.n in (None, data.n_samples)),
            ("shape", case.shape in (None, data.feature_shape[: len(case.shape or ())])),
            ("classes", case.classes is None or set(case.classes) == set(names)),
            ("names of rows", case.ids in (None, data.ids is not None)),
            ("contents", case.check is None or case.check(data)),
            ("words", not case.says or re.search(case.says, notes)),
            ("is read", not case.refused),
        )
        if not right
    ]
    if not differs:
        return "as expected", seen
    return "silent" if not data.notes else "wrong", f"[{', '.join(differs)}] {seen}"


def file_of(folder: Path, id: str) -> Path | None:
    """The file of a case: it is called like its id, or begins with it."""
    found = [p for p in sorted(folder.iterdir()) if p.name == id or p.name.startswith(f"{id.rstrip('_')}_")]
    return next((p for p in found if p.name == id), found[0] if found else None)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("DEEPCLUST_CASES"))
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--all", action="store_true", help="print also what is as expected")
    asked = parser.parse_args()
    if asked.folder is None:
        parser.error("name the folder of the cases")
    counts: Counter[str] = Counter()
    for case in CASES:
        path = file_of(Path(asked.folder), case.id)
        if path is None or (asked.ids and not any(path.name.startswith(id) for id in asked.ids)):
            continue
        outcome, seen = verdict(case, path)
        counts[outcome] += 1
        if outcome != "as expected" or asked.all or asked.ids:
            print(f"{outcome:12}{path.name:36}{seen[:300]}")
    print(", ".join(f"{n} {outcome}" for outcome, n in counts.most_common()), f"of {counts.total()}")
    return 0 if set(counts) == {"as expected"} else 1


if __name__ == "__main__":
    sys.exit(main())
