"""Hyper-parameters as data: one field line carries default, bounds, help, widget, error text and JSON form."""

from __future__ import annotations

import dataclasses
import math
import numbers
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Param:
    """What a hyper-parameter needs so that a form, an error and a document can be written from it.

    ``kind`` is the Python type of a value (int, float, bool or str); ``optional`` says that None is allowed.
    ``min`` and ``max`` are inclusive. ``group`` is the heading that the form shows it under.
    """

    name: str
    label: str
    help: str
    default: Any
    kind: type
    optional: bool = False
    min: float | None = None
    max: float | None = None
    step: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    group: str = ""
    advanced: bool = False

    def allowed(self) -> str:
        """Say in words which values are allowed."""
        if self.choices:
            words = "one of " + ", ".join(repr(c) for c in self.choices)
        elif self.kind is bool:
            words = "True or False"
        else:
            noun = {int: "a whole number", float: "a number", str: "a text"}[self.kind]
            if self.min is not None and self.max is not None:
                words = f"{noun} from {self.min:g} to {self.max:g}"
            elif self.min is not None:
                words = f"{noun} of {self.min:g} or more"
            elif self.max is not None:
                words = f"{noun} of {self.max:g} or less"
            else:
                words = noun
        return words + " or None" if self.optional else words


def param(
    default: Any,
    label: str,
    *,
    help: str,
    min: float | None = None,
    max: float | None = None,
    step: float | None = None,
    log: bool = False,
    choices: tuple[str, ...] = (),
    group: str = "",
    advanced: bool = False,
) -> Any:
    """Declare a hyper-parameter as a dataclass field; ``params_of`` reads it back as a `Param`."""
    facts = {
        "label": label,
        "help": help,
        "min": min,
        "max": max,
        "step": step,
        "log": log,
        "choices": choices,
        "group": group,
        "advanced": advanced,
    }
    return dataclasses.field(default=default, metadata={"param": facts})


def params_of(owner: Any) -> dict[str, Param]:
    """The hyper-parameters of a dataclass (class or instance), in the order of declaration."""
    cls = owner if isinstance(owner, type) else type(owner)
    hints = typing.get_type_hints(cls)
    found = {}
    for field in dataclasses.fields(cls):
        if "param" in field.metadata:
            kind, optional = _kind_of(hints[field.name])
            found[field.name] = Param(
                name=field.name, default=field.default, kind=kind, optional=optional, **field.metadata["param"]
            )
    return found


def check_value(param: Param, value: Any, owner: str = "") -> None:
    """Raise ValueError if ``value`` is not allowed; the text names the value, what is allowed and what to do."""
    if value is None and param.optional:
        return
    fits: bool
    if param.kind is bool:
        fits = isinstance(value, bool | np.bool_)
    elif param.kind is int:
        fits = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    elif param.kind is float:
        fits = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(float(value))
    else:
        fits = isinstance(value, str) and (not param.choices or value in param.choices)
    if fits and param.kind in (int, float):
        fits = (param.min is None or value >= param.min) and (param.max is None or value <= param.max)
    if not fits:
        where = f"{owner}: " if owner else ""
        raise ValueError(
            f"{where}{param.name}={value!r} is not allowed. {param.label} must be {param.allowed()}; "
            f"the default is {param.default!r}."
        )


def check_params(owner: Any) -> None:
    """Check every hyper-parameter of a dataclass instance. ValueError for the first that is out of bounds."""
    for param in params_of(owner).values():
        check_value(param, getattr(owner, param.name), type(owner).__name__)


def parse_value(param: Param, text: str) -> Any:
    """Read a value as it is typed on a command line ("none" for None). ValueError if it does not fit."""
    word = text.strip()
    if param.optional and word.lower() in ("none", "null", ""):
        return None
    value: Any = word
    try:
        if param.kind is bool:
            value = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[word.lower()]
        elif param.kind is int:
            value = int(word)
        elif param.kind is float:
            value = float(word)
    except (KeyError, ValueError):
        pass  # check_value says what is allowed, in the same words everywhere
    check_value(param, value)
    return value


def values_from_json(owner: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check a JSON object of hyper-parameters against a class; unknown names and bad values raise ValueError."""
    known = params_of(owner)
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(
            f"{owner.__name__} has no parameter {', '.join(map(repr, unknown))}. It has: {', '.join(known) or 'none'}."
        )
    for name, value in values.items():
        check_value(known[name], value, owner.__name__)
    return dict(values)


def _kind_of(hint: Any) -> tuple[type, bool]:
    """The value type of an annotation such as ``int`` or ``float | None``, and whether None is allowed."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [o for o in options if o is not type(None)]
    if len(kinds) != 1 or kinds[0] not in (int, float, bool, str):
        raise TypeError(f"a param() must be annotated int, float, bool, str or one of them | None, not {hint!r}")
    return kinds[0], len(kinds) < len(options)
