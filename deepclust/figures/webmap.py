"""What the WebGL map is told, as bytes, and what it answers: points, colours, selections (NumPy only).

A message is [uint32 length of the header][header, JSON][arrays, each on a multiple of 8 bytes]. Every part of the map
(places, colours, what the card tells, the selection) is a message of its own, so that a change sends only what changed.
``assets/map/src/protocol.ts`` reads it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.figures.theme import NOISE, PETROFF_10

KINDS = ("float32", "uint8", "uint16", "int32")
ALIGNED = 8  # bytes


def message(
    map_key: str,
    part: str,
    facts: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray] | None = None,
    *,
    deflate: bool = False,
) -> bytes:
    """One part of a map as bytes: ``facts`` (JSON) and arrays float32, uint8, uint16 or int32, flattened.

    The header carries a hash of the content, by which the browser knows what it has already. deflate: compress the
    arrays; worth it for labels, not for places. ValueError for an array of another type.
    """
    body = b""
    places = {}
    for name, array in (arrays or {}).items():
        if array.dtype.name not in KINDS:
            raise ValueError(f"The array {name} is {array.dtype}; the map takes {', '.join(KINDS)}. Convert it first.")
        places[name] = [array.dtype.name, len(body), array.size]
        raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        body += raw + bytes(-len(raw) % ALIGNED)
    about = {"map": map_key, "part": part, "facts": dict(facts), "arrays": places, "deflated": deflate}
    version = hashlib.blake2b(json.dumps(about).encode() + body, digest_size=8).hexdigest()
    header = json.dumps({**about, "version": version}, separators=(",", ":")).encode()
    return len(header).to_bytes(4, "little") + header + (zlib.compress(body, 1) if deflate else body)


def version_of(packed: bytes) -> str:
    """The hash of a message's content."""
    length = int.from_bytes(packed[:4], "little")
    return str(json.loads(packed[4 : 4 + length])["version"])


def digest(array: np.ndarray) -> str:
    """A short hash of an array's content."""
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=8).hexdigest()


def group_codes(groups: np.ndarray) -> np.ndarray:
    """Group numbers int (m,) as codes uint8 or uint16: 0 is noise (negative numbers), g + 1 is group g."""
    codes: np.ndarray = np.maximum(groups, -1) + 1
    return codes.astype(np.uint8 if len(codes) == 0 or codes.max() < 256 else np.uint16)


def levels(values: np.ndarray) -> NDArray[np.uint8]:
    """Values float (m,) in 0..1 as 256 levels uint8; what is outside is drawn at the edge, NaN as 0."""
    unit = np.clip(np.nan_to_num(values, nan=0.0), 0.0, 1.0)
    return np.asarray(np.rint(unit * 255.0), dtype=np.uint8)


def frame(map_key: str, points: np.ndarray, ids: np.ndarray, space: str) -> bytes:
    """Places float (m, 2) of the samples ``ids`` int (m,). In the same ``space`` points glide, in a new one they jump."""
    arrays = {"xy": points.astype(np.float32)}
    if not np.array_equal(ids, np.arange(len(ids))):
        arrays["ids"] = ids.astype(np.int32)
    return message(map_key, "frame", {"space": space}, arrays)


def paint(
    map_key: str,
    groups: np.ndarray | None,
    values: np.ndarray | None = None,
    names: Sequence[str] | None = None,
    value_name: str = "Confidence",
    ends: tuple[str, str] | None = None,
    none: str = "Noise",
    none_colour: str = NOISE,
) -> bytes:
    """Colours: group int (m,) of every point with words for the groups, or values float (m,) in 0..1 instead,
    and what they are called. ends: what stands at the two ends of the scale of values; a point whose value is NaN is grey.
    none: what a negative group is called, and none_colour its colour.

    ValueError without either.
    """
    facts: dict[str, Any] = {"by": value_name, "none": none, "palette": PETROFF_10, "noise": none_colour}
    if values is not None:
        missing = np.isnan(values)
        codes = levels(values)
        if missing.any():
            codes = np.where(missing, 0, np.maximum(codes, 1)).astype(np.uint8)
            facts["gaps"] = True
        facts |= {"kind": "values", "names": None, "n_codes": 256}
        if ends is not None:
            facts["ends"] = list(ends)
    elif groups is not None:
        codes = group_codes(groups)
        n_codes = int(codes.max(initial=0)) + 1
        facts |= {"kind": "groups", "names": None if names is None else list(names), "n_codes": n_codes}
    else:
        raise ValueError("A map is coloured by groups or by values; give one of them.")
    return message(map_key, "paint", facts, {"codes": codes}, deflate=True)


def guest(map_key: str, point: np.ndarray | None, words: str = "") -> bytes:
    """A sample that is none of the points, at float (2,) and with a word beside it; None takes it away."""
    xy = np.zeros(0, np.float32) if point is None else np.asarray(point, np.float32)
    return message(map_key, "guest", {"words": words}, {"xy": xy})


def chosen(map_key: str, ids: np.ndarray, selected: np.ndarray, seq: int) -> bytes:
    """Which of the samples ``ids`` are selected, one bit each. seq: number of the browser's selection that this follows."""
    mask = np.isin(ids, selected)
    return message(map_key, "chosen", {"seq": seq}, {"bits": np.packbits(mask, bitorder="little")}, deflate=True)


def rows_of(selection: Mapping[str, Any], n: int) -> np.ndarray:
    """Rows int64 of a selection that came from the browser, of a map of n points.

    It holds ``rows`` (uint32 numbers) or ``bits`` (one for each point), as base64. ValueError if it does not, or if it
    names points that are not there.
    """
    try:
        if "rows" in selection:
            raw = base64.b64decode(selection["rows"], validate=True)
            rows = np.frombuffer(raw, dtype="<u4").astype(np.int64)
        else:
            raw = base64.b64decode(selection["bits"], validate=True)
            if len(raw) != (n + 7) // 8:
                raise ValueError(f"{len(raw)} bytes of bits")
            rows = np.flatnonzero(np.unpackbits(np.frombuffer(raw, np.uint8), count=n, bitorder="little"))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ValueError(f"This is no selection of a map of {n} points: {error}. Select again.") from error
    if len(rows) and rows.max() >= n:
        raise ValueError(f"Point {rows.max()} is selected, but the map has {n}. Select again.")
    return rows
