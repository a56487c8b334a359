"""Choosing a setting: the sweep form, the ranking with its table, what revealed labels say, and what moved between two runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config, over_seeds
from deepclust.engine.judging.ranking import rank_group
from deepclust.engine.training.sweep import sweep
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from pages.visit.say import plain
from tests.pages.choose.test_choose import button, figures, words
from tests.pages.conftest import blobs
from tests.pages.explore.test_explore import reveal


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runs folder with k-means for 2, 3 and 7 clusters with two seeds each, finished."""
    store, data = RunStore(tmp_path_factory.mktemp("sweep")), blobs()
    config = make_config(keep_dataset(data, store.datasets), data, "KMeans", values={"n_clusters": 3, "n_init": 2})
    for each in sweep(config, {"n_clusters": [2, 3, 7]}, [0, 1]):
        assert train(store.create(each), store).state == "done"
    return store.root


@pytest.fixture
def group(store: RunStore, trained: Path) -> list[Run]:
    """Those runs in the folder of the app."""
    shutil.copytree(trained, store.root, dirs_exist_ok=True)
    return store.runs()[::-1]


def open_settings(app: Callable[..., AppTest], run: Run) -> AppTest:
    visitor = app("choose", run=run.id)
    visitor.segmented_control(key="choose-what").set_value("Transformations and settings").run()
    assert not visitor.exception
    return visitor


def rank(store: RunStore, group: list[Run]) -> None:
    assert group[0].config.group is not None
    assert rank_group(store, group[0].config.group.id).state == "done"


# -- the ranking ------------------------------------------------------------------------------------------------------


def test_a_run_alone_and_seeds_alone_have_no_settings(app, finished: Run, store: RunStore) -> None:
    assert [s.key for s in app("choose", run=finished.id).segmented_control] == []
    runs = [store.create(c) for c in over_seeds(finished.config, [0, 1])]
    for run in runs:
        train(run, store)
    assert [s.key for s in app("choose", run=runs[0].id).segmented_control] == []


