"""Ladder and grid on the Train page: what is asked, what is started, and how the runs of both are shown together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.disk import write_json
from deepclust.engine.asking.ask import grid, ladder, make_config, over_seeds, variants
from deepclust.engine.estimating import trials
from deepclust.engine.estimating.trial import Trial
from deepclust.engine.judging.league import league, measured_sentence, read_cells
from deepclust.engine.training.train import train
from deepclust.events import Progress
from deepclust.methods import METHODS
from deepclust.owner import this_process
from deepclust.runs import Run, RunStore
from pages.experiments.group_tables import _sources
from tests.pages.conftest import blobs

RUNGS = {"bare": {"n_init": 1}, "whole": {}}
MEASURING = trials.TrialReport("running", doing="measuring")
MEASURED = Trial(60.0, 4.0, 640 * 2**20, 412_345, 1.23e9, "cpu", None, 5.0)


@pytest.fixture(autouse=True)
def rungs(monkeypatch: pytest.MonkeyPatch) -> None:
    """k-means, which is quick, with a ladder and a grid."""
    monkeypatch.setattr(METHODS["KMeans"], "ladder", RUNGS)
    monkeypatch.setattr(METHODS["KMeans"], "sensitivity", {"n_init": (1, 2), "n_clusters": (2, 3)})


@pytest.fixture
def form(app: Callable[..., AppTest]) -> AppTest:
    visitor = app("train")
    visitor.button(key="choose-KMeans").click().run()
    assert not visitor.exception
    return visitor


@pytest.fixture
def made(store: RunStore) -> Callable[..., list[Run]]:
    """Runs of a group of k-means on `blobs`, not started: ``made(ladder, [0, 1])``."""

    def make(how: Callable[..., Any], *arguments: Any) -> list[Run]:
        data = blobs()
        ref = keep_dataset(data, store.datasets)
        config = make_config(ref, data, "KMeans", values={"n_clusters": 3, "n_init": 2})
        return [store.create(c) for c in how(config, *arguments)]

    return make


def words_of(visitor: AppTest) -> str:
    """All but what the cards say of papers and of the league."""
    shown = "\n".join(part.value for part in [*visitor.markdown, *visitor.caption, *visitor.subheader])
    rows = league(read_cells())
    for name, method in METHODS.items():
        for figures in filter(None, (method.headline, measured_sentence(name, rows))):
            shown = shown.replace(figures, "")
    return shown


def charts(visitor: AppTest, key: str) -> list[Any]:
    return [c.proto for c in visitor.get("echarts_chart") if key in c.proto.id]


# -- before training --------------------------------------------------------------------------------------------------


def test_only_methods_that_bring_a_ladder_show_one(form: AppTest) -> None:
    assert {"Ablation ladder", "Sensitivity"} <= {s.value for s in form.subheader}
    assert "**whole**: all parts together" in words_of(form)
    form.button(key="choose-AEKMeans").click().run()
    assert not {"Ablation ladder", "Sensitivity"} & {s.value for s in form.subheader}


def test_one_click_starts_every_rung_with_every_seed(form: AppTest, store: RunStore) -> None:
    form.button_group(key="ladder-seeds").set_value([0, 2]).run()
    assert any("for all, one after the other" in c.value for c in form.caption)
    form.button(key="ladder-start").click().run()
    assert not form.exception
    started = store.runs()[::-1]
    assert [(r.config.part, r.config.seed) for r in started] == [("bare", 0), ("whole", 0), ("bare", 2), ("whole", 2)]
    assert len({r.config.group.id for r in started}) == 1
    assert any(s.value == "Ablation ladder side by side" for s in form.subheader)


def test_one_click_starts_a_grid_of_what_is_picked(form: AppTest, store: RunStore) -> None:
    form.button_group(key="sensitivity-n_init").set_value([2]).run()
    assert form.button(key="sensitivity-start").label == "Start 2 runs"
    form.button(key="sensitivity-start").click().run()
    assert not form.exception
    assert [r.config.part for r in store.runs()[::-1]] == ["n_init 2, n_clusters 2", "n_init 2, n_clusters 3"]


def test_nothing_picked_starts_nothing(form: AppTest, store: RunStore) -> None:
    form.button_group(key="ladder-seeds").set_value([]).run()
    assert form.button(key="ladder-start").disabled
    assert store.runs() == []


def test_ten_seeds_are_one_click_away_with_their_time(form: AppTest, store: RunStore) -> None:
    form.number_input[0].set_value(5).run()
    assert any("10 seeds: " in c.value for c in form.caption)
    form.button(key="train-seeds").click().run()
    assert not form.exception
    started = store.runs()[::-1]
    assert [r.config.seed for r in started] == list(range(5, 15))
    assert {r.config.group.words for r in started} == {"Seeds"}
    assert form.table[0].value["Finished"][0] == "0 of 10"


# -- side by side -----------------------------------------------------------------------------------------------------


def test_a_ladder_is_a_table_and_maps_of_the_raw_data_and_of_one_seed(
    app: Callable[..., AppTest], store: RunStore, made: Callable[..., list[Run]]
) -> None:
    runs = made(ladder, [0, 1])
    for run in runs[:3]:
        assert train(run, store).state == "done"
    runs[3].set_status(state="failed", message="It cannot be.")
    visitor = app("train", run=runs[0].id)
    table = visitor.table[0].value
    assert list(table["Run"]) == ["bare", "whole"]
    assert list(table["Finished"]) == ["2 of 2", "1 of 2"]
    assert "±" in table["Silhouette"][0]
    assert "ACC" not in table.columns
    assert "ACC" not in words_of(visitor)
    shown = words_of(visitor)
    assert "**Raw data**" in shown
    assert len(charts(visitor, f"multiple-{runs[1].id}")) == 1
    assert charts(visitor, f"multiple-{runs[2].id}") == [], "that is the other seed"
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception
    assert {"ACC", "NMI"} <= set(visitor.table[0].value.columns)
    assert "Published ACC" not in visitor.table[0].value.columns


def test_seeds_of_one_member_are_told_apart_by_their_seeds(
    app: Callable[..., AppTest], store: RunStore, made: Callable[..., list[Run]]
) -> None:
    runs = made(over_seeds, [0, 1])
    for run in runs:
        train(run, store)
    visitor = app("train", run=runs[0].id)
    assert {"**KMeans, seed 0**", "**KMeans, seed 1**"} <= {m.value for m in visitor.markdown}
    assert list(visitor.table[0].value["Run"]) == ["KMeans"]


def test_a_grid_fills_in_while_its_runs_end(
    app: Callable[..., AppTest], store: RunStore, made: Callable[..., list[Run]]
) -> None:
    runs = made(grid)
    train(runs[0], store)
    runs[1].set_status(**this_process(), state="running", fraction=0.4)
    visitor = app("train", run=runs[0].id)
    (chart,) = charts(visitor, "grid-")
    scores, waiting = json.loads(chart.spec)["series"]
    assert len(scores["data"]) == 1
    assert sorted(d["name"] for d in waiting["data"]) == ["40%", "queued", "queued"]
    assert "1 of 4 runs have ended" in words_of(visitor)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert len(charts(visitor, "grid-")) == 3
    next(s for s in visitor.selectbox if s.label == "Look at").set_value(runs[2].id).run()
    assert not visitor.exception
    assert visitor.query_params["run"] in (runs[2].id, [runs[2].id])


def test_validation_loss_stands_against_acc_once_the_labels_are_revealed(
    app: Callable[..., AppTest], store: RunStore, made: Callable[..., list[Run]]
) -> None:
    runs = made(over_seeds, [0, 1, 2])
    for run, loss, acc in zip(runs, (0.1, 0.2, 0.4), (0.9, 0.8, 0.6), strict=True):
        train(run, store)
        run.record(Progress("Spectral map", 1, {"validation": 9.0}, 0.1))
        run.record(Progress("Spectral map", 2, {"validation": loss}, 0.1))
        write_json(run.folder / "metrics.json", run.metrics() | {"acc": acc})
    visitor = app("train", run=runs[0].id)
    assert "Validation loss" not in words_of(visitor)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception
    assert "Correlation -1.00 over 3 runs" in words_of(visitor)


def test_without_validation_there_is_no_such_plot(
    app: Callable[..., AppTest], store: RunStore, made: Callable[..., list[Run]]
) -> None:
    runs = made(over_seeds, [0, 1, 2])
    for run in runs:
        train(run, store)
    visitor = app("train", run=runs[0].id)
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert "Validation loss" not in words_of(visitor)
    assert "±" in visitor.table[0].value["ACC"][0]


def test_runs_of_a_bench_have_a_table_too(
    app: Callable[..., AppTest], store: RunStore, made: Callable[..., list[Run]]
) -> None:
    runs = made(variants, "n_init", [1, 2], "Starts")
    for run in runs:
        train(run, store)
    visitor = app("train", run=runs[0].id)
    assert list(visitor.table[0].value["Run"]) == ["1", "2"]
    assert "One run each, with seed 0." in words_of(visitor)


@pytest.mark.parametrize(
    ("method", "name", "said", "not_said"),
    [("DDLS", "mnist", "Tzoreff et al., 2018", "Yang"), ("DSCDAN", "usps", "Yang et al., CVPR 2019", "Tzoreff")],
)
def test_the_sources_of_the_published_rungs_are_named(
    store: RunStore, made: Callable[..., list[Run]], method: str, name: str, said: str, not_said: str
) -> None:
    run = made(over_seeds, [0])[0]
    config = replace(run.config, method=method, dataset={"name": name})
    told = " ".join(_sources([store.create(replace(config, member=rung)) for rung in METHODS[method].ladder]))
    assert said in told
    assert not_said not in told
    assert "Published" in told


# -- the estimate -----------------------------------------------------------------------------------------------------


def test_the_rule_is_shown_first_and_what_was_measured_takes_its_place(
    app: Callable[..., AppTest], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setenv("DEEPCLUST_HELPERS", "1")
    monkeypatch.setattr("pages.visit.cached._start_helpers", lambda: None)
    monkeypatch.setattr("pages.train.estimate.ask_for_trial", lambda config, root: asked.append(config) or MEASURING)
    visitor = app("train")
    line = next(c.value for c in visitor.caption if "on this CPU" in c.value)
    assert "rule of thumb; a few batches are being timed" in line
    assert "parameters" not in line
    (store.root / "trials").mkdir()
    write_json(store.root / "trials" / f"{trials.key_of(asked[-1])}.json", MEASURED.to_json())
    visitor.run()
    line = next(c.value for c in visitor.caption if "on this CPU" in c.value)
    assert line.startswith("**Up to about 70 s on this CPU** · 412,000 parameters · 1.2 GFLOP per batch · 640 MB")
    assert "measured on a few batches" in line
    n_asked = len(asked)
    visitor.run()
    assert len(asked) == n_asked, "it asks no more once it knows"


def test_nothing_is_timed_where_the_form_is_folded_away(
    app: Callable[..., AppTest], finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPCLUST_HELPERS", "1")
    monkeypatch.setattr("pages.visit.cached._start_helpers", lambda: None)
    monkeypatch.setattr("pages.train.estimate.ask_for_trial", lambda config, root: pytest.fail("it was asked for"))
    visitor = app("train", run=finished.id)
    assert any("rule of thumb" in c.value for c in visitor.caption)


def test_what_does_not_fit_is_said_with_the_way_out(
    app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = app("train")
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 2**20})())
    visitor.run()
    assert visitor.warning[0].value.startswith("This may not fit into memory: it takes about ")
    assert "Pictures of 4 × 4 instead of 8 × 8" in visitor.warning[0].value
