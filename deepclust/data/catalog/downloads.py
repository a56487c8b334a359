"""Fetch files from the internet: resumed where they broke off, checked, from mirrors if need be, said plainly if not."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deepclust.disk import refusals, whole

Report = Callable[[str, int, int], None]  # what is being done, bytes that are there, bytes in all (0: unknown)

CONNECT_SECONDS = 15.0
SILENT_SECONDS = 60.0  # without a byte, a server counts as gone
TRIES = 4  # at one address, as long as each brings the file further
BLOCK = 2**18
_REMEMBERED = "checksums.json"
_UNREACHABLE = "no connection"


@dataclass(frozen=True)
class Remote:
    """A file on the internet: the official address and its mirrors, and the checksum "md5:..." or "sha256:...".

    Where no checksum is published, that of the first download is remembered and asked of all later ones.
    """

    name: str
    urls: tuple[str, ...]
    checksum: str = ""


def download(remote: Remote, folder: Path, title: str, report: Report | None = None) -> Path:
    """Bring a file into ``folder`` and return its path; a file that is there already and is the right one stays.

    ValueError, with what to do, if no address gives the file, if it is another one than it should be, or if it
    cannot be kept.
    """
    import pooch

    pooch.get_logger().setLevel(logging.ERROR)  # what it would say is said by report and errors
    target = folder / remote.name
    remembered = _remembered(folder)
    expected = remote.checksum or remembered.get(remote.name, "")
    if target.is_file() and (not expected or pooch.hashes.hash_matches(target, expected)):
        return target
    failed: dict[str, str] = {}
    with refusals(folder):
        for url in remote.urls:
            get = _Resuming(folder, report or _say_nothing)
            try:
                pooch.retrieve(url, expected or None, fname=remote.name, path=folder, downloader=get)
            except _FailedError as error:
                failed[url] = str(error)
            except ValueError:
                failed[url] = "another file than it should be: its checksum differs"
            else:
                if not remote.checksum:
                    _remember(folder, remote.name, pooch.file_hash(str(target)))
                return target
    raise ValueError(_sentence(remote, folder, title, failed))


class _FailedError(Exception):
    """An address did not give the whole file."""


class _Resuming:
    """A pooch downloader that goes on where an earlier try at the same address broke off."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.folder, self.report = folder, report
        self.came = 0  # bytes of the present try

    def __call__(self, url: str, output_file: Any, _: Any) -> None:
        part = self.folder / f".{hashlib.sha256(url.encode()).hexdigest()[:16]}.part"
        for trial in range(TRIES):
            self.came = 0
            try:
                self._get(url, part)
                break
            except _FailedError:
                if trial == TRIES - 1 or not self.came:
                    raise
        os.replace(part, output_file)
        part.with_suffix(".json").unlink(missing_ok=True)

    def _get(self, url: str, part: Path) -> None:
        """One request: append to ``part`` what it lacks. _FailedError if the file is not whole afterwards."""
        import requests
        import urllib3

        held = part.stat().st_size if part.exists() else 0
        version = _read_json(part.with_suffix(".json")).get("version", "")
        headers = {"Accept-Encoding": "identity", "User-Agent": "deepclust"}
        if held and version:
            headers |= {"Range": f"bytes={held}-", "If-Range": version}
        try:
            with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENT_SECONDS)) as answer:
                if answer.status_code == 416:  # there is nothing after what we hold: it is another file by now
                    part.unlink()
                    raise _FailedError("it changed while it was downloaded; try again")
                if answer.status_code not in (200, 206):
                    raise _FailedError(f"error {answer.status_code}")
                goes_on = answer.status_code == 206
                held = held if goes_on else 0
                length = int(answer.headers.get("Content-Length") or 0)
                total = held + length if length else 0
                _check_room(self.folder, length)
                if not goes_on:  # or, if it ends now, the old bytes would be taken for those of the new version
                    part.unlink(missing_ok=True)
                version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
                part.with_suffix(".json").write_text(json.dumps({"version": version}))
                name = Path(urlsplit(url).path).name
                with open(part, "ab" if goes_on else "wb") as stream:
                    # undecoded: some servers call a .gz file an encoding, and the checksum is that of the .gz
                    for block in answer.raw.stream(BLOCK, decode_content=False):
                        stream.write(block)
                        held += len(block)
                        self.came += len(block)
                        self.report(name, held, total)
        except (requests.Timeout, urllib3.exceptions.ReadTimeoutError) as error:
            raise _FailedError("the server does not answer") from error
        except requests.ConnectionError as error:
            raise _FailedError(_UNREACHABLE) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _FailedError("the connection broke off") from error
        if total and held < total:
            raise _FailedError("the connection broke off")


def _check_room(folder: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise OSError(28, f"{n_bytes} bytes are needed and {free} are free")  # 28: no space left on device


def _sentence(remote: Remote, folder: Path, title: str, failed: dict[str, str]) -> str:
    tried = "; ".join(f"{urlsplit(url).hostname}: {why}" for url, why in failed.items())
    if failed and all(why == _UNREACHABLE for why in failed.values()):
        start = f"{title} cannot be downloaded: there is no connection to {', '.join(str(urlsplit(u).hostname) for u in failed)}."
        advice = "Connect this computer to the internet and try again, or fetch"
    elif failed:
        start = f"{title} cannot be downloaded: {remote.name} is not to be had ({tried})."
        advice = "Try again later (what has come is kept), or fetch"
    else:
        return (
            f"{title} cannot be downloaded by a program. Get the file {remote.name} by hand, put it into {folder} and "
            "try again."
        )
    return f"{start} {advice} {remote.urls[0]} elsewhere and put it into {folder}."


def _remembered(folder: Path) -> dict[str, str]:
    return {str(k): str(v) for k, v in _read_json(folder / _REMEMBERED).items()}


def _remember(folder: Path, name: str, sha256: str) -> None:
    with whole(folder / _REMEMBERED) as stream:
        stream.write(json.dumps(_remembered(folder) | {name: f"sha256:{sha256}"}, indent=1).encode())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _say_nothing(what: str, done: int, total: int) -> None:
    pass
