"""The process that tries out what a visitor is about to start: `python -m deepclust.engine.estimating.trials RUNS_FOLDER`.

It speaks in files under RUNS_FOLDER/trials: wanted.json (the config that the page shows now; its time says when anyone
last asked), status.json (who tries out what), <key>.json (what was measured, or why it failed). A process tries out one
config and ends, as only a fresh process knows how much memory a run needs. It keeps out of the way of runs: it waits
until none trains on the device, and gives up when one starts.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from deepclust.disk import make_folder, read_json, write_json
from deepclust.engine.detached.process import sameness, yield_to_the_page
from deepclust.engine.detached.work import Report, Work, failure
from deepclust.engine.estimating.trial import Trial, try_out
from deepclust.engine.training.cards import is_out_of_memory
from deepclust.engine.training.queue import slots_for, slots_taken
from deepclust.owner import recent, this_process
from deepclust.runs import RunConfig, RunStore

LOOK_AGAIN = 0.5  # seconds between two looks at the device
CALM = 0.7  # seconds for which a form has to stay as it is
NOBODY = 15.0  # seconds without a question after which nobody wants the answer
BELIEVED = 600.0  # seconds for which a failure counts: memory may be free again
ENDED_WITHOUT_A_WORD = "it ended without a word, often for lack of memory"


def key_of(config: RunConfig) -> str:
    """Name of a trial: the same for all that would take the same on this machine with this code."""
    facts = (config.method, dict(config.params), config.device, config.fingerprint, socket.gethostname(), sameness())
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def found_trial(config: RunConfig, root: Path) -> Trial | str | None:
    """What was measured for a config, or why it could not be, in words; None where it has not been tried out."""
    return _answer(root / "trials", key_of(config))


@dataclass(frozen=True)
class TrialReport(Report):
    """What the process that tries configs out is at. key: of which config; doing: "waiting" (for the device) or "measuring"."""

    key: str = ""


def trials_of(root: Path) -> Work[TrialReport]:
    """The place of the process that tries out configs of a runs folder."""
    return Work(root / "trials" / "status.json", "deepclust.engine.estimating.trials", TrialReport)


def ask_for_trial(config: RunConfig, root: Path) -> TrialReport:
    """See that a config is tried out; returns what is going on. To be called again and again.

    A later question takes the place of an earlier one. A process that was ended from outside while it tried the config
    out counts as the answer that it fails. Nothing is raised: where no process can be started, the report says why.
    """
    work, key = trials_of(root), key_of(config)
    folder = work.path.parent
    try:
        make_folder(folder)
        if _wanted_last(folder).get("key") == key:
            with suppress(FileNotFoundError):
                os.utime(folder / "wanted.json")
        else:
            write_json(folder / "wanted.json", {"key": key, "config": asdict(config)})
        report = work.read()
        if report.state == "lost" and (report.key, report.doing) == (key, "measuring"):
            work.path.unlink(missing_ok=True)
            write_json(folder / f"{key}.json", {"error": ENDED_WITHOUT_A_WORD})
            return replace(report, state="failed", error=ENDED_WITHOUT_A_WORD)
    except OSError as error:
        return TrialReport("failed", error=failure(error))
    if report.state == "running" and report.key != key:
        return replace(report, doing="waiting")
    return work.keep(str(root))


def serve(root: Path) -> None:
    """Try out what is wanted once it stays the same for a moment and the device is free, then end."""
    work, store = trials_of(root), RunStore(root)
    folder = work.path.parent
    while (wanted := _wanted(folder)) is not None:
        config = RunConfig.from_json(wanted["config"])
        busy = _busy(config, store)
        doing = "waiting" if busy else "measuring"
        work.tell(TrialReport("running", doing=doing, key=wanted["key"], **this_process()))
        if busy or not _calm(folder):
            time.sleep(LOOK_AGAIN)
            continue
        answer = _try(config, store, _Proceed(wanted["key"], config, store))
        if answer is not None:
            write_json(folder / f"{wanted['key']}.json", answer)
        break  # also where it was broken off: what it has loaded would count as memory of the next one
    work.path.unlink(missing_ok=True)


class _Proceed:
    """Asked between batches: whether the answer is still wanted and the device still free. It looks twice a second."""

    def __init__(self, key: str, config: RunConfig, store: RunStore) -> None:
        self.key, self.config, self.store = key, config, store
        self.looked, self.answer = time.monotonic(), True

    def __call__(self) -> bool:
        if time.monotonic() - self.looked > LOOK_AGAIN:
            wanted = _wanted(self.store.root / "trials")
            same = wanted is not None and wanted["key"] == self.key
            self.answer = same and not _busy(self.config, self.store)
            self.looked = time.monotonic()
        return self.answer


def _try(config: RunConfig, store: RunStore, proceed: _Proceed) -> dict[str, Any] | None:
    """What was measured or what went wrong, for the file; None where the trial was broken off."""
    from deepclust.data.references import open_dataset
    from deepclust.methods import RehearsalStoppedError

    try:
        return try_out(config, open_dataset(config.dataset, store.datasets), proceed).to_json()
    except RehearsalStoppedError:
        return None
    except Exception as error:  # whatever a method or a data set raises is told to the visitor
        if is_out_of_memory(error):
            card = type(error).__name__ == "OutOfMemoryError"  # of CUDA alone
            return {"error": f"there is not enough memory{' on the GPU' if card else ''}"}
        return {"error": str(error)}


def _wanted(folder: Path) -> dict[str, Any] | None:
    """The newest question that someone still waits for an answer to."""
    path = folder / "wanted.json"
    wanted = _wanted_last(folder)
    with suppress(OSError):
        if wanted and recent(path.stat().st_mtime, NOBODY) and _answer(folder, wanted["key"]) is None:
            return wanted
    return None


def _answer(folder: Path, key: str) -> Trial | str | None:
    path = folder / f"{key}.json"
    try:
        answer = read_json(path)
        if "error" in answer:
            return str(answer["error"]) if recent(path.stat().st_mtime, BELIEVED) else None
        return Trial(**answer)
    except (OSError, ValueError, TypeError):
        return None


def _calm(folder: Path) -> bool:
    """Whether the question stays the same for a moment: a visitor may be in the midst of changing the form."""
    before = _wanted_last(folder).get("key")
    time.sleep(CALM)
    return before == _wanted_last(folder).get("key")


def _busy(config: RunConfig, store: RunStore) -> bool:
    """Whether a run trains on, or waits for, the device of a config."""
    first = slots_for(config)[0]  # what a trial of "auto" gets
    statuses = ((run.config, run.status()) for run in store.recent())
    return any(
        status.state in ("queued", "running") and first in slots_taken(config, status) for config, status in statuses
    )


def _wanted_last(folder: Path) -> dict[str, Any]:
    """The newest question; empty where there is none."""
    try:
        return dict(read_json(folder / "wanted.json"))
    except (OSError, ValueError, TypeError):
        return {}


def main() -> None:
    """Entry point of the process; a second one for the same folder ends at once."""
    root = Path(sys.argv[1])
    yield_to_the_page()
    with suppress(OSError):  # Linux: where memory runs out, this process goes, and not the app
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="utf-8")
    with suppress(Timeout), trials_of(root).lock(timeout=0):
        serve(root)


if __name__ == "__main__":
    main()
