"""The Choose page: begin, the verdict with its board, the pictures that change, the tree, and "use this k"."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from deepclust.engine.judging.choosing import Board, read_board
from deepclust.runs import Run
from deepclust.runs.answers import give_answer
from deepclust.selection.k.criterion import count, curve
from deepclust.selection.k.discovery import FACTS
from tests.pages.explore.test_explore import reveal
from tests.pages.map.test_map import parts


def write(run: Run, **changes: object) -> None:
    """A board of a few criteria that say 3 for k up to 10."""
    ks = range(2, 11)
    criteria = (
        curve(FACTS["views"], ks, [-abs(k - 3.0) for k in ks]),
        curve(FACTS["smallest"], ks, [1.0] * 9, note="At k = 9 a cluster is nearly empty."),
        count(FACTS["localmap_regions"], ks, [3]),
        count(FACTS["hdbscan"], ks, [3]),
    )
    board = Board("done", 10, criteria, 16, seconds=12.0, content=run.metrics()["content"])
    (run.folder / "choose_k.json").write_text(json.dumps(board.to_json() | changes))


def button(visitor: AppTest, label: str):
    return next(b for b in visitor.button if b.label == label)


def show(visitor: AppTest, view: str) -> None:
    visitor.segmented_control(key="choose-view").set_value(view).run()
    assert not visitor.exception


def figures(visitor: AppTest) -> list[dict]:
    return [json.loads(c.proto.spec) for c in visitor.get("plotly_chart")]


def words(visitor: AppTest) -> str:
    return "\n".join(e.value for e in (*visitor.markdown, *visitor.caption))


def test_without_a_run_it_says_what_will_be_here(app: Callable[..., AppTest]) -> None:
    visitor = app("choose")
    assert "How many clusters" in visitor.header[0].value
    assert any(b.label == "Train on the digits first" for b in visitor.button)


def test_the_button_starts_a_process_beside_the_app(app, finished: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr("deepclust.engine.judging.choosing.start_choosing", lambda run, k: asked.append((run.id, k)))
    visitor = app("choose", run=finished.id)
    assert figures(visitor) == []
    button(visitor, "Compare k = 2 to 20").click().run()
    assert not visitor.exception
    assert asked == [(finished.id, 20)]


def test_the_verdict_and_its_board(app: Callable[..., AppTest], finished: Run) -> None:
    write(finished)
    visitor = app("choose", run=finished.id)
    assert "### 3 clusters" in words(visitor)
    assert "3 of 3 criteria" in words(visitor)
    assert "nearly empty" in words(visitor)
    assert "classes" not in " ".join(i.value for i in visitor.info)
    votes, board = figures(visitor)
    assert votes["data"][0]["x"] == list(range(2, 11))
    assert len(board["layout"]["annotations"]) == 4
    assert button(visitor, "Compare again")


def test_use_this_k_shows_it_on_explore(app: Callable[..., AppTest], finished: Run) -> None:
    write(finished)
    visitor = app("choose", run=finished.id)
    visitor.select_slider[0].set_value(5).run()
    (means,) = (h.proto.body for h in visitor.get("html") if "Mean of cluster" in h.proto.body)
    assert means.count("<img") == 5, "of every cluster of the k that is looked at"
    button(visitor, "Use k = 5").click().run()
    assert not visitor.exception
    assert visitor.session_state["ks"] == {finished.id: 5}
    assert visitor.query_params["k"] in ("5", ["5"])
    assert visitor.select_slider[0].label == "Clusters k"
    assert visitor.select_slider[0].value == 5


def test_the_pictures_that_change_around_k(app: Callable[..., AppTest], finished: Run) -> None:
    write(finished)
    visitor = app("choose", run=finished.id)
    show(visitor, "Pictures that change")
    assert "From k = 2 to 3" in words(visitor)
    assert "splits into" in words(visitor)
    galleries = [h.proto.body for h in visitor.get("html") if "Cluster" in h.proto.body]
    assert len(galleries) == 3
    (sankey,) = figures(visitor)
    assert len(sankey["data"][0]["node"]["label"]) == 2 + 3 + 4
    few = sum(g.count('class="pictured"') for g in galleries)
    next(t for t in visitor.toggle if t.label == "All clusters").set_value(True).run()
    galleries = [h.proto.body for h in visitor.get("html") if "Cluster" in h.proto.body]
    assert sum(g.count('class="pictured"') for g in galleries) == 9 > few


def test_the_film_of_k_shows_every_cluster_and_the_range_of_the_verdict(
    app: Callable[..., AppTest], finished: Run
) -> None:
    write(finished)
    visitor = app("choose", run=finished.id)
    show(visitor, "Film of k")
    component = next(e for e in visitor.get("bidi_component") if e.proto.component_name == "deepclust_film")
    about = json.loads(component.proto.json)
    assert (about["k"], about["range"], about["answers"]) == (3, [3, 3], {})
    assert "film" in parts(visitor)
    nodes = parts(visitor)["film"][0]["facts"]["nodes"]
    assert [k for k, *_ in nodes] == [k for k in finished.labels_by_k() for _ in range(k)]


def test_an_answer_in_the_film_is_kept_and_is_a_voice(app: Callable[..., AppTest], finished: Run) -> None:
    write(finished)
    give_answer(finished, (5, 0, 5), "two")
    give_answer(finished, (6, 0, 6), "one")
    visitor = app("choose", run=finished.id)
    show(visitor, "Criteria")
    assert "Your answers" in json.dumps(figures(visitor))
    assert "Your answers (6)" in words(visitor)


def test_revealed_labels_say_how_right_it_was(app: Callable[..., AppTest], finished: Run) -> None:
    write(finished)
    visitor = app("choose", run=finished.id)
    reveal(visitor)
    assert "The labels know 3 classes: the best single k is just that." in visitor.info[0].value
    assert any(a["text"] == "true classes" for a in figures(visitor)[0]["layout"]["annotations"])


def test_a_board_that_fills_in_shows_its_progress_and_a_stop(app, finished: Run) -> None:
    from deepclust.owner import this_process

    write(finished, state="running", doing="Dense regions on UMAPs", **this_process())
    visitor = app("choose", run=finished.id)
    assert "So far: 3 clusters" in words(visitor)
    assert "now: Dense regions on UMAPs" in visitor.get("progress")[0].proto.text
    button(visitor, "Stop and keep").click().run()
    assert (finished.folder / "choose_k.stop").exists()
    assert read_board(finished).live


@pytest.mark.parametrize(("state", "said"), [("failed", "No memory."), ("running", "without a word")])
def test_what_went_wrong_is_said(app, finished: Run, state: str, said: str) -> None:
    write(finished, state=state, error="No memory.", pid=2**22 + 1, create_time=0.0)
    visitor = app("choose", run=finished.id)
    assert said in visitor.error[0].value
    assert button(visitor, "Compare k = 2 to 10")


def test_a_space_that_knows_k_is_said_and_training_again_is_advised(app, finished: Run) -> None:
    write(finished, space="Judged at the end of the pre-training.")
    visitor = app("choose", run=finished.id)
    assert "Judged at the end of the pre-training." in words(visitor)
    assert "train KMeans again" not in words(visitor)
    visitor.select_slider[0].set_value(5).run()
    assert "train KMeans again with 5" in words(visitor)


def test_no_button_is_primary_where_k_is_not_clear_and_the_middle_of_the_votes_is_looked_at(app, finished: Run) -> None:
    ks = range(2, 11)
    spread = [
        curve(replace(FACTS[name], weight=1), ks, [-abs(k - pick) for k in ks])
        for name, pick in zip(("eigengap", "silhouette", "views", "smallest", "evenness"), (4, 5, 3, 6, 9), strict=True)
    ]
    board = Board("done", 10, tuple(spread), 16, content=finished.metrics()["content"])
    (finished.folder / "choose_k.json").write_text(json.dumps(board.to_json()))
    visitor = app("choose", run=finished.id)
    assert "No clear k" in words(visitor)
    assert button(visitor, "Use k = 5").proto.type == "secondary"


def test_explore_has_the_same_verdict_in_a_line_with_what_the_last_space_shows(app, finished: Run) -> None:
    gaps = {
        "title": "Latent space",
        "values": [0.0, 0.001, 0.001, *[0.5 + i / 100 for i in range(18)]],
        "shaped": False,
    }
    write(finished, readings=[gaps])
    visitor = app("explore", run=finished.id)
    [line] = [c.value for c in visitor.caption if "balance" in c.value]
    assert "3 clusters." in line
    assert "3 groups are well separated" in line
    visitor = app("choose", run=finished.id)
    assert "3 groups are well separated" in words(visitor)