def test_the_button_starts_a_process_beside_the_app(app, group: list[Run], monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("pages.choose.settings.start_ranking", lambda store, group_id: asked.append(group_id))
    visitor = open_settings(app, group[0])
    assert "6 finished runs of 3 settings" in words(visitor)
    button(visitor, "Rank 3 settings").click().run()
    assert not visitor.exception
    assert asked == [group[0].config.group.id]


def test_the_ranking_as_a_table_without_labels(app, store: RunStore, group: list[Run]) -> None:
    rank(store, group)
    visitor = open_settings(app, group[0])
    table = visitor.table[0].value
    assert {"**2**", "**3**", "**7**"} == set(table["Setting"])
    assert list(table["Place"]) == ["1", "2", "3"]
    assert {"Score", "Seeds agree", "Other spaces", "Others agree", "Own silhouette"} <= set(table.columns)
    assert list(table["Runs"]) == ["2", "2", "2"]
    assert "ACC" not in table.columns
    assert "Spearman" not in " ".join(i.value for i in visitor.info)
    assert "is first" in words(visitor) or "No clear winner" in words(visitor)
    assert button(visitor, "Rank again")


def test_revealed_labels_say_how_well_it_was_foretold(app, store: RunStore, group: list[Run]) -> None:
    rank(store, group)
    visitor = open_settings(app, group[0])
    reveal(visitor)
    assert "ACC" in visitor.table[0].value.columns
    assert "Spearman's correlation with ACC over the 3 settings: this order" in visitor.info[0].value


def test_use_this_one_shows_a_typical_run_on_explore(app, store: RunStore, group: list[Run]) -> None:
    rank(store, group)
    visitor = open_settings(app, group[0])
    next(s for s in visitor.selectbox if s.label == "Setting").set_value("7").run()
    button(visitor, "Use 7").click().run()
    assert not visitor.exception
    shown = visitor.session_state["run_id"]
    assert shown in [r.id for r in group if r.config.part == "7"]
    assert visitor.select_slider[0].label == "Clusters k"


def test_runs_that_ended_later_are_said_to_be_missing(app, store: RunStore, group: list[Run]) -> None:
    result = group[5].folder / "result.npz"
    kept = result.read_bytes()
    result.unlink()
    rank(store, group)
    result.write_bytes(kept)
    visitor = open_settings(app, group[0])
    assert "Made from 5 runs; 6 have ended by now." in words(visitor)


def test_before_two_settings_have_a_result_it_waits(app, store: RunStore, group: list[Run]) -> None:
    for run in group[1:]:
        (run.folder / "result.npz").unlink()
    visitor = open_settings(app, group[0])
    assert "A ranking needs results of two settings" in visitor.info[0].value


def test_what_moved_between_two_runs_is_seen(app, group: list[Run]) -> None:
    visitor = open_settings(app, group[0])
    first, second = (next(s for s in visitor.selectbox if s.label == label) for label in ("From", "To"))
    first.set_value(group[1].id)
    second.set_value(group[2].id).run()
    assert not visitor.exception
    assert "samples** are in another cluster" in words(visitor) or "of 120** samples" in words(visitor)
    assert sum(h.proto.body.count("→") for h in visitor.get("html")) >= 1
    (sankey,) = figures(visitor)
    assert {a["text"] for a in sankey["layout"]["annotations"]} == {"<b>3, seed 0</b>", "<b>7, seed 0</b>"}
    next(s for s in visitor.selectbox if s.label == "To").set_value(group[1].id).run()
    assert "Pick two different runs." in words(visitor)


def test_train_leads_to_the_ranking(app, group: list[Run]) -> None:
    visitor = app("train", run=group[0].id)
    visitor.button(key="to-ranking").click().run()
    assert not visitor.exception
    assert button(visitor, "Rank 3 settings")


# -- the form ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def form(app: Callable[..., AppTest]) -> AppTest:
    visitor = app("train")
    visitor.button(key="choose-KMeans").click().run()
    visitor.session_state["sweep-box"] = True
    visitor.run()
    assert not visitor.exception
    return visitor


def test_values_and_seeds_become_a_group_of_runs(form: AppTest, store: RunStore) -> None:
    assert form.button(key="sweep-start").disabled
    form.multiselect(key="sweep-names-KMeans").set_value(["n_init", "scaling"]).run()
    form.text_input(key="sweep-values-KMeans-n_init").set_value("1, 2,2").run()
    form.button_group(key="sweep-values-KMeans-scaling").set_value(["range"]).run()
    form.button_group(key="sweep-seeds").set_value([0, 4]).run()
    assert any("2 × 1 × 2 seeds · about" in c.value and "on this machine (cpu)" in c.value for c in form.caption)
    assert form.button(key="sweep-start").label == "Start 4 runs"
    form.button(key="sweep-start").click().run()
    assert not form.exception
    started = [r.config for r in store.runs()[::-1]]
    assert [(c.seed, c.part) for c in started] == [(0, "1"), (0, "2"), (4, "1"), (4, "2")]
    assert {c.params["scaling"] for c in started} == {"range"}
    assert len({c.group.id for c in started}) == 1
    assert any(s.value == "Settings side by side" for s in form.subheader)


def test_a_value_that_is_not_allowed_is_refused(form: AppTest, store: RunStore) -> None:
    form.multiselect(key="sweep-names-KMeans").set_value(["n_init"]).run()
    form.text_input(key="sweep-values-KMeans-n_init").set_value("1, x").run()
    assert "n_init='x' is not allowed" in form.error[0].value
    assert form.button(key="sweep-start").disabled


def test_transformations_are_what_varies_first(app: Callable[..., AppTest], monkeypatch) -> None:
    monkeypatch.setenv("DEEPCLUST_SCHEDULER", "tcp://10.0.0.1:8786")
    visitor = app("train")
    visitor.button(key="choose-LALNet").click().run()
    visitor.session_state["sweep-box"] = True
    visitor.run()
    assert visitor.multiselect(key="sweep-names-LALNet").value == ["transforms"]
    assert visitor.multiselect(key="sweep-values-LALNet-transforms").value == ["D4", "D2", "rotations"]
    assert visitor.button(key="sweep-start").label == "Start 9 runs"
    assert any(f"on the Dask cluster at {plain('tcp://10.0.0.1:8786')}" in c.value for c in visitor.caption)
    visitor.multiselect(key="sweep-values-LALNet-transforms").set_value(["T1+nonsense"]).run()
    assert "nonsense" in visitor.error[0].value
