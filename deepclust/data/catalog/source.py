"""Where a data set of the catalog comes from: addresses, checksums, and the recipe from the files to arrays."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepclust.data.catalog.downloads import Remote, Report, download
from deepclust.disk import refusals, whole

Arrays = dict[str, np.ndarray]  # x and y, or x_train, y_train, x_test and y_test
Files = Mapping[str, Path]  # by name; only "folder" where scikit-learn fetches and keeps them by itself
Recipe = Callable[[Files], Arrays]

FOLDER = "downloads"  # inside the data folder: the published files, as they came


@dataclass(frozen=True)
class Source:
    """What a file of the data folder is made of: published ``files`` in a folder, and the recipe from them to arrays.

    build: gets the files by name, or only the folder where a package fetches them by itself (``by_package``).
    megabytes: of the download. otherwise: a recipe by a package for the same data, where the files cannot be had.
    """

    folder: str
    files: tuple[Remote, ...]
    build: Recipe
    megabytes: int
    otherwise: Recipe | None = None
    by_package: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether no program can fetch it, so that someone has to."""
        return not self.by_package and not all(remote.urls for remote in self.files)


def remote(name: str, *urls: str, md5: str = "") -> Remote:
    """A published file. md5: as its publisher or torchvision states it; "" where none is published."""
    return Remote(name, urls, f"md5:{md5}" if md5 else "")


def make_file(source: Source, file: str, title: str, data_folder: Path, report: Report) -> Path:
    """Download what ``source`` names, and write the arrays as ``file`` into the data folder.

    ValueError, with what to do, if the files are not to be had, are not what they should be, or cannot be kept.
    """
    from filelock import FileLock, Timeout

    folder = data_folder / FOLDER / source.folder
    target = data_folder / file
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            _clear(folder, target)
            arrays = _arrays(source, title, folder, report)
            report("Writing", 0, 0)
            with whole(target) as stream:
                np.savez(stream, **arrays)  # type: ignore[arg-type]
    except Timeout as error:
        raise ValueError(f"{title} is being downloaded already. Wait for it, or end the other download.") from error
    return target


def _clear(folder: Path, target: Path) -> None:
    """Remove what one that was killed has left unfinished; whoever calls this holds the lock of the folder."""
    checked = folder.glob("tmp????????")  # pooch compares the checksum before a file gets its name
    for path in (*checked, *target.parent.glob(f".{target.name}.*.part")):
        if path.is_file():
            path.unlink(missing_ok=True)


def from_openml(ids: tuple[int, ...], files: Files) -> Arrays:
    """A table of openml.org (ARFF), through scikit-learn; several ids are views of the same samples, side by side."""
    from sklearn.datasets import fetch_openml

    home = str(files["folder"])
    bunches = [fetch_openml(data_id=i, as_frame=False, parser="liac-arff", data_home=home) for i in ids]
    x = np.concatenate([np.asarray(bunch.data, np.float64) for bunch in bunches], axis=1)
    return {"x": x, "y": np.unique(bunches[0].target, return_inverse=True)[1]}


def _arrays(source: Source, title: str, folder: Path, report: Report) -> Arrays:
    if source.by_package:
        return _from_package(source.build, title, folder, report)
    try:
        paths = {file.name: download(file, folder, title, report) for file in source.files}
    except ValueError as error:
        if source.otherwise is None:
            raise
        try:
            return _from_package(source.otherwise, title, folder, report)
        except ValueError:
            raise error from None  # the official address is the one to name
    report("Reading", 0, 0)
    return source.build(paths)


def _from_package(build: Recipe, title: str, folder: Path, report: Report) -> Arrays:
    report("Downloading and reading", 0, 0)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # it talks of its retries
            return build({"folder": folder})
    except (OSError, RuntimeError) as error:  # urllib's errors are OSErrors
        raise ValueError(
            f"{title} cannot be downloaded: scikit-learn, which fetches it, says: {error}. Connect this computer to the "
            f"internet and try again, or copy the files that scikit-learn keeps elsewhere into {folder}."
        ) from error
