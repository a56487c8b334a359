"""Kill -9 at random moments, look at what is left, and do the same thing again.

python -m benchmarks.kills [--kinds downloading training ...] [--rounds 1] [--seed 0]: each round starts one thing, kills the
process that does it (for "server": the one that asked for it) after a random time, checks that no half file is taken for a
whole one and that what is read says what happened, and starts it anew until it ends well. Prints a line for each, and ends
non-zero if any went wrong. Downloads come from a small server of this script, which gives a part at a time.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image

from deepclust.apart import surroundings
from deepclust.data.catalog.table import CATALOG, load_dataset
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.detached.process import reap
from deepclust.engine.intake.fetching import fetching, fetching_of, start_fetch
from deepclust.engine.judging.choosing import board_of, read_board, start_choosing
from deepclust.engine.maps.projector import ensure_projector, job_state, projector_of, request
from deepclust.engine.maps.run_maps import eigen_job, map_job
from deepclust.engine.training.launch import launch, resume
from deepclust.engine.training.standby import ensure_standby, standby_of
from deepclust.engine.training.train import train
from deepclust.exports.bundle import write_bundle
from deepclust.exports.unpacking import open_bundle
from deepclust.projections import Projection
from deepclust.runs import Run, RunStore
from deepclust.spaces import INPUT, LATENT

PATIENCE = 240.0  # seconds
DIGITS = {"name": "digits"}
#: Sends every request of a Python process to the server of this script.
SITE = """
import requests
get = requests.get
requests.get = lambda url, **options: get("http://127.0.0.1:{port}/" + url.split("//", 1)[1], **options)
"""


class Slowly(BaseHTTPRequestHandler):
    """Gives one file, 64 KiB at a time, from wherever it is asked to go on."""

    content = b""
    seconds = 3.0  # that the whole file takes

    def do_GET(self) -> None:
        start = int((self.headers.get("Range") or "bytes=0-").split("=")[1].rstrip("-"))
        rest = self.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", '"one"')
        self.end_headers()
        with suppress(ConnectionError):  # whoever asked was killed
            for at in range(0, len(rest), 2**16):
                self.wfile.write(rest[at : at + 2**16])
                time.sleep(self.seconds * 2**16 / len(self.content))

    def log_message(self, format: str, *args: object) -> None:
        pass


def letters() -> bytes:
    """The archive of the letter set, with made-up letters, and beside them 8 MB that do not shrink."""
    dice = np.random.default_rng(0)
    rows = "\n".join(f"{chr(65 + i % 26)},{','.join(map(str, dice.integers(0, 16, 16)))}" for i in range(20_000))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("letter-recognition.data", rows + "\n")
        archive.writestr("more", dice.bytes(2**23))
    return stream.getvalue()


class Kills:
    """A runs folder, and one method for each kind of work: returns whether the kill came in time, and what was seen."""

    def __init__(self, root: Path, dice: random.Random) -> None:
        self.root, self.dice, self.store = root, dice, RunStore(root)

    @cached_property
    def finished(self) -> Run:
        run = self._run("KMeans", n_init=2)
        assert train(run, self.store).state == "done"
        return run

    def downloading(self) -> tuple[bool, str]:
        data, work = Path(os.environ["DEEPCLUST_DATA"]), fetching_of("letter", self.root)
        for path in data.rglob("*"):
            path.unlink() if path.is_file() else None
        start_fetch("letter", self.root)
        waited = self._wait(4.0)
        report = work.read()
        report.kill()
        reap()
        after = fetching("letter", self.root)
        if report.live:
            assert after.state == "failed", after
            assert "Start it again: it goes on from there." in after.error, after
            assert not CATALOG["letter"].available() or load_dataset("letter").n_samples == 20_000
        held = sum(path.stat().st_size for path in data.rglob(".*.part"))
        start_fetch("letter", self.root)
        until(lambda: not fetching("letter", self.root).live, "the download")
        assert fetching("letter", self.root).state == "done", fetching("letter", self.root)
        assert load_dataset("letter").n_samples == 20_000
        left = sorted(p.name for p in data.rglob("*") if p.is_file() and p.name not in (".lock", "checksums.json"))
        assert left == ["letter.npz", "letter.zip"], left
        return report.live, f"{waited} at {report.doing!r}, {held / 2**20:.1f} MB held: {after.state}, then whole"

    def server(self) -> tuple[bool, str]:
        """What asked for a download and a training is killed: both go on, and are found again."""
        data = Path(os.environ["DEEPCLUST_DATA"])
        for path in data.rglob("*"):
            path.unlink() if path.is_file() else None
        run = self._run("AEKMeans", max_epochs=8, n_init=1)
        code = (
            "import sys, time; from deepclust.engine.intake.fetching import start_fetch; from deepclust.runs import RunStore\n"
            "from deepclust.engine.training.launch import launch\n"
            "start_fetch('letter', sys.argv[1]); launch(RunStore(sys.argv[1]).get(sys.argv[2])); time.sleep(99)"
        )
        child = started(code, self.root, run.id)
        until(lambda: run.status().pid is not None, "the start")
        waited = self._wait(3.0)
        killed(child)
        assert fetching("letter", self.root).state in ("running", "starting", "done"), fetching("letter", self.root)
        assert run.status().state in ("queued", "running", "done"), run.status()
        until(lambda: not fetching("letter", self.root).live, "the download")
        until(lambda: run.status().state not in ("queued", "running"), "the run")
        assert (fetching("letter", self.root).state, run.status().state) == ("done", "done")
        assert load_dataset("letter").n_samples == 20_000
        return True, f"{waited}: download and run went on to their ends"

    def training(self) -> tuple[bool, str]:
        run = self._run("AEKMeans", max_epochs=12, n_init=1)
        launch(run)
        until(lambda: run.status().state == "running", "the run")
        waited = self._wait(8.0)
        before = run.status()
        before.kill()
        reap()
        after = run.status().state
        assert before.state == "done" or after in ("lost", "done"), after
        resume(run)
        until(lambda: run.status().state in ("done", "failed", "stopped"), "the end")
        assert run.status().state == "done", run.log_tail()
        epochs = [e["epoch"] for e in run.events()[0] if e["kind"] == "progress"]
        assert epochs == list(range(1, len(epochs) + 1)), epochs
        assert 10 in run.labels_by_k()
        return before.state != "done", f"{waited} in {before.stage!r}: {after}, then done with {len(epochs)} epochs"

    def choosing(self) -> tuple[bool, str]:
        run = self.finished
        board_of(run).path.unlink(missing_ok=True)
        start_choosing(run, 6)
        waited = self._wait(12.0)
        before = read_board(run)
        before.kill()
        reap()
        after = read_board(run)
        assert not before.live or after.state == "lost", after.state
        assert run.labels_by_k().keys() == {*map(int, run.metrics()["by_k"])}
        start_choosing(run, 6)
        until(lambda: not read_board(run).live, "the board")
        assert read_board(run).state == "done", read_board(run)
        return before.live, f"{waited} with {len(after.criteria)} criteria: {after.state}, then done"

    def projecting(self) -> tuple[bool, str]:
        run = self.finished
        jobs = [
            map_job(run, self.store, LATENT, "tsne", 2, 600 + self.dice.randrange(400)),
            map_job(run, self.store, LATENT, "pca", 2, 100 + self.dice.randrange(800)),
            eigen_job(run, self.store, INPUT),
        ]
        for job in jobs:
            job.out.unlink(missing_ok=True)
        ensure_projector(self.root)
        assert all(request(self.root, job).under_way for job in jobs)
        waited = self._wait(10.0)
        before = projector_of(self.root).read()
        states = [job_state(self.root, job).state for job in jobs]
        before.kill()
        reap()
        assert projector_of(self.root).read().state == "lost"
        for job in jobs:
            if job.out.exists():
                Projection.load(job.out)

        def ended() -> bool:
            ensure_projector(self.root)  # as every page does
            return all(job_state(self.root, job).state in ("done", "failed") for job in jobs)

        until(ended, "the maps")
        assert all(job_state(self.root, job).state == "done" for job in jobs)
        assert all(np.isfinite(Projection.load(job.out).points).all() for job in jobs)
        return before.live, f"{waited} at {states}: all done"

    def uploading(self) -> tuple[bool, str]:
        source, own = self.root / "pictures.zip", self.store.datasets
        own.mkdir(exist_ok=True)
        if not source.exists():
            with zipfile.ZipFile(source, "w") as archive:
                for i in range(3_000):
                    picture = io.BytesIO()
                    pixels = np.random.default_rng(i).integers(0, 255, (32, 32, 3), np.uint8)
                    Image.fromarray(pixels).save(picture, format="PNG")
                    archive.writestr(f"{i}.png", picture.getvalue())
        for path in own.glob("*"):
            path.unlink()
        code = (
            "import json, sys; from pathlib import Path; from deepclust.engine.intake.reading import read_and_keep\n"
            "print(json.dumps(read_and_keep(Path(sys.argv[1]), 'mine', {}, Path(sys.argv[2]))))"
        )
        child = started(code, source, own)
        waited = self._wait(6.0)
        landed = child.poll() is None
        killed(child)
        left = sorted(path.name for path in own.glob("*"))
        child = started(code, source, own)
        answer = child.communicate(timeout=PATIENCE)[0]
        assert child.returncode == 0, answer
        assert open_dataset(json.loads(answer.splitlines()[-1]), own).n_samples == 3_000
        return landed, f"{waited}, left {left}: read again"

    def exporting(self) -> tuple[bool, str]:
        run, target = self.finished, self.root / "out.zip"
        code = (
            "import sys; from deepclust.exports.bundle import write_bundle; from deepclust.runs import RunStore\n"
            "store = RunStore(sys.argv[3])\n"
            "for _ in range(200): write_bundle(store.get(sys.argv[1]), store, open(sys.argv[2], 'wb'))"
        )
        before = sorted(path.name for path in run.folder.rglob("*"))
        child = started(code, run.id, target, self.root)
        waited = self._wait(5.0)
        landed = child.poll() is None
        killed(child)
        assert sorted(path.name for path in run.folder.rglob("*")) == before
        with open(target, "wb") as stream:
            write_bundle(run, self.store, stream)
        assert zipfile.ZipFile(target).testzip() is None
        return landed, f"{waited}: the run is as it was, and exported again"

    def importing(self) -> tuple[bool, str]:
        source, other = self.root / "in.zip", RunStore(self.root / "other")
        with open(source, "wb") as stream:
            write_bundle(self.finished, self.store, stream)
        code = (
            "import sys; from pathlib import Path; from deepclust.exports.unpacking import open_bundle\n"
            "from deepclust.runs import RunStore\n"
            "for _ in range(500): open_bundle(Path(sys.argv[1]), RunStore(sys.argv[2]))"
        )
        child = started(code, source, other.root)
        waited = self._wait(6.0)
        landed = child.poll() is None
        killed(child)
        runs = other.runs()
        for run in runs:
            assert run.status().state == "done", run.status()
            run.result(), run.metrics()
        open_bundle(source, other).result()
        return landed, f"{waited}: {len(runs)} whole runs, then another one"

    def waiting(self) -> tuple[bool, str]:
        """The process that waits for a run with torch loaded."""
        ensure_standby(self.root)
        waited = self._wait(10.0)
        before = standby_of(self.root).read()
        before.kill()
        reap()
        assert not standby_of(self.root).read().live
        run = self._run("AEKMeans", max_epochs=1, n_init=1)
        launch(run)
        until(lambda: run.status().state in ("done", "failed"), "a run without it")
        assert run.status().state == "done", run.log_tail()
        return before.live, f"{waited} while {before.state}: a run is trained without it"

    def _run(self, method: str, **values: object) -> Run:
        config = make_config(DIGITS, load_dataset("digits"), method, values=values, device="cpu")
        return self.store.create(config)

    def _wait(self, at_most: float) -> str:
        seconds = self.dice.uniform(0, at_most)
        time.sleep(seconds)
        return f"after {seconds:.1f} s"


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        reap()
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def started(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=surroundings(),
        start_new_session=True,
    )


def killed(child: subprocess.Popen[bytes]) -> None:
    """End a process and all of its session, but for those that have one of their own."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def main() -> int:
    kinds = [name for name, value in vars(Kills).items() if name[0] != "_" and callable(value)]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    Slowly.content = letters()
    web = ThreadingHTTPServer(("127.0.0.1", 0), Slowly)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    failed = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = Path(folder) / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(SITE.format(port=web.server_port))
        os.environ |= {"DEEPCLUST_DATA": f"{folder}/data", "PYTHONPATH": str(site), "DEEPCLUST_RUNS": f"{folder}/runs"}
        (Path(folder) / "runs").mkdir()
        kills = Kills(Path(folder) / "runs", random.Random(asked.seed))
        for kind in asked.kinds * asked.rounds:
            begun = time.monotonic()
            try:
                landed, words = getattr(kills, kind)()
                outcome = "good" if landed else "late"
            except Exception:
                failed, outcome, words = failed + 1, "BAD", traceback.format_exc()
            print(f"{kind:12} {outcome:5} {words} [{time.monotonic() - begun:.0f} s]", flush=True)
        projector_of(kills.root).read().kill()
    return failed


if __name__ == "__main__":
    sys.exit(main())
