"""The Train page: the form drawn from the parameters, what it refuses, and the panel of a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from deepclust.events import Note, Progress, Snapshot, Stage
from deepclust.methods import FAMILIES, METHODS
from deepclust.owner import this_process
from deepclust.params import params_of
from deepclust.runs import Run, RunStore
from tests.pages.conftest import blobs


def labels_of(visitor: AppTest) -> set[str]:
    kinds = ("number_input", "selectbox", "toggle", "text_input", "multiselect")
    return {w.label for kind in kinds for w in visitor.get(kind)}


def button(visitor: AppTest, label: str):
    return next(b for b in visitor.button if b.label == label)


def test_every_method_has_a_card_and_a_form_with_all_its_parameters(app: Callable[..., AppTest]) -> None:
    visitor = app("train")
    for name, cls in METHODS.items():
        assert any(cls.summary in c.value for c in visitor.caption)
        choose = visitor.button(key=f"choose-{name}")
        if not choose.disabled:
            choose.click().run()
        assert not visitor.exception
        assert not cls.caution or any(cls.caution in c.value for c in visitor.caption)
        wanted = {p.label for n, p in params_of(cls).items() if n not in ("random_state", "device")}
        assert wanted <= labels_of(visitor)


def test_methods_are_found_by_family_and_by_words(app: Callable[..., AppTest]) -> None:
    visitor = app("train")
    assert all(cls.good_for and cls.family in FAMILIES for cls in METHODS.values())

    def shown() -> set[str]:
        assert not visitor.exception
        return {b.key.removeprefix("choose-") for b in visitor.button if (b.key or "").startswith("choose-")}

    assert shown() == set(METHODS)
    family = METHODS["SpectralNet"].family
    visitor.pills(key="methods-family").set_value(family).run()
    assert shown() == {name for name, cls in METHODS.items() if cls.family == family}
    assert any("Chosen" in c.value for c in visitor.caption), "the chosen one is named where its card is not in sight"
    visitor.text_input(key="methods-named").set_value("rings Learned").run()
    assert "SpectralClustering" in shown()
    assert shown() < {name for name, cls in METHODS.items() if cls.family == family}
    visitor.text_input(key="methods-named").set_value("[x](http://a.b)").run()
    assert shown() == set()


def test_train_starts_what_the_form_says(app: Callable[..., AppTest], store: RunStore) -> None:
    visitor = app("train")
    visitor.button(key="choose-KMeans").click().run()
    next(n for n in visitor.number_input if n.label == "Clusters").set_value(7).run()
    next(n for n in visitor.number_input if n.label == "Seed").set_value(3).run()
    assert any("About" in c.value and "GB" in c.value for c in visitor.caption), "time and memory before the start"
    button(visitor, "Train").click().run()
    assert not visitor.exception
    (run,) = store.runs()
    assert (run.config.method, run.config.n_clusters, run.config.seed) == ("KMeans", 7, 3)
    assert run.config.labels_seen is False
    assert visitor.query_params["run"] in (run.id, [run.id])


def test_more_clusters_than_samples_are_refused_in_words(app: Callable[..., AppTest], store: RunStore) -> None:
    from deepclust.data.own import keep_dataset

    data = blobs()
    visitor = app()
    visitor.session_state["dataset"] = keep_dataset(data, store.datasets)
    visitor.switch_page("pages/train/page.py").run()
    next(n for n in visitor.number_input if n.label == "Clusters").set_value(500).run()
    assert "120" in visitor.error[0].value
    assert button(visitor, "Train").disabled
    assert store.runs() == []


def test_a_run_that_is_training_shows_its_progress_curves_and_buttons(
    app: Callable[..., AppTest], store: RunStore
) -> None:
    run = half_way(store)
    visitor = app("train", run=run.id)
    assert [b.label for b in visitor.button if b.label in ("Pause", "Stop and keep")] == ["Pause", "Stop and keep"]
    assert len(visitor.get("echarts_chart")) == 3
    (means,) = (h.proto.body for h in visitor.get("html") if "Mean of cluster" in h.proto.body)
    assert [f"Mean of cluster {letter}" in means for letter in "ABCD"] == [True, True, True, False]
    button(visitor, "Pause").click().run()
    assert run.command() == "pause"


def test_a_lost_run_says_so_with_the_end_of_its_log(app: Callable[..., AppTest], store: RunStore) -> None:
    run = half_way(store)
    run.set_status(pid=2**22 + 1)  # above the largest process number
    (run.folder / "worker.log").write_text("out of memory\n")
    visitor = app("train", run=run.id)
    assert "lost" in visitor.error[0].value
    assert any("out of memory" in c.value for c in visitor.code)
    assert button(visitor, "Resume")


def test_a_link_to_a_run_that_is_gone_is_explained(app: Callable[..., AppTest]) -> None:
    visitor = app(run="20200101-000000-kmeans-digits-dead")
    assert "There is no run" in visitor.warning[0].value
    assert app(run="../../etc").warning[0].value.startswith("There is no run")


def half_way(store: RunStore) -> Run:
    """A run in mid-training, as this very process would have left it."""
    from deepclust.data.own import keep_dataset
    from deepclust.engine.asking.ask import make_config

    data = blobs()
    run = store.create(make_config(keep_dataset(data, store.datasets), data, "DDLS", values={"n_clusters": 3}))
    run.record(Stage("Pre-training", 5, {"reconstruction": "squared error"}))
    run.record(Snapshot("Pre-training", 1, np.arange(120), data.X, data.y), data.X[:, :2])
    run.record(Progress("Pre-training", 1, {"reconstruction": 2.0}, 0.1))
    run.record(Note("info", "a word"))
    run.set_status(**this_process(), state="running", stage="Pre-training", epoch=1, n_epochs=5, fraction=0.2)
    return run
