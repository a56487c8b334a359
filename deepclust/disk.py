"""Files that appear whole or not at all, and a plain sentence where the disk does not take them."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of ``target`` when it is complete, and disappears if writing it fails.

    ValueError where the disk is full or the folder cannot be written.
    """
    with refusals(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        # a name of its own for every writer: two browser tabs may keep the same upload at the same moment
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as stream:
            try:
                yield stream
                stream.close()
                os.replace(stream.name, target)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise


@contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that may not be written into a ValueError that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise ValueError(
                f"The disk that holds {folder} is full, and nothing was kept. Free some space (own data sets and runs "
                "can be deleted in the app) and try again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
            raise ValueError(
                f"The folder {folder} cannot be written ({error.strerror}). Choose another one: DEEPCLUST_DATA names the "
                "folder of the catalog's files, DEEPCLUST_RUNS the one of runs and own data sets."
            ) from error
        raise
