"""The folder of all runs: create, find, list and delete; own data sets lie beside the runs."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from deepclust.disk import Remembered, make_folder, refusals, write_json
from deepclust.runs.config import RunConfig
from deepclust.runs.run import ENDED, Run

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
STAMPED = re.compile(r"[0-9]{8}-[0-9]{6}-")  # how an id that `RunStore.create` made begins
_HALF = (".new-", ".opening-", ".deleted-")
_ASIDE = ".aside-"
HALF_AN_HOUR = 1800.0  # seconds
DAYS_ASIDE = 7  # for which a run that was set aside can be brought back


@dataclass(frozen=True)
class DamagedRun:
    """A folder that holds, or held, a run and cannot be read; why is a sentence, which may quote what stands in the file."""

    folder: Path
    why: str

    @property
    def id(self) -> str:
        return self.folder.name


class RunStore:
    """Runs under one folder: $DEEPCLUST_RUNS, else the user's data folder. Nothing is created before it is needed."""

    def __init__(self, root: Path | str | None = None) -> None:
        chosen = root or os.environ.get("DEEPCLUST_RUNS") or platformdirs.user_data_path("deepclust") / "runs"
        self.root = Path(chosen).expanduser().resolve()
        self._known: dict[str, Remembered[Run | DamagedRun]] = {}

    @property
    def datasets(self) -> Path:
        """Where own data sets are kept, named by their content."""
        return self.root / "datasets"

    def create(self, config: RunConfig) -> Run:
        """Make the folder of a new run, queued. Its id tells when, which method and which data.

        DiskError, in a sentence, where the disk is full or the folder cannot be written; then nothing of it stays.
        """
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(config.created))
        words = re.sub(r"[^a-z0-9]+", "-", f"{config.method}-{config.dataset_title}".lower()).strip("-")[:40]
        run_id = f"{stamp}-{words}-{secrets.token_hex(2)}"
        make_folder(self.root)
        # made under another name: whatever fails, no folder stays that is half a run
        begun = Run(self.root / f".new-{run_id}")
        with refusals(self.root):
            try:
                begun.folder.mkdir()
                write_json(begun.folder / "config.json", asdict(config), sync=True)
                begun.set_status(state="queued")
                begun.reserve()
                return Run(begun.folder.rename(self.root / run_id))
            except BaseException:
                shutil.rmtree(begun.folder, ignore_errors=True)
                raise

    def get(self, run_id: str) -> Run:
        """The run of that id. ValueError if the id is malformed, or no such run is there, or it cannot be read."""
        run = Run(self.root / run_id) if ID.fullmatch(run_id or "") else None
        if run is None or not (run.folder / "config.json").exists():
            raise ValueError(
                f"There is no run {str(run_id)[:80]!r} in {self.root}. `deepclust runs` lists those that are there."
            )
        _ = run.config  # ValueError now, not in the middle of a page
        return run

    def runs(self) -> list[Run]:
        """All readable runs, newest first."""
        runs = [run for run in self._look() if isinstance(run, Run)]
        return sorted(runs, key=lambda run: run.config.created, reverse=True)

    def recent(self, at_most: int = 50) -> list[Run]:
        """The newest readable runs, as lists of choices offer them."""
        return self.runs()[:at_most]

    def damaged(self) -> list[DamagedRun]:
        """The folders of runs that cannot be read, by their names; they hide nothing of the others."""
        return sorted((run for run in self._look() if isinstance(run, DamagedRun)), key=lambda run: run.id)

    def _look(self) -> list[Run | DamagedRun]:
        """All folders of runs. What was read of a config is kept until that file changes."""
        try:
            names = [name for name in os.listdir(self.root) if ID.fullmatch(name)]
        except OSError:
            return []  # there is none yet, or it may not be read
        found: list[Run | DamagedRun] = []
        known = {}
        for name in names:
            look = self._known.get(name) or Remembered(self.root / name / "config.json", _opened)
            try:
                found.append(look())
                known[name] = look
            except OSError:  # a folder of something else, unless its name says when a run was made
                if STAMPED.match(name) and (self.root / name).is_dir():
                    found.append(DamagedRun(self.root / name, "Its config.json is missing."))
        self._known = known
        return found

    def group(self, group_id: str) -> list[Run]:
        """The runs of a group in the order in which they were started; empty if none is left."""
        members = [r for r in self.runs() if r.config.group is not None and r.config.group.id == group_id]
        return members[::-1]

    def delete(self, run: Run | DamagedRun, *, force: bool = False) -> None:
        """Remove a run for good; one that has gone already is no error. ValueError while it is live, unless ``force``.

        DiskError where the folder cannot be written.
        """
        if not run.folder.exists():
            return
        if isinstance(run, Run) and not force:
            self._check_ended(run)
        # renamed first: it leaves all lists in one step, whoever may still write into it
        leaving = self.root / f".deleted-{run.id}-{secrets.token_hex(4)}"
        with refusals(self.root):
            run.folder.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)

    def set_aside(self, run: Run) -> None:
        """Take a run out of all lists; for `DAYS_ASIDE` days `bring_back` undoes it. ValueError while it is live.

        DiskError where the folder cannot be written.
        """
        if not run.folder.exists():
            return
        self._check_ended(run)
        with refusals(self.root):
            os.utime(run.folder)  # since when it is aside
            run.folder.rename(self.root / f"{_ASIDE}{run.id}")

    def aside(self) -> list[str]:
        """The ids of the runs that were set aside, the last one first."""
        folders = [(folder.stat().st_mtime, folder.name) for folder in self.root.glob(f"{_ASIDE}*")]
        return [name.removeprefix(_ASIDE) for _, name in sorted(folders, reverse=True)]

    def bring_back(self, run_id: str) -> Run:
        """Undo `set_aside`. ValueError where no run of that id is aside any more; DiskError where it cannot be moved."""
        aside = self.root / f"{_ASIDE}{run_id}"
        if not ID.fullmatch(run_id) or not aside.exists() or (self.root / run_id).exists():
            raise ValueError(
                f"The run {run_id[:80]!r} cannot be brought back: it is not among those that were deleted."
            )
        with refusals(self.root):
            return Run(aside.rename(self.root / run_id))

    def delete_aside(self, run_id: str) -> None:
        """Remove a run that was set aside for good, which frees its room on the disk; one that has gone is no error."""
        if run_id in self.aside():
            self.delete(Run(self.root / f"{_ASIDE}{run_id}"), force=True)

    def sweep(self) -> None:
        """Remove what processes that were killed have left half done, and runs that were set aside long ago."""
        lasts = dict.fromkeys(_HALF, HALF_AN_HOUR) | {_ASIDE: DAYS_ASIDE * 86_400.0}
        for folder in self.root.glob(".*"):
            with suppress(OSError):
                age = time.time() - folder.stat().st_mtime
                if any(folder.name.startswith(beginning) and age > limit for beginning, limit in lasts.items()):
                    shutil.rmtree(folder, ignore_errors=True)

    def _check_ended(self, run: Run) -> None:
        state = run.status().state
        if state not in ENDED:
            raise ValueError(f"The run {run.id} is still {state}. Stop or discard it first.")


def _opened(path: Path) -> Run | DamagedRun:
    run = Run(path.parent)
    try:
        _ = run.config
    except ValueError as error:
        return DamagedRun(run.folder, str(error))
    return run
