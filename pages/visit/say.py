"""Words that came from elsewhere, shown as words: names of files, columns, classes and runs, errors, addresses.

Streamlit renders Markdown nearly everywhere, labels of widgets and help included. Whatever was not written in this
program goes through `plain` first; `tests/pages/test_rendered.py` fails where a page forgets it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from deepclust.disk import refusals
from pages.visit import cached

# What Streamlit looks for in the text after it has read the Markdown, where a backslash is gone by then: addresses, which
# become links, :names: of icons and colours, arrows and dashes. An invisible word joiner in their middle stops that.
JOINER = "\u2060"
_FOUND_LATER = re.compile(r":(?=[\w+:/-])|(?i:www)(?=\.)|@|[-<>=~](?=[-<>=~])")
# line ends would begin headings and lists, marks of direction would turn the rest of the sentence around
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\\s]+")
_MARKS = re.compile(r"([#$&*<>{}[\\\]`|~]|(?<![^\W_])_|_(?![^\W_])|^[-+=])")
_NUMBERED = re.compile(r"^(\d+)([.)])")


def plain(text: object) -> str:
    """A text that stands in Markdown as it is, on one line: nobody's name becomes a link, a picture or a heading."""
    shown = _FOUND_LATER.sub(lambda match: match[0] + JOINER, _UNSEEN.sub(" ", str(text)).strip())
    return _NUMBERED.sub(r"\1\\\2", _MARKS.sub(r"\\\1", shown))


def error(problem: object) -> None:
    """A red box with a sentence that may quote anything, most often an exception."""
    st.error(plain(problem), icon=":material/error:")


def warning(problem: object) -> None:
    """An orange box with a sentence that may quote anything."""
    st.warning(plain(problem))


def toast(problem: object) -> None:
    """The same as a note that passes: for what runs before the page is drawn."""
    st.toast(plain(problem), icon=":material/warning:")


@contextmanager
def failures(show: Callable[[object], None] = error) -> Iterator[None]:
    """What cannot be read, written or started inside is said in a sentence, and the page goes on."""
    try:
        with refusals(cached.store().root):
            yield
    except (OSError, ValueError) as problem:
        show(problem)


def badge(text: object, **how: Any) -> None:
    """A badge; Streamlit marks its square brackets itself."""
    st.badge(plain(text).replace(r"\[", "[").replace(r"\]", "]"), **how)
