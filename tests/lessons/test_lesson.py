"""Lessons: the reader and its sentences, links, the shelf, and the example of the README."""

from __future__ import annotations

import base64
import copy
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from deepclust.data.references import open_dataset
from deepclust.lessons import link, shelf
from deepclust.lessons.lesson import MOST_BYTES, Lesson, read_lesson
from deepclust.lessons.link import LONGEST, PACKED, lesson_of, link_of
from deepclust.lessons.playing import config_of, runs_of
from deepclust.lessons.shelf import FOLDER, SHELF
from deepclust.runs import RunStore

README = Path(__file__).parents[2] / "README.md"


def example() -> dict[str, Any]:
    (text,) = re.findall(r"```json\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(text)


def changed(*path: str | int, to: Any) -> str:
    """The example with another value at a place."""
    values = example()
    inner = values
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    return json.dumps(values)


def test_the_example_of_the_readme_is_a_lesson_and_trains_what_it_says(tmp_path: Path) -> None:
    lesson = read_lesson(json.dumps(example()))
    assert [step.train is not None for step in lesson.steps] == [True, True, False]
    store = RunStore(tmp_path)
    for number in (0, 1):
        training = lesson.trained(number)
        data = open_dataset(training.data, tmp_path)
        store.create(config_of(lesson, number, "play", data, labels_seen=False))
    runs = runs_of(lesson, "play", store)
    first, second = (runs[number].config for number in (0, 1))
    assert (first.method, first.n_clusters, first.member) == ("KMeans", 2, "1. k-means")
    assert (second.method, second.params["n_neighbors"], second.n_clusters) == ("SpectralClustering", 10, 2)
    assert first.group == second.group
    assert runs_of(lesson, "other", store) == {}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_lesson_of_the_shelf_can_be_played(path: Path) -> None:
    lesson = read_lesson(path.read_bytes())
    assert SHELF[link_of(lesson)] == lesson
    assert lesson.minutes <= 3
    assert all(step.question is not None or number for number, step in enumerate(lesson.steps))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "This is no lesson"),
        ("[]", "is not an object"),
        ("[" * 100_000, "at most"),
        ("[" * 60_000, "nested too deeply"),
        (b"\xff\xfe{", "no text in UTF-8, as editors save it"),
        (changed("steps", to=[]), "steps: at least one"),
        (changed("steps", to=[{"say": "a", "train": {}}] * 21), "at most 20, not 21"),
        (changed("steps", to="all"), "steps: 'all' is not a list"),
        (changed("title", to=""), "title: '' is not a text of 1 to 90 characters"),
        (changed("title", to="x" * 91), "a text of 1 to 90"),
        (changed("minutes", to=0), "a whole number from 1 to 90"),
        (changed("method", to="Kmeans"), "method: 'Kmeans' is none. Choose one of DDLS"),
        (changed("preset", to="fast"), "preset: KMeans has no 'fast'. It has"),
        (changed("settings", to={"n_cluster": 2}), "settings: KMeans has no parameter 'n_cluster'. It has: n_clusters"),
        (changed("settings", to={"n_clusters": 0}), "Clusters must be a whole number from 1"),
        (changed("data", to={"name": "mnits"}), "Did you mean 'mnist'"),
        (changed("data", to={"file": "/etc/passwd"}), "not 'file'"),
        (changed("data", to={"own": "abc"}), "a data set of the catalog"),
        (changed("data", to={"name": "digits", "options": {"noise": 1}}), "it is always the same"),
        (changed("data", "options", to={"n_samples": 10**9}), "from 20 to 100000"),
        (changed("data", to={"name": "digits", "subset": {"m": 3}}), "data, subset: n is missing"),
        (changed("data", to={"name": "digits", "subset": {"n": 3, "m": 3}}), "'m' is no field. There are: n, seed"),
        (changed("data", to={"name": "digits", "subset": {"n": "9"}}), "data, subset: n: '9' is not a whole number"),
        (changed("settings", to={"n_clusters": 2, "random_state": 1}), '"seed" has a field of its own'),
        ('{"title": "x",\n}', "line 2, character 1: it is no JSON there"),
        (changed("hidden", to=["answers"]), "one of labels, k"),
        (changed("teacher", to="me"), "'teacher' is no field. There are: title"),
        (changed("steps", 1, "quesiton", to={}), "step 2, 'quesiton' is no field"),
        (changed("steps", 0, "look", "veiw", to="map"), "step 1, look, 'veiw' is no field"),
        (changed("steps", 0, "look", "view", to="movie"), "one of map, means"),
        (changed("steps", 0, "look", "space", to="outer"), "There is no space 'outer'"),
        (changed("steps", 0, "look", "projection", to="isomap"), "Choose one of pca"),
        (changed("steps", 0, "look", "k", to=1), "steps: number 1: look: k: 1 is not a whole number from 2 to 200"),
        (changed("steps", 0, "train", to=None), "step 1, train: the first step has to train"),
        (changed("steps", 1, "train", "method", to="Magic"), "step 2, method: 'Magic' is none"),
        (changed("steps", 0, "question", "choices", to=["Yes"]), "choices: from 2 to 8, not 1"),
        (changed("steps", 0, "question", "choices", to=["No"] * 2), "two of them are the same"),
        (changed("steps", 0, "question", "answer", to="Perhaps"), "one of the choices, word for word"),
        (changed("steps", 0, "question", "measure", to="clusters"), "either choices or a measure"),
        (changed("steps", 1, "question", "measure", to="beauty"), "one of agreement, clusters"),
        (changed("steps", 1, "question", "answer", to=3), "either an answer or a measure"),
    ],
)
def test_every_mistake_is_a_sentence(text: str | bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as told:
        read_lesson(text)
    assert len(str(told.value)) < 700


def test_a_lesson_travels_in_a_link_and_back() -> None:
    lesson = read_lesson(json.dumps(example()))
    code = link_of(lesson)
    assert code.startswith(PACKED)
    assert len(code) < 2_000
    assert lesson_of(code) == lesson
    assert read_lesson(json.dumps(lesson.to_json())) == lesson


def test_the_lessons_of_the_shelf_are_named_in_links() -> None:
    name, lesson = next(iter(SHELF.items()))
    assert link_of(lesson) == name
    assert lesson_of(name) is lesson
    with pytest.raises(ValueError, match=r"no lesson 'algebra' on the shelf\. There are: rings"):
        lesson_of("algebra")


def packed(text: bytes) -> str:
    return PACKED + base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (PACKED, "cut off"),
        (PACKED + "%%%", "holds no lesson"),
        (PACKED + "é" * 10, "holds no lesson"),
        (packed(b"{}")[:-3], "holds no lesson"),
        (packed(b" " * 10 * MOST_BYTES), "more than a lesson may hold"),
        (PACKED + "A" * LONGEST, "longer than that of any lesson"),
        (packed(b"[1]"), "is not an object"),
    ],
)
def test_a_hostile_link_is_a_sentence(code: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        lesson_of(code)


def test_a_lesson_that_is_too_long_for_a_link_says_so() -> None:
    values = copy.deepcopy(example())
    letters = (chr(0x4E00 + i * 7 % 20_000) for i in range(20 * 400))
    values["steps"] = [{"say": "".join(next(letters) for _ in range(400)), "train": {}} for _ in range(20)]
    with pytest.raises(ValueError, match="Share it as a file"):
        link_of(read_lesson(json.dumps(values)))


def test_steps_take_over_what_they_leave_out() -> None:
    values = example() | {"preset": None, "settings": {"n_clusters": 3, "n_init": 7}, "seed": 4}
    values["steps"][0]["train"] = {"settings": {"n_init": 9}}
    lesson: Lesson = read_lesson(json.dumps(values))
    own, other = lesson.trained(0), lesson.trained(1)
    assert (own.method, dict(own.settings), own.seed) == ("KMeans", {"n_clusters": 3, "n_init": 9}, 4)
    assert dict(other.settings) == {"n_clusters": 3, "n_neighbors": 10}
    assert lesson.trained(2) is None


def test_the_shelf_is_numbered_and_named() -> None:
    assert next(iter(SHELF)) == "rings"
    assert shelf.SHELF is link.SHELF
    assert all(re.fullmatch(r"\d-[a-z-]+\.json", path.name) for path in FOLDER.iterdir() if path.suffix == ".json")
