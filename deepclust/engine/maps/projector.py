"""The one warm process that computes maps for the app: `python -m deepclust.engine.maps.projector RUNS_FOLDER`.

It speaks in files under RUNS_FOLDER/projector, which can all be read with `cat`: status.json (who it is, what it does),
jobs/<name>.json (what is asked for), jobs/<name>.cancel, log, app.heartbeat (touched by the app). The upper functions are
the app's side and load nothing heavy; `Projector` is the process.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from deepclust.disk import make_folder, refusals, write_json
from deepclust.engine.detached.process import Untouched, log_trace, yield_to_the_page
from deepclust.engine.detached.work import Report, Work, failure
from deepclust.engine.maps.jobs import LANES, Job, read_job, read_state, run_job, write_state
from deepclust.owner import this_process
from deepclust.projections import BEST_FIRST, PROJECTIONS, Cancelled

LOOK_EVERY = 0.15  # seconds between two looks at the jobs
SAY_EVERY = 0.25  # seconds between two words about one job
ATTEMPTS = 2  # a job that ended the whole process this often is not tried again


def projector_of(root: str | Path) -> Work[Report]:
    """The place of the projection process of a runs folder."""
    return Work(Path(root).absolute() / "projector" / "status.json", "deepclust.engine.maps.projector", Report)


def ensure_projector(root: str | Path) -> Report:
    """Start the projection process of this runs folder unless it lives; tell it that an app is there.

    It stands apart from the app: it ends by itself after 30 idle minutes without a call of this function. Nothing is
    raised: where it cannot be started, the report says why.
    """
    work = projector_of(root)
    try:
        make_folder(work.path.parent / "jobs")
        with refusals(work.path.parent):
            (work.path.parent / "app.heartbeat").touch()
    except OSError as error:
        return Report("failed", error=failure(error))
    return work.keep(str(work.path.parent.parent))


def request(root: str | Path, job: Mapping[str, Any]) -> str:
    """Queue a job (a dict of `make_job`) unless its result is there or it waits already; returns the job's name.

    A job that failed or was cancelled is tried again. ValueError for a job that makes no sense.
    """
    asked = read_job(dict(job))
    jobs = Path(root) / "projector" / "jobs"
    path = jobs / f"{asked.name}.json"
    if Path(asked.out).exists() or path.exists():
        return asked.name
    jobs.mkdir(parents=True, exist_ok=True)
    for left in ("cancel", "attempts", "failed.json"):
        (jobs / f"{asked.name}.{left}").unlink(missing_ok=True)
    Path(asked.out).parent.mkdir(parents=True, exist_ok=True)
    write_state(asked, "queued", text="waiting")  # before the job: its own words must come later
    write_json(path, dict(job))
    return asked.name


def job_state(root: str | Path, job: Mapping[str, Any]) -> dict[str, Any]:
    """{state, fraction, text, error}; state is queued, running, done, failed, cancelled, or missing (never asked for)."""
    asked = read_job(dict(job))
    state = read_state(asked)
    if state is None:
        try:
            unreadable = Path(root) / "projector" / "jobs" / f"{asked.name}.failed.json"
            state = json.loads(unreadable.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = {"state": "missing", "fraction": 0.0, "text": "", "error": None}
    return dict(state)


def cancel(root: str | Path, name: str) -> None:
    """Stop the job of that name, or all jobs of that key; one that is done stays done."""
    jobs = Path(root) / "projector" / "jobs"
    for path in jobs.glob("*.json"):
        if path.stem == name or path.stem.startswith(f"{name}-"):
            path.with_suffix(".cancel").touch()


class Projector:
    """Serves the jobs of one runs folder in three lanes: PCA; eigenvectors; and the slow projections, which it warms up."""

    def __init__(self, root: Path) -> None:
        self.work = projector_of(root)
        self.folder = self.work.path.parent
        self.jobs = self.folder / "jobs"
        self._now: dict[str, str] = {}  # lane -> what it does
        self._choosing = threading.Lock()
        self._running: set[str] = set()  # names of jobs
        self._ended = threading.Event()
        self._worked = time.monotonic()

    def serve(self, idle_seconds: float) -> None:
        """Work until no app has been heard of, and nothing was asked for, for that long, or the folder is gone."""
        lanes = [threading.Thread(target=self._lane, args=(lane,), daemon=True) for lane in LANES]
        for lane in lanes:
            lane.start()
        report, app = Report("running", **this_process()), Untouched(self.folder / "app.heartbeat")
        while min(time.monotonic() - self._worked, app.seconds()) < idle_seconds:
            doing = list(filter(None, map(self._now.get, reversed(LANES))))
            try:
                self.work.tell(replace(report, doing="; ".join(doing) or "idle", heartbeat=time.time()))
            except OSError:
                if not self.folder.exists():
                    break  # the runs folder was deleted: nobody is left to work for
                # else the disk is full: the jobs will say so
            self._ended.wait(1.0)
        self._ended.set()

    def _lane(self, lane: str) -> None:
        cold = [name for name in BEST_FIRST if PROJECTIONS[name].slow] if lane == "slow" else []
        while not self._ended.is_set():
            try:
                job = self._choose(lane)
                if job is not None:
                    self._work(job)
                    self._worked = time.monotonic()
                elif cold:  # one after the other: whoever wants a map waits for one of them at most
                    self._warm_up(cold.pop(0))
                else:
                    self._ended.wait(LOOK_EVERY)
            except OSError:  # a full disk, a deleted folder: the lane must outlive it
                log_trace()
                self._ended.wait(1.0)
            finally:
                self._now.pop(lane, None)

    def _warm_up(self, method: str) -> None:
        """Load and compile what a projection needs."""
        projection = PROJECTIONS[method]
        self._now["slow"] = f"preparing {projection.title}, some seconds (up to a minute the first time)"
        try:
            projection.warm_up()
        except Exception:  # the other lanes work without, and a job of this lane will say what is wrong
            log_trace()

    def _choose(self, lane: str) -> Job | None:
        """The most urgent job of a lane. Cancelled, unreadable and deadly ones are answered on the way."""
        waiting: list[tuple[int, float, Job]] = []
        with self._choosing:
            for path in self.jobs.glob("*.json"):
                if "." in path.stem:
                    continue
                try:
                    job = read_job(json.loads(path.read_text(encoding="utf-8")))
                    asked = path.stat().st_mtime
                    if job.name != path.stem:
                        raise ValueError(f"The job in {path.name} belongs into {job.name}.json.")
                except FileNotFoundError:
                    continue  # another lane has just finished it
                except (ValueError, OSError, AttributeError, TypeError) as error:
                    said = f"{path.name} is not a projection job that can be read: {error}"
                    write_json(path.with_suffix(".failed.json"), {"state": "failed", "fraction": 0.0, "error": said})
                    path.unlink(missing_ok=True)
                    continue
                if job.name in self._running:
                    continue
                if path.with_suffix(".cancel").exists():
                    write_state(job, "cancelled", text="stopped")
                    self._forget(job)
                elif job.lane == lane:
                    waiting.append((job.priority, asked, job))
            if not waiting:
                return None
            chosen = min(waiting, key=lambda item: item[:2])[2]
            self._running.add(chosen.name)
        return chosen

    def _work(self, job: Job) -> None:
        title = PROJECTIONS[job.method].title
        points = f"{job.ids:,} points" if isinstance(job.ids, int) else "all points"
        folder = Path(job.out).parent
        said = 0.0

        def progress(fraction: float, text: str) -> bool:
            nonlocal said
            if not folder.exists():  # the run was deleted
                return True
            if time.monotonic() - said < SAY_EVERY:
                return False
            said = time.monotonic()
            self._now[job.lane] = f"{title} of {points}: {fraction:.0%}".replace("%", " %")
            write_state(job, "running", fraction, text)
            return (self.jobs / f"{job.name}.cancel").exists()

        try:
            self._count_attempt(job)
            run_job(job, progress)
            write_state(job, "done", 1.0)
        except Cancelled:
            write_state(job, "cancelled", text="stopped")
        except MemoryError:
            write_state(job, "failed", error=f"There is not enough memory for {title} of {points}: take a sample.")
        except Exception as error:
            log_trace()
            write_state(job, "failed", error=failure(error))
        finally:
            self._forget(job)
            self._running.discard(job.name)

    def _forget(self, job: Job) -> None:
        for left in ("json", "cancel", "attempts"):
            (self.jobs / f"{job.name}.{left}").unlink(missing_ok=True)

    def _count_attempt(self, job: Job) -> None:
        """Remember on disk that the job was begun, in case it takes the whole process down."""
        path = self.jobs / f"{job.name}.attempts"
        begun = len(path.read_text(encoding="utf-8")) if path.exists() else 0
        if begun >= ATTEMPTS:
            raise ValueError(
                f"The projection process ended {begun} times while it worked on this map (often a lack of memory): take "
                "a smaller sample. Its log tells more."
            )
        path.write_text("x" * (begun + 1), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Serve one runs folder; a second process for the same folder ends at once."""
    parser = argparse.ArgumentParser(prog="deepclust.engine.maps.projector", description=__doc__)
    parser.add_argument("root", type=Path, metavar="RUNS_FOLDER")
    parser.add_argument("--idle-minutes", type=float, default=30.0)
    asked = parser.parse_args(arguments)
    work = projector_of(asked.root)
    make_folder(work.path.parent / "jobs")
    yield_to_the_page()
    try:
        with work.lock():
            _import_for_quick_lanes()
            Projector(asked.root).serve(asked.idle_minutes * 60)
    except Timeout:
        print("Another projection process serves this folder.")
    return 0


def _import_for_quick_lanes() -> None:
    """Load what PCA and eigenvectors need before any thread starts: two threads importing scipy at once can deadlock."""
    for module in (
        "scipy.linalg",
        "scipy.sparse.csgraph",
        "scipy.sparse.linalg",
        "sklearn.manifold",
        "sklearn.neighbors",
    ):
        importlib.import_module(module)


if __name__ == "__main__":
    sys.exit(main())
