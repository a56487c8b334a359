"""The League page: the table by each score, with what papers report, and the way to a method's form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.judging.league import DATA, LINE, Cell, league
from deepclust.methods import METHODS
from pages.league.table import league_table


def table_of(visitor: AppTest) -> str:
    (body,) = (h.proto.body for h in visitor.get("html") if 'class="league"' in h.proto.body)
    return body


def test_it_shows_every_data_set_and_goes_to_the_form_of_a_method(
    app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = [Cell(LINE, "quick", "USPS", 0, 0.9, 0.8, 3.0)]
    monkeypatch.setattr("deepclust.engine.judging.league.read_cells", lambda: measured)
    visitor = app("league")
    assert all(data in table_of(visitor) for data in DATA)
    visitor.segmented_control(key="league-score").set_value("cpu").run()
    assert not visitor.exception
    assert "3 s</td>" in table_of(visitor)
    visitor.selectbox(key="league-data").set_value("rings").run()
    visitor.selectbox(key="league-method").set_value("SpectralClustering").run()
    next(b for b in visitor.button if b.label == "Train it here").click().run()
    assert not visitor.exception
    assert visitor.session_state["method"] == "SpectralClustering"
    assert visitor.session_state["dataset"] == DATA["rings"]


def test_above_the_line_is_green_and_missing_is_said() -> None:
    cells = [
        Cell(LINE, "quick", "USPS", 0, 0.9, 0.8, 3.0),
        Cell("LALNet", "quick", "USPS", 0, 0.95, 0.85, 200.0),
        Cell("KMeans", "quick", "USPS", 0, 0.65, 0.6, 1.0),
        Cell("KMeans", "quick", "digits", 0, problem="over 20 CPU min"),
        Cell("KMeans", "quick", "pendigits", 0, problem="more than can be joined: all pairs are compared"),
    ]
    rows = {
        body.split("<small>")[0].rsplit(">", 1)[1]: body for body in league_table(league(cells), "acc").split("<tr")[2:]
    }
    assert list(rows) == [METHODS[name].title for name in ("LALNet", LINE, "KMeans")]
    assert "background" in rows["LALNet"]
    assert "paper 0.965" in rows["LALNet"]
    assert "measured by its authors" in rows["LALNet"]
    assert "background" not in rows["k-means"]
    assert ">over 20 CPU min<" in rows["k-means"]
    assert 'title="more than can be joined: all pairs are compared">more than can be joined<' in rows["k-means"]
    assert "the line" in rows["LocalMAP + k-means"]


def test_the_papers_tables_stand_beside_the_league(app: Callable[..., AppTest]) -> None:
    visitor = app("league")
    visitor.segmented_control(key="league-view").set_value("Papers' tables").run()
    assert not visitor.exception
    assert "GMVAE (30 clusters)<small>not in this program</small>" in table_of(visitor)
    assert "needs a GPU" in table_of(visitor)
    visitor.segmented_control(key="league-paper").set_value("DSCDAN").run()
    assert not visitor.exception
    assert "measured by its authors" in table_of(visitor)
    assert "python -m benchmarks.dscdan ladder" in table_of(visitor), "what repeats ours"
