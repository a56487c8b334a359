"""A Jupyter notebook that loads a run with this library and draws its map, curves and pictures (plain JSON)."""

from __future__ import annotations

import json
from typing import IO, Any

from deepclust.engine.maps.run_maps import map_job
from deepclust.exports.view import View
from deepclust.projections import BEST_FIRST
from deepclust.runs import RunStore
from deepclust.spaces import LATENT


def write_notebook(view: View, store: RunStore, target: IO[bytes]) -> None:
    """Write the notebook (nbformat 4.5). Its code runs wherever deepclust is installed and the run is."""
    target.write(json.dumps(_notebook(view, store), indent=1, ensure_ascii=False).encode("utf-8", "replace"))


def _notebook(view: View, store: RunStore) -> dict[str, Any]:
    cells = [
        ("markdown", _title(view)),
        ("code", _loading(view)),
        ("code", _SIZES),
        ("code", _map(view, store)),
        ("code", _CURVES),
        ("code", _PICTURES),
    ]
    return {
        "cells": [_cell(number, kind, text) for number, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "id": f"cell-{number}",
        "cell_type": kind,
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _title(view: View) -> str:
    config = view.run.config
    return (
        f"# {config.method} on {config.dataset_title}, k = {view.k}\n\n"
        f"The run `{view.run.id}`, trained with seed {config.seed}. Needs `deepclust`; no GPU, and no training.\n\n"
        "On another computer, open the zip of the run first: `python -m deepclust import RUN.zip`."
    )


def _loading(view: View) -> str:
    return f"""import pandas as pd

from deepclust.runs import RunStore
from deepclust.runs.edits import edited

store = RunStore()  # the folder that $DEEPCLUST_RUNS names, else the usual one of this user
run = store.get({view.run.id!r})
k = {view.k}
result = run.result()
labels, names = edited(run, k)  # with what was renamed, merged or split by hand
print(run.config.method, dict(run.config.params))
result.embedding.shape"""


_SIZES = """sizes = pd.Series(labels).value_counts().sort_index().rename("samples").to_frame()
sizes.insert(0, "name", [names[c] if c >= 0 else "noise" for c in sizes.index])
sizes"""

_CURVES = """from deepclust.figures.live import loss_series

curves = {(c["stage"], c["term"]): pd.Series(c["y"], c["x"]) for c in loss_series(run.events()[0])}
pd.DataFrame(curves).rename_axis("epoch").tail()"""

_PICTURES = """from deepclust.data.references import open_dataset
from deepclust.figures.pictures import sprite
from deepclust.metrics import exemplars

data = open_dataset(run.config.dataset, store.datasets)
typical = exemplars(result.embedding, labels, 12).typical
sprite(data.shown([row for rows in typical.values() for row in rows]), columns=12)  # cluster after cluster"""


def _map(view: View, store: RunStore) -> str:
    there = [m for m in BEST_FIRST if map_job(view.run, store, LATENT, m).out.exists()]
    return f"""from deepclust.engine.maps.run_maps import map_job
from deepclust.figures.maps import scatter_map
from deepclust.projections import Projection, project
from deepclust.spaces import LATENT

path = map_job(run, store, LATENT, {(there or ["pca"])[0]!r}).out
try:
    found = Projection.load(path)
except FileNotFoundError:  # this map has not been computed there
    found = project(result.embedding, "pca")
ids = found.ids if found.ids is not None else range(len(labels))
scatter_map(found.points, pd.Index(ids).to_numpy(), labels[found.ids] if found.ids is not None else labels, names=names)"""
