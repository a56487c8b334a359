"""A run as one zip that another machine opens: its folder without what belongs to this machine, and, if wanted, its data."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import deepclust
from deepclust.data.own import keep_dataset
from deepclust.data.references import open_dataset
from deepclust.runs import Run, RunStore

MANIFEST = "deepclust-run.json"
FORMAT = 1
# what a run's folder is taken along; the rest (checkpoint, log, locks, commands) serves the machine that trained it
_ARRAYS = r"result|model|labels_by_k|snapshots/[0-9]{5}|projections/(eigen_)?[0-9a-f]{16}"
RUN_FILES = re.compile(
    rf"config\.json|status\.json|remarks\.json|events\.jsonl|metrics\.json|model\.pt|edits/([0-9]{{1,5}}|answers|selections)\.json|({_ARRAYS})\.npz"
)
DATA_FILES = re.compile(r"[0-9a-f]{16}(-[0-9a-f]{8})?\.(npz|json)")


def files_of(run: Run) -> list[str]:
    """The files of a run's folder that are taken along, with / between folders, sorted."""
    found = (path.relative_to(run.folder).as_posix() for path in run.folder.rglob("*") if path.is_file())
    return sorted(name for name in found if RUN_FILES.fullmatch(name))


def size_of(run: Run) -> int:
    """Bytes of a run as a zip without its data: arrays are not packed."""
    return sum((run.folder / name).stat().st_size for name in files_of(run))


def own_data_size(run: Run, store: RunStore) -> int | None:
    """Bytes that the data set adds to the zip; None where it comes with the app or its catalog, and is not taken along.

    Of a file of this machine that is not kept yet, it is the size that its numbers need at most.
    """
    ref = run.config.dataset
    if "own" in ref:
        kept = [store.datasets / f"{ref['own']}{ending}" for ending in (".npz", ".json")]
        return sum(path.stat().st_size for path in kept) if all(path.is_file() for path in kept) else None
    if "file" in ref and Path(str(ref["file"])).exists():
        values = run.config.n_samples
        for side in run.config.feature_shape:
            values *= side
        return 4 * values
    return None


def write_bundle(run: Run, store: RunStore, target: IO[bytes], *, with_data: bool = True) -> None:
    """Write the zip, file by file. ValueError while the run is live or without a result.

    A data set of one's own goes along if ``with_data``; without it, the run names it by its content, so that the other
    machine finds it where the same file has been loaded there. No path of this machine is in the zip.
    """
    if not run.has_result:
        raise ValueError(f"The run {run.id} has found nothing yet. Wait until it has ended, or stop and keep it.")
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(target, "w") as archive:
        config, data_folder = asdict(run.config), store.datasets
        if "file" in run.config.dataset:
            data_folder = Path(scratch)
            config["dataset"] = _kept(run.config.dataset, data_folder, run.config.fingerprint)
        key = str(config["dataset"].get("own", ""))
        data_files = [f"{key}.npz", f"{key}.json"] if with_data and key else []
        data_files = [name for name in data_files if (data_folder / name).is_file()]
        _add_json(
            archive,
            MANIFEST,
            {"format": FORMAT, "run": run.id, "version": deepclust.__version__, "data": bool(data_files)},
        )
        for name in files_of(run):
            if name == "config.json":
                _add_json(archive, f"run/{name}", config)
            else:
                _add_file(archive, f"run/{name}", run.folder / name)
        for name in data_files:
            _add_file(archive, f"data/{name}", data_folder / name)


def _kept(ref: Any, folder: Path, fingerprint: str) -> dict[str, Any]:
    """The reference of a file of this machine as one to a data set that is kept in ``folder``."""
    further = {name: ref[name] for name in ("subset", "prepare", "part") if name in ref}
    try:
        whole = open_dataset({name: value for name, value in ref.items() if name not in further}, folder)
        return {**keep_dataset(whole, folder), **further}
    except (ValueError, OSError):  # the file has gone: its content still has a name
        return {"own": fingerprint, **further}


def _add_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    packed = path.suffix in (".json", ".jsonl")
    archive.write(path, name, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)


def _add_json(archive: zipfile.ZipFile, name: str, values: Any) -> None:
    archive.writestr(name, json.dumps(values, indent=1), zipfile.ZIP_DEFLATED)
