"""Open a run that comes as a zip, maybe from a stranger: only what a run is made of is taken, and all of it is checked."""

from __future__ import annotations

import json
import secrets
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.intake import shown_name
from deepclust.data.own import keep_dataset
from deepclust.data.reading.archives.zips import check_sizes, open_zip
from deepclust.data.reading.arrays.npz import read_arrays
from deepclust.data.reading.source import Source, file_name, shorten
from deepclust.data.references import open_dataset
from deepclust.disk import refusals, write_json
from deepclust.exports.bundle import DATA_FILES, FORMAT, MANIFEST, RUN_FILES
from deepclust.methods import find_method
from deepclust.params import values_from_json
from deepclust.projections import Projection
from deepclust.runs import Run, RunConfig, RunStore
from deepclust.runs.store import ID, STAMPED

MAX_BYTES = 16 * 2**30  # of all files together
MAX_TEXT = 256 * 2**20  # of each that is read as a whole
MAX_CLUSTERS = 10_000
LATEST = 1e11  # seconds since 1970: every system can still write such a date
REQUIRED = ("config.json", "result.npz", "labels_by_k.npz", "metrics.json")
_WHAT = "a run that DeepClust has packed (a zip)"
_ADVICE = 'Make it again with "Take it with you" on the Explore page, or with `python -m deepclust export`'
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_HARMLESS = str.maketrans("[]<>`", "()‹›'")


def open_bundle(source: Source, store: RunStore, max_bytes: int = MAX_BYTES) -> Run:
    """Unpack a run into the store and return it; an id that is taken already gets a new ending.

    ValueError, and nothing is kept, for anything else than a whole run: other files in it, paths that lead elsewhere,
    links, bombs, damage, arrays that do not belong together, a method or values that this version does not know.
    """
    label = file_name(source, "The file")
    with open_zip(source, label, _WHAT, _ADVICE) as archive, refusals(store.root):
        members = _checked_members(archive, label, max_bytes)
        store.root.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".opening-", dir=store.root))
        try:
            manifest = _unpacked(archive, members, scratch, label)
            folder = scratch / "run"
            config = _checked_config(folder, label)
            n = _checked_arrays(folder, config, label)
            _check_maps(folder, n)
            _restate(folder)
            config = _with_data(scratch / "data", config, store, label)
            write_json(folder / "config.json", {**asdict(config), "feature_shape": list(config.feature_shape)})
            return _placed(folder, str(manifest.get("run", "")), store)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _checked_members(archive: zipfile.ZipFile, label: str, max_bytes: int) -> list[zipfile.ZipInfo]:
    """The files of the zip, by their names and sizes alone."""
    members = [m for m in archive.infolist() if not m.filename.endswith("/")]
    names = [m.filename for m in members]
    if MANIFEST not in names:
        raise ValueError(f"{label} is not {_WHAT}: it holds {shorten(names) or 'nothing'}. {_ADVICE}.")
    links = [m.filename for m in members if stat.S_ISLNK(m.external_attr >> 16)]
    strange = [n for n in names if not _belongs(n)]
    if links or strange or len(set(names)) < len(names):
        found = shorten(links or strange or names)
        raise ValueError(f"{label} holds what no run is made of ({found}), and was refused. {_ADVICE}.")
    missing = [name for name in REQUIRED if f"run/{name}" not in names]
    if missing:
        raise ValueError(f"{label} is not whole: {', '.join(missing)} is missing. {_ADVICE}.")
    check_sizes(members, label, max_bytes)
    check_sizes([m for m in members if not m.filename.endswith((".npz", ".pt"))], label, MAX_TEXT)
    return members


def _belongs(name: str) -> bool:
    top, _, rest = name.partition("/")
    known = {"run": RUN_FILES, "data": DATA_FILES}.get(top)
    return name == MANIFEST or (known is not None and known.fullmatch(rest) is not None)


