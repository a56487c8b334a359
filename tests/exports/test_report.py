"""The report: one file that loads nothing, shows every cluster, and tells accuracies only when labels are revealed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from deepclust.exports.report import write_report
from deepclust.exports.view import View
from deepclust.metrics.lineage import letter
from deepclust.runs import Run, RunStore
from deepclust.runs.edits import Merge, Rename, add


@pytest.fixture
def written(store: RunStore) -> Callable[[View], str]:
    def write(view: View) -> str:
        target = io.BytesIO()
        write_report(view, store, target)
        return target.getvalue().decode()

    return write


class Tags(HTMLParser):
    """The tags of a page, and every address in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]


def test_nothing_in_it_asks_for_anything(
    pictures: Run, view: Callable[..., View], written: Callable[[View], str]
) -> None:
    page = Tags(written(view(pictures, revealed=True)))
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert page.tags.count("img") == 6, "typical and borderline samples of three clusters"
    assert all(address.startswith("data:image/") for address in page.addresses)


def test_it_tells_what_was_asked_found_and_shown(
    pictures: Run, view: Callable[..., View], written: Callable[[View], str]
) -> None:
    text = written(view(pictures))
    assert pictures.id in text
    assert "KMeans" in text
    for cluster in range(3):
        assert f"<b>Cluster {letter(cluster)}</b>" in text
    assert "<h2>Map</h2>" in text
    assert "<polyline" in text or "<circle" in text


def test_accuracies_and_classes_only_when_revealed(
    pictures: Run, view: Callable[..., View], written: Callable[[View], str]
) -> None:
    hidden, told = written(view(pictures)), written(view(pictures, revealed=True))
    for word in ("ACC<b>", "· mostly ", "Clusters against classes"):
        assert word not in hidden
        assert word in told
    acc = pictures.metrics()["by_k"]["3"]["acc"]
    assert f"ACC<b>{acc:.3f}</b>" in told


def test_wild_names_are_words_and_nothing_else(
    vectors: Run, view: Callable[..., View], written: Callable[[View], str]
) -> None:
    add(vectors, 3, Rename(0, "<img src=http://evil.example/x>"))
    text = written(view(vectors, revealed=True))
    assert "<img src=http" not in text
    assert "&lt;img src=http" in text
    assert "<i>top" not in text
    assert Tags(text).addresses == [a for a in Tags(text).addresses if a.startswith("data:")]


def test_edits_are_said_and_the_scores_stay_those_of_the_method(
    pictures: Run, view: Callable[..., View], written: Callable[[View], str]
) -> None:
    before = re.search(r"ACC<b>([\d.]+)", written(view(pictures, revealed=True)))[1]
    add(pictures, 3, Merge((0, 1)))
    text = written(view(pictures, revealed=True))
    assert re.search(r"ACC<b>([\d.]+)", text)[1] == before
    assert "With these edits: ACC 0.6" in text


def test_without_data_it_says_so(pictures: Run, view: Callable[..., View], written: Callable[[View], str]) -> None:
    text = written(view(pictures, data=False))
    assert "The data were not at hand" in text
    assert "<img" not in text
