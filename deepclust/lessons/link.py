"""A lesson as part of an address: the name of one of the shelf, or the whole of it, packed."""

from __future__ import annotations

import base64
import json
import zlib

from deepclust.lessons.lesson import MOST_BYTES, Lesson, read_lesson
from deepclust.lessons.shelf import SHELF

PACKED = "~"  # what a packed lesson begins with, and no name does
LONGEST = 8_000  # characters of an address that browsers, mail and chat pass on whole


def link_of(lesson: Lesson) -> str:
    """What stands for a lesson in an address. ValueError for one that is too long, which goes as a file."""
    for name, known in SHELF.items():
        if known == lesson:
            return name
    packed = zlib.compress(json.dumps(lesson.to_json(), ensure_ascii=False, separators=(",", ":")).encode(), 9)
    link = PACKED + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(link) > LONGEST:
        raise ValueError(
            f"This lesson is too long for a link ({len(link):,} characters; at most {LONGEST:,} are passed on whole). "
            "Share it as a file."
        )
    return link


def lesson_of(link: str) -> Lesson:
    """The lesson that a part of an address stands for. ValueError, in a sentence, if there is none."""
    if not link.startswith(PACKED):
        if link not in SHELF:
            raise ValueError(f"There is no lesson {link[:60]!r} on the shelf. There are: {', '.join(SHELF)}.")
        return SHELF[link]
    if len(link) > LONGEST:
        raise ValueError(f"This link is longer than that of any lesson, {LONGEST:,} characters.")
    try:
        code = link.removeprefix(PACKED)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)), MOST_BYTES)
        if not unpacking.eof:
            raise ValueError("it is cut off, or unpacks to more than a lesson may hold")
    except (ValueError, zlib.error) as error:
        raise ValueError(f"This link holds no lesson: {error}. It may have been cut; copy it again.") from None
    return read_lesson(text)