def _unpacked(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], scratch: Path, label: str) -> dict[str, Any]:
    """Write the files below ``scratch``, their names being known to be harmless; returns the manifest."""
    try:
        for member in members:
            path = scratch / member.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, open(path, "wb") as file:
                shutil.copyfileobj(packed, file, 2**20)  # never more than the announced size: zipfile stops there
        manifest = json.loads((scratch / MANIFEST).read_text(encoding="utf-8"))
    except (*_DAMAGE, ValueError) as error:
        raise ValueError(f"{label} is damaged or cut short ({error}). {_ADVICE}.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(
            f"{label} was packed by another version of DeepClust, in a way that this one does not know. {_ADVICE}, or open "
            "it with that version."
        )
    return manifest


def _checked_config(folder: Path, label: str) -> RunConfig:
    """What was asked, with words that pages may show, and nothing in it that names a place on this machine."""
    try:
        config = RunConfig.from_json(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        method = find_method(config.method)
        params = values_from_json(method, config.params)
        ref = {
            name: config.dataset[name]
            for name in ("name", "options", "own", "subset", "prepare")
            if name in config.dataset
        }
        if dict(config.dataset) != ref or len({"name", "own"} & set(ref)) != 1:
            raise ValueError("it must name its data by the catalog or by their content, and not by a path.")
        if not all(isinstance(ref[name], str if name in ("name", "own") else dict) for name in ref):
            raise ValueError("what it says of its data is damaged.")
        shape = tuple(int(side) for side in config.feature_shape)
        if config.kind not in ("image", "vector", "text") or not isinstance(config.n_samples, int):
            raise ValueError("its data are of no known kind.")
        if not 0 <= float(config.created) < LATEST:
            raise ValueError("it was made at no possible time.")
        return RunConfig(
            dataset=ref,
            dataset_title=shown_name(str(config.dataset_title)),
            fingerprint=shown_name(str(config.fingerprint)),
            kind=config.kind,
            n_samples=config.n_samples,
            feature_shape=shape,
            method=config.method,
            params=params,
            preset=config.preset if config.preset in method.presets else None,
            seed=int(config.seed),
            device="cpu" if config.device == "cpu" else "auto",
            labels_seen=bool(config.labels_seen),
            member=shown_name(str(config.part)) if config.part else "",
            created=float(config.created),
        )
    except (ValueError, TypeError, KeyError, OSError, OverflowError, RecursionError) as error:
        raise ValueError(f"{label} cannot be opened: {error}") from error


def _checked_arrays(folder: Path, config: RunConfig, label: str) -> int:
    """That all arrays are plain, of the size that they say, and of one number of samples, which is returned."""
    for path in sorted(folder.rglob("*.npz")):
        read_arrays(path, f"{label}: {path.name}", MAX_BYTES, only=())
    run = Run(folder)
    try:
        result, n = run.result(), config.n_samples
        _need(len(result.labels) == n, f"it has labels for {len(result.labels)} samples, and says that there are {n}")
        _need(result.embedding.ndim == 2, "its latent space is no table")
        _need(
            result.embedding.dtype.kind == "f" and bool(np.isfinite(result.embedding).all()),
            "its latent space has holes",
        )
        by_k = read_arrays(folder / "labels_by_k.npz", label)
        _need(config.n_clusters in map(int, by_k), f"it has no clusters for its own k = {config.n_clusters}")
        for name, labels in {**by_k, "labels": result.labels}.items():
            _need(labels.shape == (n,) and labels.dtype.kind in "iu", f"its labels of k = {name} do not fit")
            _need(
                int(labels.min()) >= -1 and int(labels.max()) < MAX_CLUSTERS,
                f"its labels of k = {name} are no clusters",
            )
        for number in range(run.n_snapshots):
            shot = run.snapshot(number)
            m = len(shot["sample"])
            fits = all(len(shot[name]) == m for name in ("labels", "embedding")) and len(shot["points"]) in (0, m)
            _need(fits and shot["sample"].dtype.kind in "iu" and m > 0, f"its snapshot {number} does not fit")
            _need(
                int(shot["sample"].min()) >= 0 and int(shot["sample"].max()) < n, f"its snapshot {number} does not fit"
            )
        by_number = run.metrics().get("by_k")
        _need(
            isinstance(by_number, dict) and all(isinstance(v, dict) for v in by_number.values()),
            "its metrics are damaged",
        )
    except (ValueError, TypeError, KeyError, IndexError, OSError) as error:
        raise ValueError(f"{label} cannot be opened: {error}. {_ADVICE}.") from error
    return n


def _need(true: bool, otherwise: str) -> None:
    if not true:
        raise ValueError(otherwise)


def _check_maps(folder: Path, n: int) -> None:
    """Leave out maps that do not belong to these samples; they are computed again when they are looked at."""
    for path in (folder / "projections").glob("*.npz"):
        if path.name.startswith("eigen_"):
            arrays = read_arrays(path, path.name)
            fits = {"values", "vectors"} <= set(arrays) and arrays["vectors"].shape == (n, len(arrays["values"]))
        else:
            try:
                found = Projection.load(path)
                m = found.points.shape[-2] if found.points.ndim in (2, 3) else 0
                ids = np.arange(n) if found.ids is None else found.ids
                fits = m == len(ids) > 0 and bool(np.isfinite(found.points).all())
                fits = fits and ids.dtype.kind in "iu" and int(ids.min()) >= 0 and int(ids.max()) < n
            except (ValueError, OSError):
                fits = False
        if not fits:
            path.unlink()


def _restate(folder: Path) -> None:
    """Write status and events anew: the run has ended, no process of this machine works on it, and its words are plain."""
    run = Run(folder)
    before = run.status() if (folder / "status.json").exists() else None
    (folder / "status.json").unlink(missing_ok=True)
    stopped = before is not None and before.state == "stopped"
    seconds = float(before.seconds) if before is not None and isinstance(before.seconds, int | float) else 0.0
    run.set_status(
        state="stopped" if stopped else "done",
        message="Opened from a zip.",
        fraction=1.0,
        seconds=seconds,
        ended=time.time(),
    )
    told = filter(None, map(_plain_event, run.events()[0]))
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in told), encoding="utf-8")


