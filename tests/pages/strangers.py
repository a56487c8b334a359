"""A run in which every word that somebody else can write is an attack: a picture to fetch, a link, colours, formulas, tags."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.judging.choosing import Board
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore, edits
from deepclust.runs.config import RunGroup
from deepclust.runs.edit_kinds import Rename
from deepclust.runs.remarks import Remarks, say_of

PICTURE, LINK, TAG = (
    "![x](http://evil.example/a.png)",
    "[Update](http://evil.example)",
    "<img src=http://evil.example/b.png>",
)
NAMES = (PICTURE, LINK, ":red[x] $x$ :material/skull:", TAG)
WORDS = " ".join(NAMES)
N_SAMPLES = 60


def strange_data() -> Dataset:
    """Four groups in the plane; title, classes, samples, notes and files that were left out are attacks."""
    y = np.arange(N_SAMPLES) % 4
    X = np.random.default_rng(0).normal(size=(N_SAMPLES, 3)).astype(np.float32) + 6 * y[:, None]
    ids = np.array([f"{NAMES[i % 4]} {i}".encode() for i in range(N_SAMPLES)])
    return Dataset(WORDS, X, y, NAMES, ids=ids, title=WORDS, notes=(WORDS,), left_out=(WORDS,))


def strange_run(store: RunStore) -> Run:
    """A finished run on them, one of a group of two, with a damaged edit and a choice of k that failed."""
    data = strange_data()
    config = make_config(
        keep_dataset(data, store.datasets), data, "AEKMeans", values={"n_clusters": 4, "max_epochs": 3}
    )
    run = store.create(replace(config, group=RunGroup("strange", WORDS, ""), member=f"{WORDS} 0"))
    assert train(run, store).state == "done"
    _tamper(run)
    shutil.copytree(run.folder, run.folder.with_name(f"{run.id}-1"))
    _change(Run(run.folder.with_name(f"{run.id}-1")), "config.json", member=f"{WORDS} 1")
    return run


def _tamper(run: Run) -> None:
    edits.add(run, 4, Rename(0, PICTURE))
    (run.folder / "edits" / "3.json").write_text("{")
    say_of(run, Remarks(PICTURE, (LINK, NAMES[2]), WORDS))
    _change(run, "status.json", message=WORDS, stage=WORDS, device=WORDS)
    _change(run, "metrics.json", spaces=[*run.metrics()["spaces"], f"space:{WORDS}"], regrouping=WORDS)
    board = Board("failed", error=WORDS, content=run.content).to_json()
    (run.folder / "choose_k.json").write_text(json.dumps(board))
    with (run.folder / "events.jsonl").open("a") as events:
        for event in (
            {"kind": "stage", "name": WORDS, "n_epochs": 1, "terms": {WORDS: WORDS}},
            {"kind": "progress", "stage": WORDS, "epoch": 1, "losses": {WORDS: 1.0}, "seconds": 1.0},
            {"kind": "note", "level": "warning", "text": WORDS},
        ):
            events.write(json.dumps({"time": 0.0, **event}) + "\n")
    for path in (run.folder / "snapshots").glob("*.npz"):
        with np.load(path) as arrays:
            told = dict(arrays)
        np.savez(path, **{**told, "stage": np.array(WORDS)})


def _change(run: Run, name: str, **values: Any) -> None:
    path = run.folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
