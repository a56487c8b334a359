"""Take it with you, opening a run, the picture of a point and the honest colour, without a browser."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.exports.bundle import write_bundle
from deepclust.runs import Run, RunStore


@pytest.fixture(autouse=True)
def _plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")


def test_everything_is_offered_with_sizes_and_the_link(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, k=4)
    labels = [b.proto.label for b in visitor.get("download_button")]
    assert [label.split(" (")[0] for label in labels] == ["Table", "Folders", "Report", "Notebook", "Map", "Map", "Run"]
    assert any("with its data (" in t.label for t in visitor.toggle)
    with_data = labels[-1]
    assert f"run={finished.id}&k=4" in visitor.code[0].value
    next(t for t in visitor.toggle if "with its data" in t.label).set_value(False).run()
    assert not visitor.exception
    assert [b.proto.label for b in visitor.get("download_button")][-1] != with_data


def test_a_zip_that_is_given_is_opened_and_nonsense_is_explained(
    app: Callable[..., AppTest], finished: Run, store: RunStore
) -> None:
    target = io.BytesIO()
    write_bundle(finished, store, target)
    visitor = app("explore")
    visitor.file_uploader[0].upload("cat.zip", b"not a zip", "application/zip").run()
    assert "is not a run that DeepClust has packed" in visitor.error[0].value
    visitor = app("explore")
    visitor.file_uploader[0].upload("run.zip", target.getvalue(), "application/zip").run()
    assert not visitor.exception
    opened = [r.id for r in store.runs() if r.id != finished.id]
    assert len(opened) == 1
    assert visitor.session_state["run_id"] == opened[0]


def test_one_selected_sample_is_shown_with_neighbours_and_shares(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    visitor.session_state["selection"] = (finished.id, np.array([5]))
    visitor.run()
    assert not visitor.exception
    page = "".join(h.proto.body for h in visitor.get("html"))
    assert 'alt="Picture of sample 5"' in page
    assert "<b>Sample 5</b>" in page
    near = np.argsort(((finished.result().embedding - finished.result().embedding[5]) ** 2).sum(axis=1))[1:13]
    latent = page[page.index("Nearest in the latent space") : page.index("Nearest in the data")]
    assert [f'alt="Sample {i}"' in latent for i in near] == [True] * 12
    assert any("no probabilities" in c.value for c in visitor.caption)
    assert "class" not in page[page.index("<b>Sample 5</b>") :][:400]
    assert any("of 12 are in both rows" in c.value for c in visitor.caption)


def test_neighbours_kept_colour_the_map_and_words_say_what_it_means(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    control = next(c for c in visitor.get("button_group") if "Neighbours kept" in c.options)
    control.set_value("Neighbours kept").run()
    assert not visitor.exception
    trace = json.loads(visitor.get("plotly_chart")[0].proto.spec)["data"][0]
    assert trace["marker"]["showscale"]
    assert any("2 axes show" in c.value and "Distances are true to scale" in c.value for c in visitor.caption)
