"""The page Runs: the table of all runs, found, grouped, named, deleted and brought back."""

from __future__ import annotations

from deepclust.runs.remarks import remarks_of
from tests.pages.explore.test_explore import reveal


def table(visitor):
    return visitor.dataframe[-1].value


def pick(visitor, *places):
    visitor.session_state[visitor.dataframe[-1].key] = {"selection": {"rows": list(places), "columns": [], "cells": []}}
    return visitor.run()


def button(visitor, key):
    return next(b for b in visitor.button if b.key == key)


def test_without_runs_the_page_says_what_will_be_here(app, store):
    visitor = app("compare")
    assert visitor.header[0].value == "All runs will be here"


def test_the_table_has_all_runs_and_scores_once_they_are_revealed(app, three):
    visitor = app("compare", run=three[0].id)
    assert sorted(table(visitor)["Seed"]) == [0, 1, 2]
    assert list(table(visitor)["Differs from preset"]) == ["Starts 2"] * 3
    assert "ACC" not in table(visitor).columns
    reveal(visitor)
    assert list(table(visitor)["ACC"]) == [three[0].metrics()["acc"]] * 3


def test_what_is_looked_for_stands_in_the_address(app, three):
    visitor = app("compare", find="seed=2", only="method=KMeans")
    assert list(table(visitor)["Seed"]) == [2]
    (search,) = [t for t in visitor.text_input if t.label == "Find"]
    assert search.value == "seed=2"
    search.set_value("seed=1").run()
    assert list(table(visitor)["Seed"]) == [1]
    assert "seed=1" in visitor.query_params["find"]


def test_the_order_stands_in_the_address(app, three):
    visitor = app("compare", sort="Seed")
    assert list(table(visitor)["Seed"]) == [0, 1, 2]
    (order,) = [s for s in visitor.selectbox if s.label == "Sort by"]
    assert "Seed" in visitor.query_params["sort"]
    order.set_value("Newest").run()
    assert "sort" not in visitor.query_params, "the first one needs no word"


def test_groups_have_means_and_open(app, three):
    visitor = app("compare", by="Data")
    assert list(visitor.dataframe[0].value["Runs"]) == [3]
    assert len(table(visitor)) == 3


def test_a_run_is_named_tagged_and_found_by_its_name(app, three):
    visitor = pick(app("compare", find="seed=1"), 0)
    next(t for t in visitor.text_input if t.label == "Name").set_value("the odd one")
    visitor.text_area[0].set_value("look at D")
    button(visitor, next(b.key for b in visitor.button if b.label == "Save")).click().run()
    assert not visitor.exception
    assert remarks_of(three[1]).name == "the odd one"
    assert list(table(visitor)["Name"]) == ["the odd one"]
    assert any("the odd one" in option for option in visitor.selectbox[0].options)


def test_many_are_deleted_at_once_and_brought_back(app, three, store):
    visitor = pick(app("compare"), 0, 1)
    button(visitor, "runs-delete").click().run()
    assert len(store.runs()) == 1
    assert len(table(visitor)) == 1
    button(visitor, "runs-undo").click().run()
    assert len(store.runs()) == 3
    assert len(table(visitor)) == 3


def test_what_was_deleted_goes_for_good_when_it_is_asked_for(app, three, store):
    visitor = pick(app("compare"), 0)
    button(visitor, "runs-delete").click().run()
    button(visitor, "runs-for-good").click().run()
    assert store.aside() == []
    assert len(store.runs()) == 2
    assert "runs-undo" not in [b.key for b in visitor.button]
