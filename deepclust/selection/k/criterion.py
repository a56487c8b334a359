"""A criterion: its facts, and on the board its curve over k, what it picks, and which other k it cannot rule out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

Better = Literal["high", "low"]
NEAR = 0.05  # of the range of a curve
RESERVE = 0.01  # the weight of a criterion that is heard only where no other has an opinion (yet)


@dataclass(frozen=True)
class Facts:
    """What a criterion is called, what it looks at, whether high or low is good, and how many voices it has.

    weight 0: its curve is shown, or it warns, and it does not vote (docs/decisions/0009-choosing-k.md).
    """

    name: str
    title: str
    sentence: str
    better: Better = "high"
    weight: float = 1.0


@dataclass(frozen=True)
class Criterion:
    """What one criterion says about k.

    ks and curve: values over k, None where there is none; both empty for a criterion that only counts. better: whether high
    or low values are good. pick: its k, or None if it has no opinion. plausible: the k that it cannot tell from its pick,
    the pick among them. weight: its voices in the verdict; 0 for one that does not vote. note: what has to be said about this data.
    """

    name: str
    title: str
    sentence: str
    better: Better = "high"
    ks: tuple[int, ...] = ()
    curve: tuple[float | None, ...] = ()
    pick: int | None = None
    plausible: tuple[int, ...] = ()
    weight: float = 1.0
    note: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As a dict that `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Criterion:
        """What `to_json` gave. ValueError if fields are missing."""
        known: dict[str, Any] = {
            f.name: tuple(values[f.name]) if isinstance(values[f.name], list) else values[f.name]
            for f in fields(cls)
            if f.name in values
        }
        try:
            return cls(**known)
        except TypeError as error:
            raise ValueError(f"This is not a criterion that was saved: {error}.") from error


def plain(values: ArrayLike) -> tuple[float | None, ...]:
    """Numbers as Python floats of 6 digits, None for NaN and infinity: fit for JSON."""
    return tuple(float(f"{v:.6g}") if np.isfinite(v) else None for v in np.asarray(values, np.float64))


def curve(
    facts: Facts,
    ks: Sequence[int],
    values: ArrayLike,
    *,
    pick: int | Literal["best"] | None = "best",
    near: float | None = None,
    note: str = "",
) -> Criterion:
    """The criterion with its values over ks (n_ks,).

    It picks the best value, or the k that is given. near: what values may differ by and still be as good.
    """
    scores = np.asarray(values, np.float64) * (1 if facts.better == "high" else -1)
    plausible: tuple[int, ...] = ()
    if pick == "best":
        pick, plausible = best_of(ks, scores, near)
    if facts.weight == 0:
        pick, plausible = None, ()
    return Criterion(
        facts.name,
        facts.title,
        facts.sentence,
        facts.better,
        tuple(ks),
        plain(values),
        pick,
        plausible or (() if pick is None else (pick,)),
        facts.weight,
        note,
    )


def count(facts: Facts, ks: Sequence[int], counts: Sequence[int], note: str = "") -> Criterion:
    """A criterion that only counted, maybe several times: its pick is the middle one of those within ks."""
    inside = sorted(c for c in counts if ks[0] <= c <= ks[-1])
    if len(inside) < len(counts):
        note += f" Counts outside {ks[0]} to {ks[-1]} are no vote."
    return Criterion(
        facts.name,
        facts.title,
        facts.sentence,
        facts.better,
        pick=inside[(len(inside) - 1) // 2] if inside else None,
        plausible=tuple(dict.fromkeys(inside)),
        weight=facts.weight,
        note=note.strip(),
    )


def best_of(ks: Sequence[int], scores: np.ndarray, near: float | None = None) -> tuple[int | None, tuple[int, ...]]:
    """The k of the highest score (n_ks,), and all k that come near it: within a twentieth of what the scores differ by, or
    within ``near``."""
    if not np.isfinite(scores).any():
        return None, ()
    best, least = np.nanmax(scores), np.nanmin(scores)
    good = np.flatnonzero(scores >= best - (NEAR * (best - least) if near is None else near))
    return int(ks[int(np.nanargmax(scores))]), tuple(int(ks[int(i)]) for i in good)
