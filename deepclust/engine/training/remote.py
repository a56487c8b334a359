"""What happens on a worker of a Dask cluster: train one run in a folder of its own, and hand out what is new in it."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepclust.disk import write_json
from deepclust.runs import Run, RunStore

if TYPE_CHECKING:
    from deepclust.data.dataset import Dataset

FORGOTTEN = 60.0  # seconds without a question after which nobody wants the run any more
NOT_SENT = (".lock", "command.json", "checkpoint.pt")  # of no use elsewhere, or only at the end
GROWING = "events.jsonl"  # append only: what has been sent is not sent again

_one_at_a_time = threading.Lock()  # a worker with several threads still trains one run after the other
_here: dict[str, _Visit] = {}


@dataclass
class _Visit:
    """A run that is trained here: its folder, which attempt it is, and when somebody last asked for it."""

    run: Run
    attempt: str = field(default_factory=lambda: uuid.uuid4().hex)
    asked: float = field(default_factory=time.monotonic)


@dataclass
class Seen:
    """What the driver has of a run: the attempt, and size and time of every file."""

    attempt: str | None = None
    files: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """New bytes of a run: file name -> (offset, content), and size and time of those files now."""

    attempt: str
    files: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Last:
    """What is left when a run has ended: its last status, and all its files."""

    status: Mapping[str, Any]
    files: Mapping[str, bytes]


def train_here(run_id: str, config: str, own: Dataset | None, test_part: Dataset | None) -> Last:
    """Train a run from its config.json in a scratch folder; ``own`` is the data set where the catalog has none.

    test_part: what was kept from training of such a data set, if anything.
    """
    from deepclust.engine.training.train import train

    root = Path(tempfile.mkdtemp(prefix="deepclust-"))
    store = RunStore(root)
    try:
        with _one_at_a_time:
            run = Run(store.root / run_id)
            run.folder.mkdir(parents=True)
            (run.folder / "config.json").write_text(config, encoding="utf-8")
            visit = _here[run_id] = _Visit(run)
            ended = threading.Event()
            watch = threading.Thread(target=_watch, args=(visit, ended), daemon=True)
            watch.start()
            try:
                status = train(run, store, dataset=own, test_part=test_part)
            finally:
                ended.set()
                watch.join()
                _here.pop(run_id, None)
        return Last(asdict(status), {name: path.read_bytes() for name, path in _files(run, to_send=False)})
    finally:
        shutil.rmtree(root, ignore_errors=True)


def news(asked: Mapping[str, Seen]) -> dict[str, News]:
    """What is new of those runs that are trained on this worker."""
    found = {}
    for run_id, seen in asked.items():
        visit = _here.get(run_id)
        if visit is None:
            continue
        visit.asked = time.monotonic()
        if visit.attempt != seen.attempt:
            found[run_id] = News(visit.attempt)
            continue
        files, sizes = {}, {}
        for name, path in _files(visit.run):
            try:
                now = path.stat()
                before = seen.files.get(name)
                if before == (now.st_size, now.st_mtime_ns):
                    continue
                start = before[0] if name == GROWING and before and before[0] <= now.st_size else 0
                content = path.read_bytes()[start:]
            except OSError:
                continue  # replaced at this moment: the next look finds it
            files[name] = (start, content)
            sizes[name] = (start + len(content), now.st_mtime_ns)
        found[run_id] = News(visit.attempt, files, sizes)
    return found


def tell(run_id: str, command: str) -> bool:
    """Pass a command on to a run that is trained here; whether it is."""
    visit = _here.get(run_id)
    if visit is not None:
        write_json(visit.run.folder / "command.json", {"command": command})
    return visit is not None


def _files(run: Run, to_send: bool = True) -> list[tuple[str, Path]]:
    """The files of a run by their names inside its folder; while it is trained only those ``to_send``."""
    found = []
    for path in sorted(run.folder.rglob("*")):
        name = path.relative_to(run.folder).as_posix()
        left_out = path.name.startswith(".") or name in ("config.json", "status.json" if not to_send else "")
        if path.is_file() and not left_out and not (to_send and name.endswith(NOT_SENT)):
            found.append((name, path))
    return found


def _watch(visit: _Visit, ended: threading.Event) -> None:
    """Discard a run that nobody has asked for in a while: whoever started it is gone."""
    while not ended.wait(1.0):
        if time.monotonic() - visit.asked > FORGOTTEN:
            visit.run.send("discard")
            return
