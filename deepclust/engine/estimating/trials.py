"""The process that tries out what a visitor is about to start: `python -m deepclust.engine.estimating.trials RUNS_FOLDER`.

It speaks in files under RUNS_FOLDER/trials: wanted.json (the config that the page shows now; its time says when anyone
last asked), status.json (who tries out what), <key>.json (what was measured, or why it failed). A process tries out one
config and ends, as only a fresh process knows how much memory a run needs. It keeps out of the way of runs: it waits
until none trains on the device, and gives up when one starts.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from deepclust.disk import write_json
from deepclust.engine.detached.process import reap, sameness, start_detached, yield_to_the_page
from deepclust.engine.estimating.trial import Trial, try_out
from deepclust.engine.training.launch import slot_for
from deepclust.owner import Owner, this_process
from deepclust.runs import RunConfig, RunStore

LOOK_AGAIN = 0.5  # seconds between two looks at the device
CALM = 0.7  # seconds for which a form has to stay as it is
NOBODY = 15.0  # seconds without a question after which nobody wants the answer
STARTING = 30.0  # seconds that a fresh process may take to speak for itself
BELIEVED = 600.0  # seconds for which a failure counts: memory may be free again
ENDED_WITHOUT_A_WORD = "it ended without a word, often for lack of memory"


def key_of(config: RunConfig) -> str:
    """Name of a trial: the same for all that would take the same on this machine with this code."""
    facts = (config.method, dict(config.params), config.device, config.fingerprint, socket.gethostname(), sameness())
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def found_trial(config: RunConfig, root: Path) -> Trial | str | None:
    """What was measured for a config, or why it could not be, in words; None where it has not been tried out."""
    return _answer(root / "trials", key_of(config))


def ask_for_trial(config: RunConfig, root: Path) -> str:
    """See that a config is tried out; returns what is going on, in a word or two. To be called again and again.

    A later question takes the place of an earlier one. A process that was ended from outside while it tried the config
    out counts as the answer that it fails.
    """
    folder, key = root / "trials", key_of(config)
    folder.mkdir(parents=True, exist_ok=True)
    reap()
    if _read(folder / "wanted.json").get("key") == key:
        with suppress(FileNotFoundError):
            os.utime(folder / "wanted.json")
    else:
        write_json(folder / "wanted.json", {"key": key, "config": {**asdict(config)}})
    status = _read(folder / "status.json")
    if Owner.of(status).alive:
        return str(status["doing"]) if status.get("key") == key else "waiting"
    if status.get("key") == key and status.get("doing") == "measuring":
        (folder / "status.json").unlink(missing_ok=True)
        write_json(folder / f"{key}.json", {"error": ENDED_WITHOUT_A_WORD})
        return "failed"
    starting = folder / "starting"
    if not starting.exists() or time.time() - starting.stat().st_mtime > STARTING:
        starting.touch()
        with (folder / "log").open("wb") as log:
            start_detached("deepclust.engine.estimating.trials", str(root), log=log)
    return "starting"


def serve(root: Path) -> None:
    """Try out what is wanted once it stays the same for a moment and the device is free, then end."""
    folder, store = root / "trials", RunStore(root)
    while (wanted := _wanted(folder)) is not None:
        config = RunConfig.from_json(wanted["config"])
        busy = _busy(config, store)
        write_json(
            folder / "status.json",
            {**this_process(), "key": wanted["key"], "doing": "waiting" if busy else "measuring"},
        )
        if busy or not _calm(folder):
            time.sleep(LOOK_AGAIN)
            continue
        answer = _try(config, store, _Proceed(wanted["key"], config, store))
        if answer is not None:
            write_json(folder / f"{wanted['key']}.json", answer)
        break  # also where it was broken off: what it has loaded would count as memory of the next one
    (folder / "status.json").unlink(missing_ok=True)


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
    except MemoryError:
        return {"error": "there is not enough memory"}
    except Exception as error:  # whatever a method or a data set raises is told to the visitor
        if type(error).__name__ == "OutOfMemoryError":
            return {"error": "there is not enough memory on the GPU"}
        return {"error": str(error)}


def _wanted(folder: Path) -> dict[str, Any] | None:
    """The newest question that someone still waits for an answer to."""
    path = folder / "wanted.json"
    wanted = _read(path)
    with suppress(OSError):
        recent = time.time() - path.stat().st_mtime < NOBODY
        if wanted and recent and _answer(folder, wanted["key"]) is None:
            return wanted
    return None


def _answer(folder: Path, key: str) -> Trial | str | None:
    path = folder / f"{key}.json"
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
        if "error" in answer:
            return str(answer["error"]) if time.time() - path.stat().st_mtime < BELIEVED else None
        return Trial(**answer)
    except (OSError, ValueError, TypeError):
        return None


def _calm(folder: Path) -> bool:
    """Whether the question stays the same for a moment: a visitor may be in the midst of changing the form."""
    before = _read(folder / "wanted.json").get("key")
    time.sleep(CALM)
    return before == _read(folder / "wanted.json").get("key")


def _busy(config: RunConfig, store: RunStore) -> bool:
    """Whether a run trains on, or waits for, the device of a config."""
    slot = slot_for(config.device)
    live = ("queued", "running")
    return any(slot_for(r.config.device) == slot and r.status().state in live for r in store.runs()[:50])


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def main() -> None:
    """Entry point of the process; a second one for the same folder ends at once."""
    root = Path(sys.argv[1])
    yield_to_the_page()
    with suppress(OSError):  # Linux: where memory runs out, this process goes, and not the app
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="utf-8")
    with suppress(Timeout), FileLock(root / "trials" / "lock", timeout=0):
        (root / "trials" / "starting").unlink(missing_ok=True)
        serve(root)


if __name__ == "__main__":
    main()
