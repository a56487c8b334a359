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
from collections.abc import Callable
from contextlib import suppress
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
from deepclust.disk import DiskError, decode_json, make_folder, read_json, refusals, save_arrays, whole, write_json
from deepclust.events import Note, Progress, Stage, from_line, to_record
from deepclust.exports.bundle import DATA_FILES, FORMAT, MANIFEST, RUN_FILES
from deepclust.methods import find_method
from deepclust.params import values_from_json
from deepclust.projections import Projection
from deepclust.results import LABELS, check_arrays
from deepclust.runs import Run, RunConfig, RunStatus, RunStore
from deepclust.runs.store import ID, STAMPED

MAX_BYTES = 16 * 2**30  # of all files together
MAX_JSON = 16 * 2**20  # of each file that is read as a whole
MAX_EVENTS = 256 * 2**20
# nobody's own run shrinks more than this in a zip: arrays are not packed, and events are mostly digits
SMALL_ARRAYS, ARRAYS_RATIO = 64 * 2**20, 200
SMALL_TEXT, TEXT_RATIO = 2**20, 30
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
        make_folder(store.root)
        scratch = Path(tempfile.mkdtemp(prefix=".opening-", dir=store.root))
        try:
            manifest = _unpacked(archive, members, scratch, label)
            folder = scratch / "run"
            config = _checked_config(folder, label)
            n = _checked_arrays(folder, config, label)
            _check_maps(folder, n)
            _restate(folder)
            config = _with_data(scratch / "data", config, store, label)
            write_json(folder / "config.json", asdict(config), sync=True)
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
    _check_shrinking(members, SMALL_ARRAYS, ARRAYS_RATIO, label)
    for member in members:
        if not member.filename.endswith((".npz", ".pt")):
            check_sizes([member], label, MAX_EVENTS if member.filename.endswith(".jsonl") else MAX_JSON)
            _check_shrinking([member], SMALL_TEXT, TEXT_RATIO, label)
    return members


def _check_shrinking(members: list[zipfile.ZipInfo], small: int, ratio: int, label: str) -> None:
    """ValueError where files that unpack to more than ``small`` bytes have shrunk more than ``ratio`` times."""
    unpacked, packed = sum(m.file_size for m in members), max(1, sum(m.compress_size for m in members))
    if unpacked > max(small, ratio * packed):
        raise ValueError(
            f"{label} would unpack to {unpacked // packed:,} times its size ({unpacked / 2**20:,.0f} MiB), as a zip bomb does; "
            f"at most {ratio} times is allowed above {small // 2**20} MiB. {_ADVICE}."
        )


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
            with archive.open(member) as packed, whole(path) as file:
                shutil.copyfileobj(packed, file, 2**20)  # never more than the announced size: zipfile stops there
        manifest = read_json(scratch / MANIFEST)
    except DiskError:
        raise
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
        config = RunConfig.from_json(_loosely(read_json(folder / "config.json")))
        method = find_method(config.method)
        params = values_from_json(method, config.params)
        ref = {
            name: config.dataset[name]
            for name in ("name", "options", "own", "subset", "prepare", "part")
            if name in config.dataset
        }
        if dict(config.dataset) != ref or len({"name", "own"} & set(ref)) != 1:
            raise ValueError("it must name its data by the catalog or by their content, and not by a path.")
        if not all(isinstance(ref[name], str if name in ("name", "own", "part") else dict) for name in ref):
            raise ValueError("what it says of its data is damaged.")
        if config.kind not in ("image", "vector", "text"):
            raise ValueError("its data are of no known kind.")
        return RunConfig(
            dataset=ref,
            dataset_title=shown_name(config.dataset_title),
            fingerprint=shown_name(config.fingerprint),
            kind=config.kind,
            n_samples=config.n_samples,
            feature_shape=config.feature_shape,
            method=config.method,
            params=params,
            preset=config.preset if config.preset in method.presets else None,
            seed=config.seed,
            device="cpu" if config.device == "cpu" else "auto",
            labels_seen=config.labels_seen,
            features=shown_name(config.features) if config.features else "",
            member=shown_name(config.part) if config.part else "",
            created=config.created,
        )
    except (ValueError, TypeError, KeyError, OSError, OverflowError) as error:
        raise ValueError(f"{label} cannot be opened: {error}") from error


