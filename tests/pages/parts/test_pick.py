"""A choice that is kept elsewhere: drawn anew when that changes, and deaf to what a browser says of the control before."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from pages.parts import pick


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    held: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", held)
    return held


def test_a_control_keeps_its_key_while_it_is_set_by_hand(state: dict[str, Any]) -> None:
    assert pick.key_of("colour", "Cluster") == "colour"
    state["colour"] = "Class"
    assert pick.chosen_by_hand("colour", "colour") == "Class"
    assert pick.key_of("colour", "Class") == "colour"


def test_a_value_that_was_changed_elsewhere_has_a_new_key_each_time(state: dict[str, Any]) -> None:
    keys = [pick.key_of("k", k) for k in (10, 11, 11, 10)]
    assert keys == ["k", "k-1", "k-1", "k-2"]


def test_the_control_that_was_drawn_before_is_not_heard(state: dict[str, Any]) -> None:
    pick.key_of("k", 10)
    pick.key_of("k", 11)  # Back, or a key on the map
    state["k"] = 9  # sent before the browser knew
    assert pick.chosen_by_hand("k", "k") is None
    assert pick.key_of("k", 11) == "k-1"


def test_a_control_that_has_gone_from_the_page_says_nothing(state: dict[str, Any]) -> None:
    pick.key_of("k", 10)
    assert pick.chosen_by_hand("k", "k") is None
