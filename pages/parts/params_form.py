"""Hyper-parameters as widgets: the only place that knows both `Param` and Streamlit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from deepclust.engine.asking.ask import SET_BY_RUN
from deepclust.params import Param, params_of

Control = Callable[[Param, Any, str], Any]  # draws a hyper-parameter with a start value under a key, returns its value


def params_form(
    cls: type, start: Mapping[str, Any], key: str, own: Mapping[str, Control] | None = None
) -> dict[str, Any]:
    """Widgets for all hyper-parameters of a method, the advanced ones under a fold; returns their values.

    ``start`` holds values that differ from the defaults (a preset). ``key`` keeps the widgets of different methods
    and presets apart. ``own``: controls for hyper-parameters, by name, for which their `Param` says too little.
    """

    def drawn(p: Param) -> Any:
        control = (own or {}).get(p.name, _widget)
        return control(p, start.get(p.name, p.default), f"{key}-{p.name}")

    params = [p for name, p in params_of(cls).items() if name not in SET_BY_RUN]
    values: dict[str, Any] = {}
    in_sight = [p for p in params if not p.advanced]
    for column, p in zip(_columns(len(in_sight)), in_sight, strict=True):
        with column:
            values[p.name] = drawn(p)
    advanced = [p for p in params if p.advanced]
    if advanced:
        with st.expander(f"Advanced ({len(advanced)})", icon=":material/tune:"):
            for group in dict.fromkeys(p.group for p in advanced):
                members = [p for p in advanced if p.group == group]
                if group:
                    st.caption(group)
                for column, p in zip(_columns(len(members)), members, strict=True):
                    with column:
                        values[p.name] = drawn(p)
    return values


def _columns(n: int) -> list[Any]:
    """One column per widget, four or fewer in a row."""
    per_row = n if n <= 4 else 3
    return [column for _ in range(-(-n // per_row)) for column in st.columns(per_row)][:n]


def _widget(p: Param, value: Any, key: str) -> Any:
    if p.kind is bool:
        return st.toggle(p.label, value=bool(value), help=p.help, key=key)
    if p.choices:
        return st.selectbox(p.label, p.choices, index=p.choices.index(value), help=p.help, key=key)
    if p.kind is str:
        return st.text_input(p.label, value=value, help=p.help, key=key)
    whole = p.kind is int
    step = p.step if p.step is not None else (1 if whole else _fine(value))

    def number(given: float | None) -> Any:
        return None if given is None else int(given) if whole else float(given)

    return st.number_input(
        p.label,
        min_value=number(p.min),
        max_value=number(p.max),
        value=number(value),
        step=number(step),
        format=None if whole else "%g",
        help=p.help,
        placeholder="none" if p.optional else None,
        key=key,
    )


def _fine(value: float | None) -> float:
    """A step of about a tenth of the value, as a power of ten."""
    return 10.0 ** round(math.log10(abs(value) / 10)) if value else 0.1
