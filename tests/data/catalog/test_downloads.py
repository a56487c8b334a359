"""Downloads against a server on this machine: resumed, checked, from mirrors, and refused in plain words."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.catalog import downloads
from deepclust.data.catalog.downloads import Remote, download

CONTENT = np.random.default_rng(0).bytes(3 * 2**20)
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


class Server(ThreadingHTTPServer):
    """Serves CONTENT at /good, and in bad ways at other addresses; it notes what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str | None]] = []
        self.version = '"1"'

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        how = self.path.split("/")[1]
        if how == "gone":
            self.send_error(404)
            return
        start = 0
        if wanted and self.headers.get("If-Range") == self.server.version and how != "whole":
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:] if how != "other" else CONTENT[::-1]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.server.version)
        if how == "encoded":
            self.send_header("Content-Encoding", "gzip")  # as some servers say of a .gz
        self.end_headers()
        if how == "cut":  # a third at a time
            self.wfile.write(body[: 2**20])
            self.close_connection = True
        elif how == "silent":
            self.wfile.write(body[:1000])
            time.sleep(3)
            self.close_connection = True
        elif how == "slow":
            for i in range(0, len(body), 2**20):
                self.wfile.write(body[i : i + 2**20])
                time.sleep(0.1)
        else:
            self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_file_arrives_with_its_progress(server, tmp_path):
    told = []
    remote = Remote("a.bin", (server.url("slow/a.bin"),), MD5)
    path = download(remote, tmp_path / "new" / "folder", "Things", lambda *said: told.append(said))
    assert path.read_bytes() == CONTENT
    assert [what for what, _, _ in told] == ["a.bin"] * len(told)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1] == ("a.bin", len(CONTENT), len(CONTENT))
    assert [p.name for p in path.parent.iterdir()] == ["a.bin"], "nothing is left over"


def test_a_file_that_is_there_is_not_asked_for_again(server, tmp_path):
    (tmp_path / "a.bin").write_bytes(CONTENT)
    download(Remote("a.bin", (server.url("good/a.bin"),), MD5), tmp_path, "Things")
    assert server.asked == []
    (tmp_path / "a.bin").write_bytes(b"something else")
    assert download(Remote("a.bin", (server.url("good/a.bin"),), MD5), tmp_path, "Things").stat().st_size == len(
        CONTENT
    )


def test_a_cut_connection_is_resumed(server, tmp_path):
    path = download(Remote("a.bin", (server.url("cut/a.bin"),), MD5), tmp_path, "Things")
    assert path.read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None, "bytes=1048576-", "bytes=2097152-"]


def test_what_came_is_kept_for_the_next_try(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "TRIES", 1)
    remote = Remote("a.bin", (server.url("cut/a.bin"),), MD5)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"127\.0\.0\.1: the connection broke off.*what has come is kept"):
            download(remote, tmp_path, "Things")
    assert download(remote, tmp_path, "Things").read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_begun_again(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "TRIES", 1)
    remote = Remote("a.bin", (server.url("cut/a.bin"),), MD5)
    with pytest.raises(ValueError, match="broke off"):
        download(remote, tmp_path, "Things")
    server.version = '"2"'
    monkeypatch.setattr(downloads, "TRIES", 4)
    assert download(remote, tmp_path, "Things").read_bytes() == CONTENT
    assert server.asked[1][1] == "bytes=1048576-"


def test_old_bytes_are_never_taken_for_those_of_a_new_version(server, tmp_path, monkeypatch):
    """Killed after the new version was noted, and before its first byte came."""
    monkeypatch.setattr(downloads, "TRIES", 1)
    remote = Remote("a.bin", (server.url("cut/a.bin"),), MD5)
    with pytest.raises(ValueError, match="broke off"):
        download(remote, tmp_path, "Things")
    (part,) = tmp_path.glob(".*.part")
    server.version = '"2"'
    write = Path.write_text

    def killed(path: Path, *words: str) -> None:
        write(path, *words)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        download(remote, tmp_path, "Things")
    assert not part.exists()


def test_a_server_that_cannot_resume_sends_all_again(server, tmp_path, monkeypatch):
    (part,) = [tmp_path / f".{hashlib.sha256(server.url('whole/a.bin').encode()).hexdigest()[:16]}.part"]
    part.write_bytes(CONTENT[:100])
    part.with_suffix(".json").write_text(json.dumps({"version": server.version}))
    assert download(Remote("a.bin", (server.url("whole/a.bin"),), MD5), tmp_path, "T").read_bytes() == CONTENT


def test_a_gz_that_is_called_an_encoding_stays_a_gz(server, tmp_path):
    assert download(Remote("a.gz", (server.url("encoded/a.gz"),), MD5), tmp_path, "T").read_bytes() == CONTENT


def test_another_file_is_refused_and_a_mirror_asked(server, tmp_path):
    bad = Remote("a.bin", (server.url("other/a.bin"), server.url("gone/a.bin")), MD5)
    with pytest.raises(ValueError, match=r"Things cannot be downloaded.*checksum differs.*error 404"):
        download(bad, tmp_path, "Things")
    assert not (tmp_path / "a.bin").exists()
    good = Remote("a.bin", (server.url("gone/a.bin"), server.url("other/a.bin"), server.url("good/a.bin")), MD5)
    assert download(good, tmp_path, "Things").read_bytes() == CONTENT


def test_a_silent_server_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(downloads, "TRIES", 1)
    with pytest.raises(ValueError, match="the server does not answer"):
        download(Remote("a.bin", (server.url("silent/a.bin"),), MD5), tmp_path, "Things")


def test_without_a_checksum_the_first_download_is_remembered(server, tmp_path):
    download(Remote("a.bin", (server.url("good/a.bin"),)), tmp_path, "Things")
    (tmp_path / "a.bin").unlink()
    with pytest.raises(ValueError, match="checksum differs"):
        download(Remote("a.bin", (server.url("other/a.bin"),)), tmp_path, "Things")
    assert download(Remote("a.bin", (server.url("good/a.bin"),)), tmp_path, "Things").is_file()


def test_offline_says_so_with_the_way_round(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ValueError, match=r"no connection to 127\.0\.0\.1\. Connect this computer to the internet"):
        download(Remote("a.bin", (f"http://127.0.0.1:{port}/a.bin",), MD5), tmp_path, "Things")


def test_a_file_that_no_program_can_get_is_asked_for_by_hand(tmp_path):
    with pytest.raises(ValueError, match=r"Get the file a\.bin by hand, put it into"):
        download(Remote("a.bin", ()), tmp_path, "Things")


def test_a_full_disk_is_said_before_it_is_full(server, tmp_path, monkeypatch):
    class Full:
        free = 10

    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda folder: Full)
    with pytest.raises(ValueError, match=r"The disk that holds .* is full"):
        download(Remote("a.bin", (server.url("good/a.bin"),), MD5), tmp_path, "Things")


def test_a_folder_that_cannot_be_made_is_said(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="cannot be written"):
        download(Remote("a.bin", (server.url("good/a.bin"),), MD5), tmp_path / "file" / "x", "Things")
