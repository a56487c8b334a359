"""Two runs on one map: places in both, what changed its cluster, and why; and several runs side by side."""

from __future__ import annotations

import numpy as np

from deepclust.engine.judging.pairing import Pair
from deepclust.metrics.matching import align_labels
from tests.figures.test_webmap import unpacked
from tests.pages.explore.test_explore import reveal

TWO, SIDE = "Two on one map", "Side by side"


def said(visitor, beginning):
    """The messages to the maps whose keys begin so, by part; the last map's where there are several."""
    messages = {}
    for element in visitor.get("bidi_component"):
        if element.proto.component_name == "deepclust_wire":
            header, arrays = unpacked(element.proto.bytes)
            if header["map"].startswith(beginning):
                messages[header["part"]] = (header, arrays)
    return messages


def options(visitor, label):
    return next(s for s in visitor.selectbox if s.label == label).options


def test_the_points_have_a_place_in_both_runs_and_what_changed_is_lit(app, finished, split):
    visitor = app("compare", run=finished.id, pair=split.id, runs=TWO)
    message = said(visitor, "pair-")
    assert [step["text"] for step in message["reel"][0]["facts"]["steps"]] == ["KMeans, k = 3", "KMeans, k = 4"]
    pair = Pair.of(finished.result().labels, split.result().labels)
    ids = message["frame"][1].get("ids", np.arange(120))
    before, after = message["groups"][1]["codes"].reshape(2, 120)
    assert ((before > 0) == pair.changed[ids]).all(), "only what changed has a colour"
    assert (after[before > 0] == pair.after[ids][before > 0] + 1).all()
    assert message["paint"][0]["facts"]["none"] == "Same cluster"
    assert (np.diff((before > 0).astype(int)) >= 0).all(), "what is lit is drawn last"
    assert any(f"**{pair.changed.sum()} of 120**" in block.value for block in visitor.markdown)
    settings = visitor.table[-1].value
    assert settings.loc[settings.iloc[:, 0] == "Clusters"].iloc[0, 1:].tolist() == ["3", "4"]


def test_a_run_is_held_against_itself_at_another_k_and_against_its_classes_once_revealed(app, finished):
    visitor = app("compare", run=finished.id, runs=TWO, pair="k=2")
    assert said(visitor, "pair-")["reel"][0]["facts"]["steps"][1]["text"] == "KMeans, k = 2"
    assert "The classes" not in options(visitor, "Hold the run against")
    reveal(visitor)
    next(s for s in visitor.selectbox if s.label == "Hold the run against").set_value("The classes").run()
    message = said(visitor, "pair-")
    assert message["reel"][0]["facts"]["steps"][1]["text"] == "The classes"
    assert "classes" in visitor.query_params["pair"]
    places = message["reel"][1]["xy"].reshape(2, -1)
    assert (places[0] == places[1]).all(), "it is the same map"


def test_an_address_of_a_run_that_is_gone_shows_another(app, finished, split):
    visitor = app("compare", run=finished.id, pair="20200101-000000-gone-0000", runs=TWO)
    assert said(visitor, "pair-")["reel"][0]["facts"]["steps"][1]["text"] == "KMeans, k = 4"


def test_runs_side_by_side_share_a_selection_and_show_how_far_the_others_agree(app, three, split):
    visitor = app("compare", run=three[0].id, runs=SIDE, side=f"{three[1].id},{split.id}")
    maps = [said(visitor, f"beside-{run.id}") for run in (three[0], three[1], split)]
    assert all("paint" in message for message in maps)
    colours = align_labels(three[0].result().labels, split.result().labels) + 1
    assert (said(visitor, f"beside-{split.id}")["paint"][1]["codes"] == colours).all()
    assert said(visitor, f"beside-{split.id}")["paint"][0]["facts"]["by"] == "KMeans, k = 4", "as the card calls it"
    table = visitor.table[0].value
    assert table.iloc[:, 0].tolist() == ["1: KMeans, k = 3, seed 0", "2: KMeans, k = 3, seed 1", "3: KMeans, k = 4"]
    assert table["2"].tolist()[:2] == ["1.00", "1.00"]
    next(g for g in visitor.get("button_group") if g.label == "Colour").set_value("Agreement with the others").run()
    assert said(visitor, f"beside-{split.id}")["paint"][0]["facts"]["kind"] == "values"


def test_two_runs_are_too_few_to_stand_side_by_side(app, finished, split):
    visitor = app("compare", run=finished.id, runs=SIDE, side=split.id)
    assert any("two more" in block.value for block in visitor.info)
