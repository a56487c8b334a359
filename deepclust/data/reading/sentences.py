"""What packages raise over the bytes of strangers, turned into one sentence that says what to do."""

from __future__ import annotations

import contextlib
import warnings
import zipfile
from collections.abc import Iterator

_SAVE_AGAIN = "Copy or download it again, or save it anew in another form"


@contextlib.contextmanager
def in_words(label: str, what: str = "", advice: str = _SAVE_AGAIN) -> Iterator[None]:
    """Let only ValueErrors of one sentence out of a block that reads the file called ``label``; warnings are not shown.

    what: follows "cannot be read", such as " as a table". Our own errors are sentences already and pass as they are;
    a ValueError of a package is told by its missing full stop.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except Exception as error:
        if _is_sentence(error):
            raise
        raise ValueError(_sentence(error, label, what, advice)) from error


def reason(error: BaseException) -> str:
    """The first words of an error on one line, or its kind where it has none."""
    said = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())
    return said[:150].rstrip(" .:,;") or type(error).__name__


def _is_sentence(error: Exception) -> bool:
    said = str(error)
    return (
        isinstance(error, ValueError) and not isinstance(error, UnicodeError) and said[-1:] == "." and "\n" not in said
    )


def _sentence(error: Exception, label: str, what: str, advice: str) -> str:
    if isinstance(error, MemoryError):
        return f"{label} needs more memory than there is. Give fewer or smaller samples, or close other programs."
    if isinstance(error, RecursionError):
        return f"{label} is nested too deeply to be read{what}. {advice}."
    if isinstance(error, FileNotFoundError):
        return f"There is no file {label}. Check the path."
    if isinstance(error, PermissionError):
        return f"{label} may not be opened. Allow yourself to read it, or copy it to another folder."
    if isinstance(error, NotImplementedError) and not isinstance(error, zipfile.BadZipFile):
        return f"{label} is packed in a way that is not read here ({reason(error)}). Pack it as an ordinary zip."
    return f"{label} cannot be read{what}, or it is damaged or cut short ({reason(error)}). {advice}."
