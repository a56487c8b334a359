"""The notebook: plain nbformat 4, and every code cell runs and finds the run."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepclust.exports.notebook import write_notebook
from deepclust.exports.view import View
from deepclust.runs import Run, RunStore
from deepclust.runs.edits import Merge, add


def test_its_cells_run_and_draw_the_map(
    pictures: Run, store: RunStore, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPCLUST_RUNS", str(store.root))
    add(pictures, 3, Merge((0, 2)))
    target = io.BytesIO()
    write_notebook(view(pictures), store, target)
    book = json.loads(target.getvalue())
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    here: dict[str, Any] = {}
    for cell in book["cells"]:
        assert isinstance(cell["source"], list)
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
            exec(compile("".join(cell["source"]), "cell", "exec"), here)
    assert here["run"].id == pictures.id
    assert here["sizes"]["samples"].sum() == 90
    assert len(here["sizes"]) == 2
    figure = eval("".join(book["cells"][3]["source"]).splitlines()[-1], here)
    assert sum(len(trace.x) for trace in figure.data) == 90
    np.testing.assert_allclose(np.sort(np.concatenate([t.x for t in figure.data])), np.sort(here["found"].points[:, 0]))
