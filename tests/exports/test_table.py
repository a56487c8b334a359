"""The table of all samples: what is in it, when the classes are, and that no spreadsheet runs a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from deepclust.exports import table
from deepclust.exports.table import defused, write_table
from deepclust.exports.view import View, view_of
from deepclust.runs import Run
from deepclust.runs.edits import Rename, add
from tests.exports.conftest import WILD


def read(view: View) -> list[dict[str, str]]:
    target = io.BytesIO()
    write_table(view, target)
    return list(csv.DictReader(io.StringIO(target.getvalue().decode(), newline="")))


def test_a_row_for_every_sample_with_its_cluster_and_confidence(pictures: Run, view: Callable[..., View]) -> None:
    shown = view(pictures)
    rows = read(shown)
    assert [int(r["row"]) for r in rows] == list(range(90))
    assert [int(r["cluster"]) for r in rows] == pictures.result().labels.tolist()
    assert {r["cluster_name"] for r in rows} == {"Cluster A", "Cluster B", "Cluster C"}
    assert [float(r["confidence"]) for r in rows] == pytest.approx(shown.best.confidence, abs=1e-4)
    assert list(rows[0]) == ["row", "cluster", "cluster_name", "confidence"]


def test_the_class_is_told_only_when_it_is_revealed(vectors: Run, view: Callable[..., View]) -> None:
    assert "class" not in read(view(vectors))[0]
    told = read(view(vectors, revealed=True))
    assert [r["class"] for r in told[::20]] == ["'=left", "right", "<i>top</i>"]
    assert "class" not in read(view(vectors, revealed=True, data=False))[0]


def test_names_of_files_and_clusters_cannot_run(vectors: Run, view: Callable[..., View]) -> None:
    add(vectors, 3, Rename(0, '=HYPERLINK("x")'))
    rows = read(view(vectors))
    assert [r["name"] for r in rows[:4]] == ["'=1+2", "'+49 170", "'-5", "'@me"]
    assert [r["name"] for r in rows[4:10]] == WILD[4:]
    for row in rows:
        assert not row["name"].startswith(("=", "+", "-", "@"))
        assert not row["cluster_name"].startswith("=")
    assert '\'=HYPERLINK("x")' in {r["cluster_name"] for r in rows}


@pytest.mark.parametrize(("text", "safe"), [("", ""), ("cat", "cat"), ("=1", "'=1"), ("\t=1", "'\t=1"), ("a=1", "a=1")])
def test_defused(text: str, safe: str) -> None:
    assert defused(text) == safe


def test_a_table_that_is_written_in_parts_is_the_same(
    pictures: Run, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(view(pictures))
    monkeypatch.setattr(table, "CHUNK", 7)
    assert read(view(pictures)) == whole


def test_another_k_and_its_names(pictures: Run, view: Callable[..., View]) -> None:
    rows = read(view(pictures, k=5))
    assert {r["cluster"] for r in rows} == set("01234")
    with pytest.raises(ValueError, match=r"no clusters for k = 99. Choose one of 2, 3"):
        view(pictures, k=99)


def test_a_run_without_a_result_is_refused_in_words(ask: Callable[..., Run]) -> None:
    with pytest.raises(ValueError, match="has found nothing yet"):
        view_of(ask("KMeans"), None)
