"""The lessons that come with the app, by the names of their files, in the order in which a course would take them."""

from __future__ import annotations

from pathlib import Path

from deepclust.disk import read_json
from deepclust.lessons.lesson import Lesson
from deepclust.records import from_record

FOLDER = Path(__file__).parent / "files"

#: Files are numbered: 1-rings.json is the lesson "rings". What is in them is checked by their tests, and not at every start.
SHELF: dict[str, Lesson] = {
    path.stem.partition("-")[2]: from_record(Lesson, read_json(path)) for path in sorted(FOLDER.glob("*.json"))
}
