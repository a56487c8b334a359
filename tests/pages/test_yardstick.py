"""LocalMAP + k-means beside a method and beside a run: scores only once revealed, and nothing where helpers are off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.judging.yardstick import Yardstick
from deepclust.runs import Run

JUDGED = {"n_used": 3, "sizes": [30, 40, 50], "silhouette": 0.71, "acc": 0.987, "nmi": 0.9}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The yardstick is there for every k that is asked for."""
    asked: list[int] = []

    def ask(store, ref, fingerprint, n_samples, n_clusters, may_start) -> Yardstick:
        asked.append(n_clusters)
        return Yardstick("done", judged=JUDGED, took=2.4)

    monkeypatch.setenv("DEEPCLUST_HELPERS", "1")
    monkeypatch.setattr("pages.visit.cached._start_helpers", lambda: None)
    monkeypatch.setattr("pages.gallery.verdict.start_choosing", lambda run, k: None)
    monkeypatch.setattr("pages.train.estimate.ask_for_trial", lambda config, root: Yardstick("failed"))
    monkeypatch.setattr("pages.parts.yardstick.ask_for_yardstick", ask)
    return asked


def line(visitor: AppTest) -> str:
    return " ".join(c.value for c in visitor.caption if "LocalMAP + k-means** on the same data" in c.value)


def reveal(visitor: AppTest) -> None:
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()
    assert not visitor.exception


def test_beside_the_form_of_a_method(app: Callable[..., AppTest], measured: list[int]) -> None:
    visitor = app("train")
    assert "k = 10: 3 clusters of 30 to 50, silhouette 0.71 in its own space, in **2 s**" in line(visitor)
    assert "ACC" not in line(visitor)
    reveal(visitor)
    assert "ACC 0.987, NMI 0.900, in **2 s**" in line(visitor)
    visitor.button(key="choose-LocalMAPKMeans").click().run()
    assert line(visitor) == "", "it is not beside itself"


@pytest.mark.parametrize("page", ["train", "explore"])
def test_beside_a_finished_run(app: Callable[..., AppTest], finished: Run, measured: list[int], page: str) -> None:
    visitor = app(page, run=finished.id)
    assert "this run: 3 clusters of 40 to 40" in line(visitor)
    assert set(measured) == {3}
    reveal(visitor)
    assert "this run: ACC 1.000, NMI 1.000" in line(visitor)


def test_without_helpers_nothing_is_asked_for(
    app: Callable[..., AppTest], finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.yardstick.ask_for_yardstick", lambda *a, **k: pytest.fail("it was asked for"))
    assert line(app("explore", run=finished.id)) == ""
