"""The Python archives of CIFAR-10 and CIFAR-100: pickles whose few plain values are taken out without running them.

Nothing is unpickled. The opcodes are walked; what they would call is only noted, and arrays are made from their bytes.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_MARK = object()
_VALUES = {
    "BINBYTES",
    "BINBYTES8",
    "SHORT_BINBYTES",
    "BYTEARRAY8",
    "BINUNICODE",
    "BINUNICODE8",
    "SHORT_BINUNICODE",
    "UNICODE",
} | {
    *("BINSTRING", "SHORT_BINSTRING", "STRING", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
    *("FLOAT", "BINFLOAT"),
}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple}
_NO_EFFECT = ("PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "STOP")


@dataclass
class _Call:
    """What a pickle would call, with which arguments, and the state that it would set."""

    arguments: tuple[Any, ...] = field(default=())
    state: Any = None


def values_of(content: bytes) -> dict[str, Any]:
    """The dictionary that a pickle holds: texts, numbers, lists of them, and arrays of bytes as uint8 in their shape.

    ValueError for an opcode that plain values do not need.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}

    def popped() -> list[Any]:
        at = max(i for i, item in enumerate(stack) if item is _MARK)
        items = stack[at + 1 :]
        del stack[at:]
        return items

    for opcode, argument, _ in pickletools.genops(content):
        name = opcode.name
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            stack.append(_EMPTY[name]())
        elif name == "MARK":
            stack.append(_MARK)
        elif name == "GLOBAL":
            stack.append(_Call())
        elif name == "STACK_GLOBAL":
            del stack[-2:]
            stack.append(_Call())
        elif name in ("TUPLE", "LIST", "DICT"):
            items = popped()
            stack.append(
                tuple(items) if name == "TUPLE" else items if name == "LIST" else dict(zip(items[::2], items[1::2]))  # noqa: B905
            )
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            n = int(name[-1])
            stack[-n:] = [tuple(stack[-n:])]
        elif name in ("REDUCE", "NEWOBJ"):
            arguments = stack.pop()
            # Python 3 writes bytes for Python 2 as a text that is to be encoded
            encoded = len(arguments) == 2 and arguments[1] in ("latin1", "latin-1") and isinstance(arguments[0], str)
            stack[-1] = arguments[0].encode("latin-1") if encoded else _Call(tuple(arguments))
        elif name == "BUILD":
            state = stack.pop()
            stack[-1].state = state
        elif name in ("APPENDS", "SETITEMS", "APPEND", "SETITEM"):
            n = 2 if name == "SETITEM" else 1
            items = popped() if name[-1] == "S" else [stack.pop() for _ in range(n)][::-1]
            if name.startswith("APPEND"):
                stack[-1].extend(items)
            else:
                stack[-1].update(zip(items[::2], items[1::2]))  # noqa: B905
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[int(str(argument))])
        elif name not in _NO_EFFECT:
            raise ValueError(f"It holds {name}, which plain values do not need, and is refused.")
        if name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[int(str(argument))] = stack[-1]
    (values,) = stack
    return {_text(key): _array(value) if isinstance(value, _Call) else value for key, value in values.items()}


def _array(call: _Call) -> np.ndarray:
    """The array of bytes that a pickle of NumPy describes: its state is version, shape, type, order, bytes."""
    if call.state is not None:
        _, shape, dtype, by_columns, content = call.state
    else:  # the newest protocol makes it at once of bytes, type, shape and order
        content, dtype, shape, order = call.arguments
        by_columns = order == "F"
    if _text(dtype.arguments[0]) not in ("u1", "|u1"):
        raise ValueError("It holds an array that is not of bytes, and is refused.")
    content = content.encode("latin-1") if isinstance(content, str) else content
    return np.frombuffer(content, np.uint8).reshape(shape, order="F" if by_columns else "C")


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
