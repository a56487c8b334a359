"""One of a few options, side by side: the control that most choices on the pages are made with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

import streamlit as st

from pages.visit import session
from pages.visit.say import plain

Option = TypeVar("Option")
TURNS = "pick-turns"  # in the session: of every kept choice, how often it was changed elsewhere, and what it is


class Kept(NamedTuple):
    """Where a choice is kept as words: how it is read, and how it is kept. None is the option that is shown at first."""

    read: Callable[[], str | None]
    keep: Callable[[str | None], None]


def in_address(part: str) -> Kept:
    """Kept in the address, as one of `pages.visit.session.PARTS`."""
    return Kept(partial(session.part, part), partial(session.keep_part, part))


def pick(
    label: str,
    options: Sequence[Option],
    *,
    key: str,
    default: Option | None = None,
    title: Callable[[Option], str] = str,
    help: str | None = None,
    unlabelled: bool = False,
    many: bool = False,
    kept: Kept | None = None,
) -> Option:
    """Draw the control where the caller is; one option is always chosen, at first ``default`` or else the first.

    title: what an option is called on the page. unlabelled: only screen readers are told the label. many: in a list that opens, not side by side. kept: the choice is
    what stands there, also when that was changed elsewhere, and a new choice is kept there.
    """
    first = options[0] if default is None else default
    further: dict[str, Any] = {"default": first, "key": key}
    if kept is not None:
        current = next((option for option in options if str(option) == kept.read()), first)
        drawn_key = key_of(key, current)
        further = {"default": current, "key": drawn_key, "on_change": _keep, "args": (key, drawn_key, first, kept)}
    if many:
        further["index"] = list(options).index(further.pop("default"))
        listed = st.selectbox(
            label, list(options), format_func=lambda option: plain(title(option)), help=help, **further
        )
        return cast(Option, listed)
    chosen = st.segmented_control(
        label,
        list(options),
        format_func=lambda option: plain(title(option)),
        required=True,
        help=help,
        label_visibility="collapsed" if unlabelled else "visible",
        **further,
    )
    return cast(Option, chosen)


def _keep(key: str, drawn_key: str, first: Any, kept: Kept) -> None:
    chosen = chosen_by_hand(key, drawn_key)
    if chosen is not None:
        kept.keep(None if chosen == first else str(chosen))


def key_of(key: str, value: Any) -> str:
    """The key under which a control shows a value that may also be changed elsewhere; another one whenever it was.

    Setting the value of a control that is there already would be lost: what the browser sends before it knows of the new
    value (a fragment that renews itself is enough) holds the old one, and looks as if it had been chosen just now.
    """
    turns = st.session_state.setdefault(TURNS, {})
    turn, known = turns.get(key, (0, value))
    turn += known != value
    turns[key] = (turn, value)
    return _drawn_key(key, turn)


def chosen_by_hand(key: str, drawn_key: str) -> Any:
    """What such a control has just been set to; None if it is the one that was drawn before the value changed elsewhere."""
    turn, _ = st.session_state[TURNS][key]
    chosen = st.session_state.get(drawn_key)
    if drawn_key != _drawn_key(key, turn) or chosen is None:
        return None
    st.session_state[TURNS][key] = (turn, chosen)
    return chosen


def _drawn_key(key: str, turn: int) -> str:
    return f"{key}-{turn}" if turn else key
