"""The common verdict of all criteria: votes for every k, their median, and the range in which they are densest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criterion import RESERVE, Criterion

#: What a pick at the first or last k counts: there the curve has no peak, it may go on beyond.
AT_THE_END = 0.4
#: The range is the shortest that holds this share of the votes, and a twelfth more on either side: neighbouring k look alike.
DENSEST, MARGIN = 0.8, 1.08
#: ... unless nearly all votes are for a single k.
UNANIMOUS = 0.95
#: A range up to so many times its lowest k is a clear answer.
CLEAR = 1.25


@dataclass(frozen=True)
class Verdict:
    """What the criteria say together.

    best: the median of all votes. low .. high: where the votes are densest
    (`densest`), and the median. clear: whether that range is narrow.
    votes: for every k. agreeing, n_voters: how many criteria picked a k of the range, and how many had an opinion. sentence
    and reasons: the same in words.
    """

    best: int
    low: int
    high: int
    clear: bool
    votes: dict[int, float]
    agreeing: int
    n_voters: int
    sentence: str
    reasons: tuple[str, ...]


def give_verdict(criteria: Iterable[Criterion]) -> Verdict | None:
    """The verdict of the criteria that are there; None before the first of them has an opinion."""
    criteria = list(criteria)
    ks = sorted({k for c in criteria for k in c.ks})
    opinions = [c for c in criteria if c.weight > 0 and c.pick is not None]
    voters = [c for c in opinions if c.weight > RESERVE] or opinions
    if not ks or not voters:
        return None
    votes = count_votes(voters, ks)
    best = median(ks, votes)
    low, high = densest(ks, votes)
    low, high = min(low, best), max(high, best)
    agreeing = [c for c in voters if c.pick is not None and low <= c.pick <= high]
    clear = high <= max(low + 1, CLEAR * low)
    return Verdict(
        best=best,
        low=low,
        high=high,
        clear=clear,
        votes={k: round(float(v), 3) for k, v in zip(ks, votes, strict=True)},
        agreeing=len(agreeing),
        n_voters=len(voters),
        sentence=_sentence(best, low, high, clear, ks[-1]),
        reasons=_reasons(voters, agreeing, criteria, best, low, high, ks),
    )


def count_votes(voters: Sequence[Criterion], ks: Sequence[int]) -> NDArray[np.float64]:
    """Votes (n_ks,) for every k. Each criterion has ``weight`` voices: half for its pick, half for all that it finds plausible."""
    votes = np.zeros(len(ks))
    for voter in voters:
        if voter.pick is None:
            continue
        at_the_end = bool(voter.curve) and voter.pick in (ks[0], ks[-1])
        voices = voter.weight * (AT_THE_END if at_the_end else 1.0)
        plausible = voter.plausible or (voter.pick,)
        votes[ks.index(voter.pick)] += voices / 2
        for k in plausible:
            votes[ks.index(k)] += voices / 2 / len(plausible)
    return votes


def median(ks: Sequence[int], votes: np.ndarray) -> int:
    """The k with half of all votes on either side; between two such k their mean, rounded up."""
    upto = np.cumsum(votes) / votes.sum()
    lower, upper = (int(ks[int(np.searchsorted(upto, 0.5 + step))]) for step in (-1e-9, 1e-9))
    return (lower + upper + 1) // 2


def densest(ks: Sequence[int], votes: np.ndarray) -> tuple[int, int]:
    """The shortest range of ks that holds four fifths of the votes (n_ks,), the lowest of several, widened by a twelfth of its ends,
    at least by 1; a single k where that has nearly all votes."""
    top = int(votes.argmax())
    if votes[top] >= UNANIMOUS * votes.sum():
        return ks[top], ks[top]
    upto = np.concatenate([[0.0], np.cumsum(votes)]) / votes.sum()
    ends = np.searchsorted(upto, upto[:-1] + DENSEST - 1e-9)  # the range from place i to place ends[i] - 1 is enough
    places = np.flatnonzero(ends < len(upto))
    first = int(places[np.argmin([ks[int(ends[i]) - 1] - ks[int(i)] for i in places])])
    low, high = floor(ks[first] / MARGIN), ceil(ks[int(ends[first]) - 1] * MARGIN)
    return max(low, ks[0]), min(high, ks[-1])


def _sentence(best: int, low: int, high: int, clear: bool, last: int) -> str:
    beyond = f" or more (k was compared up to {last})" if high == last else ""
    if low == high:
        return f"{best} clusters{beyond}."
    if clear:
        first, last_other = low + (low == best), high - (high == best)
        others = f"{first} is" if first == last_other else f"{first} to {last_other} are"
        return f"{best} clusters{beyond}; {others} nearly as good."
    return f"No clear k: {low} to {high}{beyond} are possible; the middle of the votes is {best}."


def _reasons(
    voters: Sequence[Criterion],
    agreeing: Sequence[Criterion],
    criteria: Sequence[Criterion],
    best: int,
    low: int,
    high: int,
    ks: Sequence[int],
) -> tuple[str, ...]:
    where = f"a k from {low} to {high}" if low < high else f"k = {best}"
    words = [f"{len(agreeing)} of {len(voters)} criteria pick {where}: {_listed([_named(c) for c in agreeing])}."]
    fewer = [c for c in voters if c.pick is not None and c.pick < low]
    more = [c for c in voters if c.pick is not None and c.pick > high]
    if fewer:
        words.append(f"For fewer speak {_listed([_named(c) for c in fewer])}.")
    if more:
        words.append(f"For more speak {_listed([_named(c) for c in more])}.")
    if high == ks[-1]:
        words.append("The range ends where the comparison does: compare up to a larger k to be sure.")
    words += [c.note for c in criteria if c.weight == 0 and c.note]
    return tuple(w for w in words if not w.endswith(": ."))


def _named(criterion: Criterion) -> str:
    return f"{criterion.title} ({criterion.pick})"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
