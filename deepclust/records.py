"""What JSON files hold, as dataclasses: one reader that checks every field by its type, with the bounds of numbers as data.

A file may come from a stranger, from another version, or from a disk that failed: nothing of it is used unchecked.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Required, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

T = TypeVar("T")
Reader = Callable[[Any], Any]


@dataclass(frozen=True)
class Within:
    """Bounds of a number, both inclusive; ``finite`` False also lets NaN and infinity pass (a loss may be either)."""

    min: float
    max: float
    finite: bool = True


@dataclass(frozen=True)
class UpTo:
    """Bound of a text: it has from 1 to so many characters."""

    most: int


Count = Annotated[int, Within(0, 2**53)]
Seconds = Annotated[float, Within(0, 1e11)]
Rate = Annotated[float, Within(0, 1e15)]  # of a second
Moment = Annotated[float, Within(0, 1e11)]  # seconds since 1970 that every system can still write as a date
Loss = Annotated[float, Within(-math.inf, math.inf, finite=False)]
Score = Annotated[float, Within(-1.001, 1.001)]  # rounding may lead a little beyond 1
Fraction = Annotated[float, Within(0, 1.001)]

_WHOLE, _REAL = Within(-(2**63), 2**63 - 1), Within(-1e300, 1e300)
DEEPEST = 16  # lists and objects inside each other, where a field may hold any value


def from_record(kind: type[T], values: Any) -> T:
    """A decoded JSON object as an instance of a dataclass (or as a TypedDict), its fields checked by their types.

    A field may be a str, int, float, bool, None, Literal, list, tuple[X, ...], Mapping[str, X], dataclass, TypedDict, a
    union of them, or Any (plain JSON of bounded depth); ``Annotated[float, Within(0, 1)]`` bounds a number,
    ``Annotated[str, UpTo(80)]`` a text. Fields that are missing keep their default, fields of a later version are passed
    over. ValueError, naming the field, for all else.
    """
    kept: Any = kind  # mypy: a TypedDict is hashable, too
    read: Callable[[Any], T] = _reader(kept)
    return read(values)


def what_fits(kind: type, values: Any) -> dict[str, Any]:
    """The fields of a TypedDict that a decoded JSON object has and that fit; the others are left out.

    ValueError where it is no object.
    """
    if not isinstance(values, dict):
        raise _refuse(values, "an object")
    known = {}
    for name, hint in _hints(kind).items():
        with suppress(ValueError):
            if name in values:
                known[name] = _reader(hint)(values[name])
    return known


_hints = functools.cache(functools.partial(get_type_hints, include_extras=True))


def _refuse(value: Any, wanted: str) -> ValueError:
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else f"a {type(value).__name__}"
    return ValueError(f"{shown[:60]} is not {wanted}")


@functools.cache
def _reader(kind: Any) -> Reader:
    """The function that reads one type; it is made once."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _text(inside[1].most) if isinstance(inside[1], UpTo) else _number(inside[0], inside[1])
    if origin is Required:
        return _reader(inside[0])
    if origin in (Union, types.UnionType):
        return _one_of(inside)
    if origin is Literal:
        return _literal(inside)
    if origin in (list, tuple):
        return _several(list if origin is list else tuple, _reader(inside[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_reader(inside[1]))
    if dataclasses.is_dataclass(kind) or is_typeddict(kind):
        return _fields(kind)
    if kind is Any:
        return _plain
    if kind in (int, float):
        return _number(kind, _WHOLE if kind is int else _REAL)
    return _exactly(kind)


def _number(kind: type, bounds: Within) -> Reader:
    noun = "a whole number" if kind is int else "a number"
    wanted = noun if not bounds.finite else f"{noun} from {bounds.min:g} to {bounds.max:g}"
    allowed = (int,) if kind is int else (int, float)

    def read(value: Any) -> Any:
        if type(value) not in allowed:  # a bool is no number
            raise _refuse(value, wanted)
        if bounds.finite and not bounds.min <= value <= bounds.max:  # NaN is within nothing
            raise _refuse(value, wanted)
        try:
            return kind(value)
        except OverflowError:
            raise _refuse(value, wanted) from None

    return read


def _text(most: int) -> Reader:
    def read(value: Any) -> str:
        if type(value) is not str or not 1 <= len(value.strip()) <= most:
            raise _refuse(value, f"a text of 1 to {most} characters")
        return value.strip()

    return read


def _one_of(kinds: tuple[Any, ...]) -> Reader:
    # the last one's error is told: not that of null, where null only means that there is nothing
    readers = [_reader(kind) for kind in sorted(kinds, key=lambda kind: kind is not type(None))]

    def read(value: Any) -> Any:
        for reader in readers[:-1]:
            try:
                return reader(value)
            except ValueError:
                continue
        return readers[-1](value)

    return read


def _literal(choices: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise _refuse(value, "one of " + ", ".join(map(str, choices)))
        return value

    return read


def _several(make: type, reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise _refuse(value, "a list")
        inner = []
        for place, one in enumerate(value):
            try:
                inner.append(reader(one))
            except ValueError as error:
                raise ValueError(f"number {place + 1}: {error}") from None
        return make(inner)

    return read


def _mapping(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _refuse(value, "an object")
        return {name: reader(inner) for name, inner in value.items()}

    return read


def _fields(kind: Any) -> Reader:
    hints = get_type_hints(kind, include_extras=True)
    if is_typeddict(kind):
        names, needed = list(hints), kind.__required_keys__
    else:
        fields = dataclasses.fields(kind)
        names = [field.name for field in fields]
        missing = dataclasses.MISSING
        needed = {f.name for f in fields if f.default is missing and f.default_factory is missing}
    readers = {name: _reader(hints[name]) for name in names}

    def read(values: Any) -> Any:
        if not isinstance(values, dict):
            raise _refuse(values, "an object")
        known = {}
        for name, reader in readers.items():
            if name in values:
                try:
                    known[name] = reader(values[name])
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
            elif name in needed:
                raise ValueError(f"{name} is missing")
        return kind(**known)

    return read


def _exactly(kind: type) -> Reader:
    names = {str: "a text", bool: "true or false", type(None): "null"}
    wanted = names[kind]

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _refuse(value, wanted)
        return value

    return read


def _plain(value: Any, depth: int = DEEPEST) -> Any:
    if isinstance(value, list | dict):
        if not depth:
            raise ValueError(f"more than {DEEPEST} lists inside each other")
        for inner in value.values() if isinstance(value, dict) else value:
            _plain(inner, depth - 1)
    return value
