"""Every field of a JSON file is checked by its type: what fits comes back, all else is a ValueError that names the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

import pytest

from deepclust.disk import decode_json
from deepclust.events import Note, Progress, Stage, from_line, to_record
from deepclust.records import Count, Loss, Within, from_record


class Size(TypedDict, total=False):
    wide: int


@dataclass(frozen=True)
class Inner:
    word: str = "none"


@dataclass(frozen=True)
class Sample:
    name: str
    number: Count = 0
    share: Annotated[float, Within(0, 1)] = 0.5
    loss: Loss = 0.0
    sure: bool = False
    state: Literal["on", "off"] = "on"
    maybe: float | None = None
    sides: tuple[int, ...] = ()
    texts: list[str] | None = None
    by_name: Mapping[str, float] | None = None
    inner: Inner | None = None
    size: Size | None = None
    anything: Any = None


def test_what_fits_comes_back_and_what_a_later_version_adds_is_passed_over():
    text = """{"name": "a", "number": 3, "share": 1, "loss": NaN, "sure": true, "state": "off", "maybe": 2, "sides": [8, 8],
        "texts": ["x"], "by_name": {"b": 1}, "inner": {"word": "w", "later": []}, "size": {"wide": 4, "later": 1},
        "anything": {"list": [1, [2]]}, "later": {}}"""
    sample = from_record(Sample, json.loads(text))
    assert sample.loss != sample.loss
    assert (sample.name, sample.number, sample.share, sample.sure, sample.state) == ("a", 3, 1.0, True, "off")
    assert isinstance(sample.share, float)
    assert (sample.maybe, sample.sides, sample.texts, sample.by_name) == (2.0, (8, 8), ["x"], {"b": 1.0})
    assert (sample.inner, sample.size, sample.anything) == (Inner("w"), {"wide": 4}, {"list": [1, [2]]})
    assert from_record(Sample, {"name": "b"}) == Sample("b")


DEEP: Any = []
for _ in range(400):
    DEEP = [DEEP]

DAMAGE = [
    *[("number", value) for value in (-1, 1.5, True, "3", None, [], 10**400, float("nan"))],
    *[("share", value) for value in (-0.1, 1.1, float("nan"), float("inf"), "x", None, False, 10**400)],
    *[("loss", value) for value in ("nan", None, [], True, 10**400)],
    *[("sure", value) for value in (1, 0, "true", None)],
    *[("state", value) for value in ("ON", 1, None, [], {})],
    *[("maybe", value) for value in ("x", [], float("inf"), 1e301)],
    *[("sides", value) for value in (8, "88", {}, [8, "8"], [None], [2**64])],
    *[("texts", value) for value in ("x", [1], {"x": "y"})],
    *[("by_name", value) for value in ([], {"b": "x"}, {"b": None})],
    *[("inner", value) for value in ([], "w", {"word": 3})],
    *[("size", value) for value in ([], {"wide": "4"})],
    ("anything", DEEP),
    ("name", 3),
    ("name", None),
]


@pytest.mark.parametrize(("field", "value"), DAMAGE, ids=[f"{f}-{i}" for i, (f, _) in enumerate(DAMAGE)])
def test_what_does_not_fit_is_named(field, value):
    with pytest.raises(ValueError, match=f"^{field}: .* (is not|inside)|^{field}: .*more than"):
        from_record(Sample, {"name": "a", field: value})


@pytest.mark.parametrize("values", [None, 3, "x", [], True])
def test_only_objects_are_records(values):
    with pytest.raises(ValueError, match="is not an object"):
        from_record(Sample, values)
    with pytest.raises(ValueError, match="name is missing"):
        from_record(Sample, {})


@pytest.mark.parametrize(
    "event",
    [
        Stage("a", 3, {"loss": "falls"}),
        Progress("a", 1, {"loss": float("inf"), "b": 1e300}, 0.5),
        Note("info", "Größe"),
    ],
)
def test_events_come_back_from_their_lines(event):
    assert from_line(decode_json(json.dumps(to_record(event)))) == event


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "{}",
        '{"kind": ["stage"]}',
        '{"kind": "snapshot"}',
        '{"kind": "stage", "name": "a", "n_epochs": "x", "terms": {}}',
        '{"kind": "stage", "name": "a", "n_epochs": 1, "terms": {"a": 3}}',
        '{"kind": "progress", "stage": "a", "epoch": NaN, "losses": {}, "seconds": 1}',
        '{"kind": "progress", "stage": "a", "epoch": 1, "losses": [1], "seconds": 1}',
        '{"kind": "note", "level": "alarm", "text": "x"}',
        '{"kind": "note", "level": "info", "text": null}',
    ],
)
def test_lines_that_no_event_makes_are_refused(line):
    with pytest.raises(ValueError, match=r"\S"):
        from_line(decode_json(line))
