"""The rows of clusters on Explore: facts, order, pages, and edits that show everywhere and change no result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from deepclust.metrics.external import acc
from deepclust.metrics.lineage import letter
from deepclust.runs import Run, edits
from deepclust.runs.edit_kinds import Merge, Rename
from tests.pages.conftest import blobs

NAME = 'Zebras 🦓 "q" <b>x</b> ![y](http://z.example/a.png)'


@pytest.fixture(autouse=True)
def _plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPCLUST_MAP", "plotly")


def rows(visitor: AppTest) -> list[str]:
    """What the rows say, from the top, without their pictures."""
    return [h.proto.body for h in visitor.get("html") if "confidence" in h.proto.body]


def numbers(visitor: AppTest) -> list[int]:
    samples = [re.search(r"samples of cluster ([A-Z]+)", h.proto.body) for h in visitor.get("html")]
    by_letter = {letter(number): number for number in range(100)}
    return [by_letter[found[1]] for found in samples if found is not None]


def button(visitor: AppTest, label: str) -> AppTest:
    return next(b for b in visitor.button if b.label == label)


def legend(visitor: AppTest) -> list[str]:
    return [trace["name"] for trace in json.loads(visitor.get("plotly_chart")[0].proto.spec)["data"]]


def reveal(visitor: AppTest) -> None:
    next(t for t in visitor.toggle if t.label == "Reveal labels").set_value(True).run()


def menu(visitor: AppTest, cluster: int, option: str) -> None:
    menus = {m.key.rsplit("-", 1)[1]: m for m in visitor.get("menu_button")}
    menus[str(cluster)].click(option).run()
    assert not visitor.exception


def test_a_row_tells_size_confidence_neighbour_and_telling_features(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    first = rows(visitor)[0]
    assert re.search(r"Cluster A</b>.*40 samples · confidence 0\.\d\d", first)
    assert re.search(r"[\d.]+ times as far as samples of the two .* \(its own [\d.]+\)", first)
    assert re.search(r'style="width:\d+%"></i></span> (touches|close to|well apart; next is) .*Cluster [BC]', first)
    assert re.search(r"unlike the rest: (width|&lt;height&gt;) [+-]\d\.\d, (width|&lt;height&gt;)", first)
    assert "mostly" not in first
    reveal(visitor)
    assert re.search(r"mostly (left|right|top) \(\d+%\)", rows(visitor)[0])


def test_rows_are_sorted_and_those_of_a_page_are_made(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id, k=20)
    clusters, sizes = np.unique(finished.labels_by_k()[20], return_counts=True)
    assert numbers(visitor) == clusters[:12].tolist()
    visitor.selectbox(key="rows-by-False").set_value("Largest first").run()
    assert numbers(visitor) == clusters[np.argsort(-sizes, kind="stable")][:12].tolist()
    visitor.text_input(key="rows-find").set_value(letter(clusters[-1])).run()
    assert numbers(visitor) == [clusters[-1]]
    visitor.text_input(key="rows-find").set_value("zebra").run()
    assert numbers(visitor) == []
    assert any("No cluster is called so" in c.value for c in visitor.caption)


def test_names_show_everywhere_and_edits_can_be_undone(app: Callable[..., AppTest], finished: Run) -> None:
    before = (finished.folder / "result.npz").read_bytes()
    visitor = app("explore", run=finished.id)
    menu(visitor, 1, "Rename")
    next(t for t in visitor.text_input if "New name" in t.label).set_value(NAME)
    button(visitor, "Save").click().run()
    assert not visitor.exception
    assert "<b>x" not in rows(visitor)[1]
    assert "Zebras 🦓 &quot;q&quot; &lt;b&gt;x&lt;/b&gt; ![y]" in rows(visitor)[1]
    assert any(name.startswith("Zebras 🦓 &quot;q&quot;") for name in legend(visitor))

    menu(visitor, 1, next(plain_text(o) for o in visitor.get("menu_button")[1].options if "Merge" in o))
    assert len(rows(visitor)) == 2
    reveal(visitor)
    words = next(c.value for c in visitor.caption if "With your edits" in c.value)
    labels = edits.edited(finished, 3)[0]
    assert f"2 clusters of 40 – 80 samples · ACC {acc(blobs().y, labels):.3f}" in words
    found = float(next(m.value for m in visitor.metric if m.label == "ACC"))
    assert found == pytest.approx(acc(blobs().y, finished.result().labels), abs=0.0006)
    counts = json.loads(visitor.get("plotly_chart")[1].proto.spec)["data"][0]
    assert any(name.startswith("Zebras") and "(" in name for name in counts["y"])

    button(visitor, "Reset").click().run()
    assert (len(rows(visitor)), sorted(legend(visitor))[0][:3]) == (3, "0 (")
    for left in (2, 3, 3):
        button(visitor, "Undo").click().run()
        assert len(rows(visitor)) == left
    assert button(visitor, "Undo").disabled
    assert not any("With your edits" in c.value for c in visitor.caption)
    assert (finished.folder / "result.npz").read_bytes() == before


def test_a_split_and_a_selection_make_new_clusters(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    menu(visitor, 0, "Split")
    next(n for n in visitor.number_input if "Parts" in n.label).set_value(3)
    button(visitor, "Split it").click().run()
    assert numbers(visitor) == [0, 1, 2, 3, 4]
    visitor.session_state["selection"] = (finished.id, np.array([3, 7, 50]))
    visitor.run()
    button(visitor, "Make it a cluster").click().run()
    assert any("3 in Cluster F" in plain_text(c.value) for c in visitor.caption)
    assert edits.edited(finished, 3)[0][[3, 7, 50]].tolist() == [5, 5, 5]


def plain_text(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def test_edits_of_another_window_and_damage_are_told(app: Callable[..., AppTest], finished: Run) -> None:
    visitor = app("explore", run=finished.id)
    edits.add(finished, 3, Merge((0, 1)))
    edits.add(finished, 3, Rename(2, "Owls"))
    visitor.get("menu_button")[1].click("Rename").run()
    assert not visitor.exception
    assert len(rows(visitor)) == 2
    (finished.folder / "edits" / "3.json").write_text("{")
    visitor.run()
    assert len(rows(visitor)) == 3
    assert "damaged" in visitor.warning[0].value
