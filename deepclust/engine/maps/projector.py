"""The one warm process that computes maps for the app: `python -m deepclust.engine.maps.projector RUNS_FOLDER`.

It speaks in files under RUNS_FOLDER/projector, which can all be read with `cat`: status.json (who it is, what it does),
jobs/<name>.json (what is asked for), jobs/<name>.cancel, log, app.heartbeat (touched by the app). The upper functions are
the app's side and load nothing heavy; `Projector` is the process.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

from filelock import Timeout

from deepclust.disk import make_folder, read_json, refusals, write_json
from deepclust.engine.detached.process import Untouched, log_trace, yield_to_the_page
from deepclust.engine.detached.work import Report, Work, failure
from deepclust.engine.maps.jobs import LANES, Job, JobState, read_job, read_state, run_job, write_state
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


def request(root: str | Path, job: Job) -> JobState:
    """See that a job is done; one that failed or was cancelled is tried again. Returns how far it is.

    Where the disk does not take the job, it has failed, and says so.
    """
    path = _file(root, job, "json")
    if job.out.exists() or path.exists():
        return job_state(root, job)
    queued = JobState("queued", text="waiting")
    try:
        make_folder(path.parent)
        for ending in ("cancel", "attempts", "failed.json"):
            _file(root, job, ending).unlink(missing_ok=True)
        with refusals(job.out.parent):
            job.out.parent.mkdir(exist_ok=True)  # this one alone: a run that was removed must not come back
        write_state(job, queued)  # before the job: its own words must come later
        write_json(path, job.to_json())
    except OSError as error:
        return JobState("failed", error=f"Maps cannot be computed at the moment. {failure(error)}")
    return queued


def job_state(root: str | Path, job: Job) -> JobState:
    """How far a job is; "missing" where it was never asked for."""
    state = read_state(job)
    return JobState.load(_file(root, job, "failed.json")) if state.state == "missing" else state


def cancel(root: str | Path, job: Job) -> None:
    """Stop a job; one that is done stays done."""
    if _file(root, job, "json").exists():
        _file(root, job, "cancel").touch()


def _file(root: str | Path, job: Job, ending: str) -> Path:
    return projector_of(root).path.parent / "jobs" / f"{job.name}.{ending}"


class Projector:
    """Serves the jobs of one runs folder in three lanes: PCA; eigenvectors; and the slow projections, which it warms up."""

    def __init__(self, root: Path) -> None:
        self.work = projector_of(root)
        self.folder = self.work.path.parent
        self.jobs = self.folder / "jobs"
        self._doing: dict[str, str] = {}  # lane -> what it does
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
            doing = list(filter(None, map(self._doing.get, reversed(LANES))))
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
                self._doing.pop(lane, None)

    def _warm_up(self, method: str) -> None:
        """Load and compile what a projection needs."""
        projection = PROJECTIONS[method]
        self._doing["slow"] = f"preparing {projection.title}, some seconds (up to a minute the first time)"
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
                    job = read_job(read_json(path))
                    requested = path.stat().st_mtime
                    if job.name != path.stem:
                        raise ValueError(f"The job in {path.name} belongs into {job.name}.json.")
                except FileNotFoundError:
                    continue  # another lane has just finished it
                except (ValueError, OSError, AttributeError, TypeError) as error:
                    failed = JobState("failed", error=f"{path.name} is not a projection job that can be read: {error}")
                    write_json(path.with_suffix(".failed.json"), asdict(failed))
                    path.unlink(missing_ok=True)
                    continue
                if job.name in self._running:
                    continue
                if path.with_suffix(".cancel").exists():
                    write_state(job, JobState("cancelled", text="stopped"))
                    self._forget(job)
                elif job.lane == lane:
                    waiting.append((job.priority, requested, job))
            if not waiting:
                return None
            chosen = min(waiting, key=lambda item: item[:2])[2]
            self._running.add(chosen.name)
        return chosen

    def _work(self, job: Job) -> None:
        folder = job.out.parent
        spoken = 0.0

        def progress(fraction: float, text: str) -> bool:
            nonlocal spoken
            if not folder.exists():  # the run was deleted
                return True
            if time.monotonic() - spoken < SAY_EVERY:
                return False
            spoken = time.monotonic()
            self._doing[job.lane] = f"{job.title}: {fraction:.0%}".replace("%", " %")
            write_state(job, JobState("running", fraction, text))
            return (self.jobs / f"{job.name}.cancel").exists()

        try:
            self._count_attempt(job)
            run_job(job, progress)
            write_state(job, JobState("done", 1.0))
        except Cancelled:
            write_state(job, JobState("cancelled", text="stopped"))
        except MemoryError:
            write_state(job, JobState("failed", error=f"There is not enough memory for {job.title}: take a sample."))
        except Exception as error:
            log_trace()
            write_state(job, JobState("failed", error=failure(error)))
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
    options = parser.parse_args(arguments)
    work = projector_of(options.root)
    make_folder(work.path.parent / "jobs")
    yield_to_the_page()
    try:
        with work.lock():
            _import_for_quick_lanes()
            Projector(options.root).serve(options.idle_minutes * 60)
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