def _loosely(values: Any) -> Any:
    """Texts, whole numbers and yes or no of a config as such where they were written in another way, as by hand."""
    made: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(("dataset_title", "fingerprint", "kind", "device", "member", "features"), str),
        "preset": lambda preset: None if preset is None else str(preset),
        "seed": int,
        "labels_seen": bool,
        "created": float,
        "feature_shape": lambda shape: [int(side) for side in shape],
        "group": lambda group: {n: str(v) for n, v in group.items()} if isinstance(group, dict) else group,
    }
    if not isinstance(values, dict):
        return values
    return {name: made[name](value) if name in made else value for name, value in values.items()}


def _checked_arrays(folder: Path, config: RunConfig, label: str) -> int:
    """That all arrays are plain, of the size that they say, and of one number of samples, which is returned."""
    for path in sorted(folder.rglob("*.npz")):
        read_arrays(path, f"{label}: {path.name}", MAX_BYTES, only=())
    run, n = Run(folder), config.n_samples
    try:
        result = run.result()
        _need(len(result.labels) == n, f"it has labels for {len(result.labels)} samples, and says that there are {n}")
        by_k = read_arrays(folder / "labels_by_k.npz", label)
        _need(config.n_clusters in map(int, by_k), f"it has no clusters for its own k = {config.n_clusters}")
        check_arrays(by_k, dict.fromkeys(by_k, LABELS), n=n)
        _need(len(run.labels_by_k()) == len(by_k), "its numbers of clusters are damaged")
        for number in range(run.n_snapshots):
            shot = run.snapshot(number)
            plain: dict[str, Any] = {"stage": np.array(_plain(shot["stage"])), "epoch": int(shot["epoch"])}
            plain["labels"] = shot["labels"].astype(np.int32)
            save_arrays(folder / "snapshots" / f"{number:05d}.npz", shot | plain)
        by_number = read_json(folder / "metrics.json").get("by_k")
        _need(
            isinstance(by_number, dict) and all(isinstance(v, dict) for v in by_number.values()),
            "its metrics are damaged",
        )
        write_json(folder / "metrics.json", run.metrics())
    except DiskError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OSError, AttributeError, OverflowError) as error:
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
                projection = Projection.load(path)
                m, ids = projection.points.shape[-2], projection.ids
                fits = m == n if ids is None else m > 0 and int(ids.max()) < n
            except (ValueError, OSError):
                fits = False
        if not fits:
            path.unlink()


def _restate(folder: Path) -> None:
    """Write status and events anew: the run has ended, no process of this machine works on it, and its words are plain."""
    run = Run(folder)
    before = run.status() if (folder / "status.json").exists() else RunStatus()
    (folder / "status.json").unlink(missing_ok=True)
    run.set_status(
        state="stopped" if before.state == "stopped" else "done",
        message="Opened from a zip.",
        fraction=1.0,
        seconds=before.seconds,
        ended=time.time(),
    )
    told = folder / "events.jsonl"
    if told.exists():
        with open(told, "rb") as lines, whole(told) as file:
            for line in lines:  # one at a time: there may be very many
                with suppress(ValueError):  # what no run has told is left out
                    file.write(json.dumps(to_record(_plain_event(from_line(decode_json(line))))).encode() + b"\n")


def _plain_event(event: Stage | Progress | Note) -> Stage | Progress | Note:
    """An event without any text that a page could take for a link or a picture."""
    match event:
        case Stage():
            return replace(
                event, name=_plain(event.name), terms={_plain(term): _plain(text) for term, text in event.terms.items()}
            )
        case Progress():
            losses = {_plain(term): value for term, value in event.losses.items()}
            return replace(event, stage=_plain(event.stage), losses=losses)
        case Note():
            return replace(event, text=_plain(event.text))


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
    make_folder(store.datasets)
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