def _plain_event(event: dict[str, Any]) -> dict[str, Any] | None:
    """An event with the fields of its kind and no text that a page could take for a link or a picture; None for others."""
    try:
        if event["kind"] == "stage":
            terms = {_plain(name): _plain(words) for name, words in event["terms"].items()}
            return {"kind": "stage", "name": _plain(event["name"]), "n_epochs": int(event["n_epochs"]), "terms": terms}
        if event["kind"] == "progress":
            losses = {_plain(name): float(value) for name, value in event["losses"].items()}
            return {
                "kind": "progress",
                "stage": _plain(event["stage"]),
                "epoch": int(event["epoch"]),
                "losses": losses,
                "seconds": float(event["seconds"]),
            }
        if event["kind"] == "note" and event["level"] in ("info", "warning"):
            return {"kind": "note", "level": event["level"], "text": _plain(event["text"])}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        pass  # what no run has told is left out
    return None


def _plain(text: Any) -> str:
    return str(text).translate(_HARMLESS)[:1_000]


def _with_data(folder: Path, config: RunConfig, store: RunStore, label: str) -> RunConfig:
    """Keep the data set that came along, under the key that its own content gives it."""
    key = config.dataset.get("own")
    if not (folder / f"{key}.npz").exists():
        return config
    read_arrays(folder / f"{key}.npz", label, MAX_BYTES, only=())
    data = open_dataset({"own": key}, folder)
    if (store.datasets / f"{key}.npz").exists():
        return config  # the same content has the same key
    kept = folder / "kept"
    if keep_dataset(replace(data, title=shown_name(data.title)), kept)["own"] != key:
        raise ValueError(f"{label}: the data set in it is not the one that the run was trained on. {_ADVICE}.")
    store.datasets.mkdir(parents=True, exist_ok=True)
    for path in (
        kept / f"{key}.npz",
        kept / f"{key}.json",
    ):  # the description last: with it, the data set is in the lists
        path.rename(store.datasets / path.name)
    return config


def _placed(folder: Path, wanted: str, store: RunStore) -> Run:
    """Give the folder its place under an id that is free."""
    # the store has folders of its own: an id looks as RunStore.create makes it
    stem = wanted if ID.fullmatch(wanted) and STAMPED.match(wanted) else "opened-run"
    candidate = stem
    while True:
        target = store.root / candidate
        try:
            if not target.exists():
                return Run(folder.rename(target))
        except OSError:
            if not target.exists():
                raise  # no other window was quicker: the disk is at fault
        candidate = f"{stem[:74]}-{secrets.token_hex(2)}"
