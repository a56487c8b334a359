"""One of a few options, side by side: the control that most choices on the pages are made with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from pages.visit.say import plain

Option = TypeVar("Option")


def pick(
    label: str,
    options: Sequence[Option],
    *,
    key: str,
    default: Option | None = None,
    title: Callable[[Option], str] = str,
    help: str | None = None,
    unlabelled: bool = False,
) -> Option:
    """Draw the control where the caller is; one option is always chosen, at first ``default`` or else the first.

    title: what an option is called on the page. unlabelled: only screen readers are told the label.
    """
    chosen: Any = st.segmented_control(
        label,
        list(options),
        format_func=lambda option: plain(title(option)),
        default=options[0] if default is None else default,
        required=True,
        key=key,
        help=help,
        label_visibility="collapsed" if unlabelled else "visible",
    )
    chosen_option: Option = chosen
    return chosen_option
