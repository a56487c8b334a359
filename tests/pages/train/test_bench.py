"""The Transformations bench: what is picked is seen, one run is started per set, and they are shown side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config, variants
from deepclust.engine.judging.league import league, measured_sentence, read_cells
from deepclust.engine.training.train import train
from deepclust.events import Progress, Snapshot, Stage
from deepclust.methods import METHODS
from deepclust.owner import this_process
from deepclust.runs import Run, RunStore
from tests.conftest import TINY
from tests.pages.conftest import blobs

SETS = ["signs-8", "permute-8", "T1+signs-3"]


@pytest.fixture
def group(store: RunStore) -> list[Run]:
    """Three LALNet runs on `blobs`, with a set of transformations each; none has been started."""
    data = blobs()
    ref = keep_dataset(data, store.datasets)
    config = make_config(ref, data, "LALNet", values={"n_clusters": 3, **TINY["LALNet"]}, seed=4)
    return [store.create(c) for c in variants(config, "transforms", SETS, "Transformations")]


@pytest.fixture
def bench(app: Callable[..., AppTest]) -> AppTest:
    """The Train page with LALNet chosen for the digits."""
    visitor = app("train")
    visitor.button(key="choose-LALNet").click().run()
    assert not visitor.exception
    return visitor


def html_of(visitor: AppTest) -> str:
    return "".join(part.proto.body for part in visitor.get("html"))


def words_of(visitor: AppTest) -> str:
    """All but what the cards say of papers and of the league."""
    shown = "\n".join(part.value for part in [*visitor.markdown, *visitor.caption, *visitor.subheader])
    rows = league(read_cells())
    for name, method in METHODS.items():
        for figures in filter(None, (method.headline, measured_sentence(name, rows))):
            shown = shown.replace(figures, "")
    return shown


def button(visitor: AppTest, label: str) -> Any:
    return next(b for b in visitor.button if b.label == label)


def maps_of(visitor: AppTest, run: Run) -> list[Any]:
    return [c for c in visitor.get("echarts_chart") if f"multiple-{run.id}" in c.proto.id]


# -- before training --------------------------------------------------------------------------------------------------


def test_the_bench_is_there_for_lalnet_only(bench: AppTest) -> None:
    assert any(s.value == "Transformations bench" for s in bench.subheader)
    bench.button(key="choose-KMeans").click().run()
    assert not any(s.value == "Transformations bench" for s in bench.subheader)


def test_every_picked_set_is_seen_under_the_names_of_its_transformations(bench: AppTest) -> None:
    bench.multiselect(key="bench-sets-picture").set_value(["D4", "scale-8"]).run()
    shown = html_of(bench)
    assert shown.count("<img ") == 3, "that of the form, and two of the bench"
    for name in ("T1", "T8", "scale-<wbr>0.5", "scale-<wbr>1.7"):
        assert f"<b>{name}</b>" in shown
    assert "6 samples, one a row, under each transformation of D4" in shown


def test_one_click_starts_a_run_for_each_set_and_shows_them(bench: AppTest, store: RunStore) -> None:
    next(n for n in bench.number_input if n.label == "Seed").set_value(3).run()
    next(n for n in bench.number_input if n.label == "Epochs").set_value(2).run()
    bench.multiselect(key="bench-sets-picture").set_value(["quarter-turn", "D4"]).run()
    assert any("for all" in c.value and "seed 3" in c.value for c in bench.caption)
    button(bench, "Start 2 runs").click().run()
    assert not bench.exception
    second, first = store.runs()
    assert [r.config.params["transforms"] for r in (first, second)] == ["quarter-turn", "D4"]
    assert {(r.config.seed, r.config.params["max_epochs"], r.config.preset) for r in (first, second)} == {
        (3, 2, "quick")
    }
    assert first.config.group == second.config.group
    assert bench.query_params["run"] in (first.id, [first.id])
    assert any(s.value == "Transformations side by side" for s in bench.subheader)
    assert words_of(bench).count(":grey-badge[queued]") == 2


def test_own_combinations_join_the_sets_once_and_by_their_name(bench: AppTest) -> None:
    for parts in (["invert", "T3"], ["T3"], ["T3", "invert"]):
        bench.multiselect(key="bench-own-picture").set_value(parts).run()
        bench.button(key="bench-add").click().run()
        assert not bench.exception
    picked = bench.multiselect(key="bench-sets-picture")
    assert picked.value == ["D4", "half-turn", "translate-8", "T1+T3+invert"]
    assert bench.multiselect(key="bench-own-picture").value == []
    assert "<b>invert</b>" in html_of(bench)


def test_picks_are_kept_from_page_to_page(bench: AppTest) -> None:
    bench.multiselect(key="bench-own-picture").set_value(["invert"]).run()
    bench.button(key="bench-add").click().run()
    bench.multiselect(key="bench-sets-picture").set_value(["T1+invert"]).run()
    bench.switch_page("pages/data/page.py").run()
    bench.switch_page("pages/train/page.py").run()
    assert bench.multiselect(key="bench-sets-picture").value == ["T1+invert"]


def test_nothing_picked_starts_nothing(bench: AppTest, store: RunStore) -> None:
    bench.multiselect(key="bench-sets-picture").set_value([]).run()
    assert bench.button(key="bench-start").disabled
    assert any("Pick at least one set" in c.value for c in bench.caption)
    assert store.runs() == []


def test_sets_and_transformations_are_joined_in_the_form_and_seen(bench: AppTest, store: RunStore) -> None:
    def control() -> Any:
        return next(m for m in bench.multiselect if m.label == "Transformations")

    assert control().value == []
    assert "under each transformation: T1, T2, T3, T4, T5, T6, T7, T8" in html_of(bench), "auto"
    control().set_value(["half-turn", "invert"]).run()
    assert not bench.exception
    assert "under each transformation: T1, T3, invert" in html_of(bench)
    control().set_value(["T2", "T4", "T3"]).run()
    button(bench, "Train").click().run()
    (run,) = store.runs()
    assert run.config.params["transforms"] == "rotations"


def test_vectors_have_their_own_sets_and_are_shown_as_bars(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app()
    visitor.session_state["dataset"] = keep_dataset(blobs(), store.datasets)
    visitor.switch_page("pages/train/page.py").run()
    visitor.button(key="choose-LALNet").click().run()
    assert visitor.multiselect(key="bench-sets-vector").value == ["signs-8", "permute-8"]
    assert not any("D4" in option for option in visitor.multiselect(key="bench-sets-vector").options)
    assert html_of(visitor).count("<img ") == 3, "that of the form, and two of the bench"
    assert any("Each bar is a feature" in c.value for c in visitor.caption)


# -- side by side -----------------------------------------------------------------------------------------------------


def test_runs_that_learn_and_wait_show_how_far_they_are(app: Callable[..., AppTest], group: list[Run]) -> None:
    _half_way(group[0])
    visitor = app("train", run=group[1].id)  # as after a reload, looking at another of them
    assert re.search(r"signs-8.*permute-8.*T1\+signs-3", words_of(visitor), re.DOTALL)
    assert len(maps_of(visitor, group[0])) == 1
    assert maps_of(visitor, group[1]) == []
    assert any(b.label == "Details" and not b.disabled for b in visitor.button)
    visitor.button(key="group-stop").click().run()
    assert [run.command() for run in group] == ["stop"] * 3


def test_details_changes_the_run_that_is_looked_at(app: Callable[..., AppTest], group: list[Run]) -> None:
    visitor = app("train", run=group[0].id)
    visitor.button(key=f"details-{group[2].id}").click().run()
    assert visitor.query_params["run"] in (group[2].id, [group[2].id])
    assert any(s.value == "T1+signs-3 in detail" for s in visitor.subheader)
    assert visitor.button(key=f"details-{group[2].id}").disabled


def test_finished_runs_show_their_maps_and_scores_only_after_the_labels_were_revealed(
    app: Callable[..., AppTest], store: RunStore, group: list[Run]
) -> None:
    assert {train(run, store).state for run in group[:2]} == {"done"}
    visitor = app("train", run=group[0].id)
    assert all(len(maps_of(visitor, run)) == 1 for run in group[:2])
    assert "PCA meanwhile" in words_of(visitor), "t-SNE has been asked for"
    assert "ACC" not in words_of(visitor)
    assert "coloured by cluster" in maps_of(visitor, group[0])[0].proto.alt
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception
    assert words_of(visitor).count("**ACC ") == 2
    chart = maps_of(visitor, group[1])[0].proto
    assert "coloured by class" in chart.alt
    assert '"right"' in chart.spec
    visitor.button(key=f"explore-{group[1].id}").click().run()
    assert visitor.query_params["run"] in (group[1].id, [group[1].id])


def test_clusters_have_the_colours_of_the_run_that_is_looked_at(
    app: Callable[..., AppTest], store: RunStore, group: list[Run]
) -> None:
    labels = np.repeat([0, 1, 2], [60, 40, 20])
    for run, found in ((group[0], labels), (group[1], (labels + 1) % 3)):
        train(run, store)
        replace(run.result(), labels=found).save(run.folder / "result.npz")
    visitor = app("train", run=group[0].id)
    for run in group[:2]:
        series = json.loads(maps_of(visitor, run)[0].proto.spec)["series"]
        assert [len(s["data"]) for s in series[:3]] == [60, 40, 20]


def test_a_run_that_is_discarded_leaves_the_others_in_sight(app: Callable[..., AppTest], group: list[Run]) -> None:
    group[0].set_status(state="stopped")
    visitor = app("train", run=group[0].id)
    button(visitor, "Yes, delete this run").click().run()
    assert not visitor.exception
    assert not group[0].folder.exists()
    assert visitor.query_params["run"] in (group[1].id, [group[1].id])
    assert any(s.value == "Transformations side by side" for s in visitor.subheader)


def test_a_run_that_failed_says_why_beside_the_others(app: Callable[..., AppTest], group: list[Run]) -> None:
    group[1].set_status(state="failed", message="Training diverged.")
    visitor = app("train", run=group[0].id)
    assert any(c.value == "Training diverged." for c in visitor.caption)


def test_a_run_that_was_started_alone_has_no_neighbours(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("train", run=finished.id)
    assert not any("side by side" in s.value for s in visitor.subheader)


def _half_way(run: Run) -> None:
    """Leave a run in mid-training, as a worker of this very process would have."""
    data = blobs()
    run.record(Stage("Pseudo-supervision", 3, {"accuracy": "share told rightly"}))
    run.record(Snapshot("Pseudo-supervision", 1, np.arange(120), data.X, data.y), data.X[:, :2])
    run.record(Progress("Pseudo-supervision", 1, {"accuracy": 0.5}, 0.1))
    run.set_status(**this_process(), state="running", stage="Pseudo-supervision", epoch=1, n_epochs=3, fraction=0.3)
