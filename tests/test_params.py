"""Hyper-parameters as data: declared, read back, checked, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest

from deepclust.params import check_params, check_value, param, params_of, parse_value, values_from_json


@dataclass
class Oven:
    """A small owner of parameters of every kind."""

    heat: int = param(180, "Heat", help="In degrees.", min=50, max=250, step=10, group="Cooking")
    hours: float = param(1.5, "Hours", help="How long.", min=0.0, log=True, advanced=True)
    fan: bool = param(False, "Fan", help="Blow.")
    mode: str = param("bake", "Mode", help="What to do.", choices=("bake", "grill"))
    timer: int | None = param(None, "Timer", help="Ring after minutes.", min=1)
    note: str = param("", "Note", help="Anything.")
    lit: bool = False  # no param: not a hyper-parameter


def test_declared_facts_come_back_in_order():
    params = params_of(Oven)
    assert list(params) == ["heat", "hours", "fan", "mode", "timer", "note"]
    heat = params["heat"]
    assert (heat.name, heat.label, heat.help, heat.default) == ("heat", "Heat", "In degrees.", 180)
    assert (heat.kind, heat.min, heat.max, heat.step, heat.group) == (int, 50, 250, 10, "Cooking")
    assert params["hours"].log
    assert params["hours"].advanced
    assert params["timer"].optional
    assert params["timer"].kind is int
    assert not heat.optional
    assert params_of(Oven(heat=60)) == params


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("heat", "a whole number from 50 to 250"),
        ("hours", "a number of 0 or more"),
        ("fan", "True or False"),
        ("mode", "one of 'bake', 'grill'"),
        ("timer", "a whole number of 1 or more or None"),
        ("note", "a text"),
    ],
)
def test_allowed_in_words(name, words):
    assert params_of(Oven)[name].allowed() == words


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("heat", 50),
        ("heat", np.int64(250)),
        ("hours", 0),
        ("hours", np.float32(2)),
        ("fan", np.True_),
        ("mode", "grill"),
        ("timer", None),
        ("timer", 3),
    ],
)
def test_good_values_pass(name, value):
    check_value(params_of(Oven)[name], value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("heat", 49),
        ("heat", 251),
        ("heat", 100.0),
        ("heat", True),
        ("heat", None),
        ("heat", "100"),
        ("hours", -0.1),
        ("hours", float("nan")),
        ("hours", float("inf")),
        ("hours", False),
        ("fan", 1),
        ("mode", "boil"),
        ("mode", None),
        ("timer", 0),
        ("note", 5),
    ],
)
def test_bad_values_are_refused(name, value):
    with pytest.raises(ValueError, match="is not allowed"):
        check_value(params_of(Oven)[name], value)


def test_the_error_says_what_was_wrong_what_is_allowed_and_the_default():
    text = "Oven: heat=900 is not allowed. Heat must be a whole number from 50 to 250; the default is 180."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        check_params(Oven(heat=900))


def test_an_owner_with_good_values_passes():
    assert check_params(Oven(heat=200, timer=5)) is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("heat", " 200 ", 200),
        ("hours", "1e-1", 0.1),
        ("fan", "yes", True),
        ("fan", "False", False),
        ("mode", "grill", "grill"),
        ("timer", "none", None),
        ("timer", "7", 7),
    ],
)
def test_typed_values_are_read(name, text, value):
    assert parse_value(params_of(Oven)[name], text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("heat", "hot"), ("heat", "1.5"), ("hours", "nan"), ("fan", "maybe"), ("mode", "")]
)
def test_typed_nonsense_is_refused_in_the_same_words(name, text):
    with pytest.raises(ValueError, match=r"is not allowed.*must be"):
        parse_value(params_of(Oven)[name], text)


def test_json_values_are_checked_against_the_class():
    assert values_from_json(Oven, {"heat": 60, "timer": None}) == {"heat": 60, "timer": None}
    with pytest.raises(ValueError, match=r"no parameter 'haet'. It has: heat, hours"):
        values_from_json(Oven, {"haet": 60})
    with pytest.raises(ValueError, match="heat=6 is not allowed"):
        values_from_json(Oven, {"heat": 6})


def test_a_parameter_of_an_unknown_kind_is_a_mistake_of_the_programmer():
    @dataclass
    class Shelf:
        books: list[int] = param(None, "Books", help="Many.")  # noqa: RUF009

    with pytest.raises(TypeError, match="must be annotated int, float, bool, str"):
        params_of(Shelf)
