"""The folder of all runs: create, find, list and delete; own data sets lie beside the runs."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from dataclasses import asdict
from pathlib import Path

import platformdirs

from deepclust.disk import write_json
from deepclust.runs.config import RunConfig
from deepclust.runs.run import ENDED, Run

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


class RunStore:
    """Runs under one folder: $DEEPCLUST_RUNS, else the user's data folder. Nothing is created before it is needed."""

    def __init__(self, root: Path | str | None = None) -> None:
        chosen = root or os.environ.get("DEEPCLUST_RUNS") or platformdirs.user_data_path("deepclust") / "runs"
        self.root = Path(chosen).expanduser().resolve()

    @property
    def datasets(self) -> Path:
        """Where own data sets are kept, named by their content."""
        return self.root / "datasets"

    def create(self, config: RunConfig) -> Run:
        """Make the folder of a new run, queued. Its id tells when, which method and which data."""
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(config.created))
        words = re.sub(r"[^a-z0-9]+", "-", f"{config.method}-{config.dataset_title}".lower()).strip("-")[:40]
        run = Run(self.root / f"{stamp}-{words}-{secrets.token_hex(2)}")
        run.folder.mkdir(parents=True)
        write_json(run.folder / "config.json", {**asdict(config), "feature_shape": list(config.feature_shape)})
        run.set_status(state="queued")
        return run

    def get(self, run_id: str) -> Run:
        """The run of that id. ValueError if the id is malformed, or no such run is there, or it cannot be read."""
        run = Run(self.root / run_id) if ID.fullmatch(run_id or "") else None
        if run is None or not (run.folder / "config.json").exists():
            raise ValueError(f"There is no run {run_id!r} in {self.root}. `deepclust runs` lists those that are there.")
        _ = run.config  # ValueError now, not in the middle of a page
        return run

    def runs(self) -> list[Run]:
        """All readable runs, newest first."""
        found = []
        for path in self.root.glob("*/config.json"):
            if not ID.fullmatch(path.parent.name):
                continue  # one that is being deleted, or a folder of someone else
            run = Run(path.parent)
            try:
                found.append((run.config.created, run))
            except ValueError:
                continue  # a damaged folder must not hide the others
        return [run for _, run in sorted(found, key=lambda item: item[0], reverse=True)]

    def group(self, group_id: str) -> list[Run]:
        """The runs of a group in the order in which they were started; empty if none is left."""
        members = [r for r in self.runs() if r.config.group is not None and r.config.group.id == group_id]
        return members[::-1]

    def delete(self, run: Run, *, force: bool = False) -> None:
        """Remove a run for good; one that has gone already is no error. ValueError while it is live, unless ``force``."""
        if not run.folder.exists():
            return
        state = run.status().state
        if state not in ENDED and not force:
            raise ValueError(f"The run {run.id} is still {state}. Stop or discard it first.")
        # renamed first: it leaves all lists in one step, whoever may still write into it
        leaving = self.root / f".deleted-{run.id}-{secrets.token_hex(4)}"
        run.folder.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)
