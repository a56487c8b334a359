"""What tells two groups apart, and selections that are saved under names: on the page, in the address, and in the table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from deepclust.exports.table import write_table
from deepclust.exports.view import view_of
from deepclust.runs import Run
from deepclust.runs.selections import save_selection, selections_of
from pages.gallery.edits import APART
from tests.pages.explore.test_explore import address, figure


def effects(visitor: AppTest) -> tuple[list[str], list[float]]:
    (bars,) = figure(visitor)["data"]
    return bars["y"], bars["x"]


def side(visitor: AppTest, label: str):
    return next(box for box in visitor.selectbox if box.label == label)


def words(visitor: AppTest) -> str:
    return "\n".join(h.proto.body for h in visitor.get("html"))


def test_two_clusters_differ_in_the_features_that_were_drawn_so(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, view=APART, apart="A|C")
    assert [side(visitor, label).value for label in ("What tells", "apart from")] == ["A", "C"]
    features, values = effects(visitor)
    assert features[-1] in ("width", "&lt;height&gt;")
    assert abs(values[-1]) > 3
    assert "in Cluster A" in words(visitor)
    side(visitor, "apart from").set_value("all others").run()
    assert not visitor.exception
    assert address(visitor)["apart"] == "A|all others"


def test_a_side_that_is_none_is_not_taken(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, view=APART, apart="ZZ|#gone")
    assert [side(visitor, label).value for label in ("What tells", "apart from")] == ["A", "B"]
    side(visitor, "apart from").set_value("A").run()
    assert "the same samples" in " ".join(c.value for c in visitor.caption)


def test_a_saved_selection_is_in_the_address_and_a_side(app: Callable[..., AppTest], finished: Run) -> None:
    save_selection(finished, "odd", np.arange(1, 120, 2))
    visitor = app("explore", run=finished.id, selection="odd")
    assert side(visitor, "Saved selections").value == "odd"
    assert address(visitor)["selection"] == "odd"
    next(b for b in visitor.button if b.label == "Delete").click().run()
    assert not visitor.exception
    assert selections_of(finished) == {}
    assert "selection" not in address(visitor)
    next(b for b in visitor.button if b.key == "undo-saved").click().run()
    side(visitor, "Saved selections").set_value("odd").run()
    assert address(visitor)["selection"] == "odd"
    assert len(visitor.session_state["selection"][1]) == 60
    visitor = app("explore", run=finished.id, view=APART, apart="#odd|all others")
    assert side(visitor, "What tells").value == "#odd"
    assert not visitor.exception


def test_a_saved_selection_is_a_column_of_the_table(finished: Run) -> None:
    def rows() -> list[dict[str, str]]:
        target = io.BytesIO()
        write_table(view_of(finished, None), target)
        return list(csv.DictReader(io.StringIO(target.getvalue().decode())))

    assert "selections" not in rows()[0]
    save_selection(finished, "=odd", np.array([1, 3]))
    save_selection(finished, "first", np.array([0, 1]))
    assert [row["selections"] for row in rows()[:4]] == ["first", "'=odd; first", "", "'=odd"]


def test_pictures_show_their_difference(app: Callable[..., AppTest], store, monkeypatch) -> None:
    from deepclust.data.dataset import Dataset
    from deepclust.data.own import keep_dataset
    from deepclust.engine.asking.ask import make_config
    from deepclust.engine.training.train import train

    X = np.random.default_rng(0).random((40, 8, 8)).astype(np.float32) * 0.1
    X[:20, :4], X[20:, 4:] = 0.9, 0.9
    data = Dataset("halves", X, kind="image")
    ref = keep_dataset(data, store.datasets)
    run = store.create(make_config(ref, data, "KMeans", values={"n_clusters": 2, "n_init": 1}))
    assert train(run, store).state == "done"
    visitor = app("explore", run=run.id, view=APART)
    assert "Mean of Cluster A" in words(visitor)
    assert "Difference" in words(visitor)
    assert "standard deviations" in " ".join(c.value for c in visitor.caption)
    assert json.dumps(address(visitor))
