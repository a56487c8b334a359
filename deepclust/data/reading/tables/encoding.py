"""In which encoding a text file is written, by its first bytes."""

from __future__ import annotations

import codecs
import re

_HIGH = re.compile(rb"[\x80-\xff]+")
_AMONG_LETTERS = re.compile(rb"[A-Za-z][\x80-\xff]+|[\x80-\xff]+[A-Za-z]")
# Encodings of one byte per letter that are tried where a file is not UTF-8, with what their letters look like
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def encoding_of(start: bytes) -> str:
    """UTF-16 and UTF-32 by their marks, UTF-8 where the bytes allow it, else GB 18030, Shift JIS, Windows-1251 or Windows-1252.

    Chinese shows by its bytes: they stand in pairs, both above 0xA0, and not among Latin letters. Cyrillic shows by words that would be made of
    nothing but accented letters.
    """
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _decodes(start, "utf-8"):
        return "utf-8-sig"
    runs = _HIGH.findall(start)
    pairs = all(len(run) % 2 == 0 and min(run) > 0xA0 for run in runs[:-1] or runs)
    if pairs and len(_AMONG_LETTERS.findall(start)) < len(runs) / 5 and _decodes(start, "gb18030"):
        return "gb18030"
    if _is_japanese(start):
        return "cp932"
    if sum(len(run) for run in runs) > 3 * len(runs) and _CYRILLIC.search(start.decode("cp1251", "replace")):
        return "cp1251"
    return "cp1252"


def _is_japanese(start: bytes) -> bool:
    """Whether bytes are Shift JIS: then some of their letters are hiragana, and none katakana of half the width."""
    if not _decodes(start, "cp932"):
        return False
    text = start.decode("cp932", "replace")
    n_hiragana = sum("\u3041" <= c <= "\u3096" for c in text)
    return 10 * n_hiragana > sum(c > "\x7f" for c in text) and not any("\uff61" <= c <= "\uff9f" for c in text)


def decoded(content: bytes, otherwise: str = "cp1252") -> str:
    """A whole text; bytes that its encoding has not become the replacement character. otherwise: in place of cp1252."""
    encoding = encoding_of(content)
    return content.decode(otherwise if encoding == "cp1252" else encoding, "replace")


def _decodes(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start)  # a character that is cut at the end is fine
    except UnicodeDecodeError:
        return False
    return True
