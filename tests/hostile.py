"""Zips of a run in which one thing is not as it should be: every file, every field and array, with every kind of value."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import numpy as np

Members = dict[str, bytes]

VALUES = [
    *("null", "true", '"x"', '"![x](http://evil.example/a.png)"', "-1", "1.5", "1e300", "NaN", "-Infinity", "9" * 400),
    *("[]", "{}", '["x"]', '{"a": {"b": [1]}}', '{"2": {"acc": "x"}}', "[" * 900 + "]" * 900, "[" * 100_000),
]
FIELDS = {
    "deepclust-run.json": ["format", "run"],
    "run/config.json": [
        *(
            "dataset",
            "dataset_title",
            "fingerprint",
            "kind",
            "n_samples",
            "feature_shape",
            "method",
            "params",
            "preset",
        ),
        *("seed", "device", "labels_seen", "group", "member", "created"),
    ],
    "run/status.json": ["state", "pid", "create_time", "host", "heartbeat", "seconds", "eta", "fraction", "epoch"],
    "run/metrics.json": ["by_k", "spaces", "sizes", "acc", "silhouette", "seconds", "content", "regrouping"],
    "data/KEY.json": ["name", "title", "kind", "n_samples", "class_names", "n_train", "notes", "left_out"],
}
ARRAYS = {
    "nan": np.full(60, np.nan),
    "huge": np.full((60, 2), 3e38, np.float32),
    "large": np.full((60, 2), 1e300),
    "text": np.array(["![x](http://evil.example/a.png)"] * 60),
    "one": np.array(3.0),
    "word": np.array("![x](http://evil.example/a.png)"),
    "infinite": np.array(np.inf),
    "empty": np.zeros((0, 2), np.float32),
    "cube": np.zeros((60, 2, 2), np.float32),
    "wide": np.zeros((60, 3_000), np.float16),
    "short": np.zeros((59, 2), np.float32),
    "complex": np.zeros((60, 2), complex),
    "negative": np.full(60, -7),
    "numbers": np.full(60, 10**12),
    "bools": np.ones(60, bool),
    "floats": np.zeros(60, np.float64),
    "bytes": np.array([b"\xff"] * 60),
    "dates": np.array(["2026-01-01"] * 60, "M8[D]"),
    "structured": np.zeros(60, [("a", "f4")]),
}


def hostile(members: Members) -> Iterator[tuple[str, Members]]:
    """Names and files of hostile zips, made from those of a good one."""
    key = next(n for n in members if n.startswith("data/") and n.endswith(".json"))
    for file, names in FIELDS.items():
        path = key if "KEY" in file else file
        for value in VALUES:
            yield f"{file} = {value[:12]}", members | {path: value.encode()}
            for name in names:
                text = json.dumps({**json.loads(members[path]), name: "@@"}).replace('"@@"', value)
                yield f"{file} {name} = {value[:12]}", members | {path: text.encode()}
        yield f"{file} empty", members | {path: b""}
        yield f"{file} binary", members | {path: bytes(range(256))}
        yield f"{file} missing", {n: c for n, c in members.items() if n != path}
    npz = [n for n in members if n.endswith(".npz")]
    for kind, path in {n.split("/")[1]: n for n in npz}.items():
        arrays = dict(np.load(io.BytesIO(members[path])))
        for array in [*list(arrays)[:8], "space:x", "extra:x"]:
            for name, value in ARRAYS.items():
                yield f"{kind} {array} {name}", members | {path: _npz(arrays | {array: value})}
            yield f"{kind} {array} missing", members | {path: _npz({n: a for n, a in arrays.items() if n != array})}
        yield f"{kind} no zip", members | {path: b"no zip"}
        yield f"{kind} cut", members | {path: members[path][:-40]}
    for value in VALUES:
        for line in (
            value,
            f'{{"kind": {value}}}',
            f'{{"kind": "stage", "name": {value}, "n_epochs": 1, "terms": {{}}}}',
        ):
            yield f"events {line[:30]}", members | {"run/events.jsonl": f"{line}\n".encode()}
        progress = (
            f'{{"kind": "progress", "stage": "a", "epoch": {value}, "losses": {{"a": {value}}}, "seconds": {value}}}'
        )
        yield f"events progress {value[:12]}", members | {"run/events.jsonl": f"{progress}\n".encode()}
        edits = f'{{"k": 3, "of": {value}, "done": {value}, "edits": {value}}}'
        yield f"edits {value[:12]}", members | {"run/edits/3.json": edits.encode()}
    yield "events binary", members | {"run/events.jsonl": bytes(range(256)) * 9}
    yield "model", members | {"run/model.pt": b"\x80\x04cposix\nsystem\n."}


def packed(members: Members) -> io.BytesIO:
    """The files as a zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def _npz(arrays: dict[str, np.ndarray]) -> bytes:
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()
