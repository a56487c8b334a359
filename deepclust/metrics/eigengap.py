"""Eigengaps: what jumps between the first eigenvalues of a neighbour graph say about the number of clusters, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ZERO = 1e-9
#: A gap counts as clear when the next value is so many times as large and the gap is not small beside the widest one, or
#: when it is so many times as large that nothing else matters. Single shapes stay below both: drawn 4 times each, the
#: ratio reached 2.2 in round clouds and squares of 2 to 10 dimensions, 4.1 in rings and in strips of 10 to 1, whose
#: steep gaps are the first and small ones.
STEEP, VERY_STEEP = 3.0, 8.0
NOT_SMALL = 0.5
CANDIDATES = 3
FEW = 0.01  # of the samples: a piece below that is an outlier


@dataclass(frozen=True)
class Eigengaps:
    """Reading of the first eigenvalues of a normalised Laplacian.

    n_pieces: values that are 0, one for each connected piece of the graph. widest: k from 2 up, at most three, with the
    widest gaps after the k-th value, widest first. clear: those k, of all, whose gap speaks for k clusters, widest first.
    first_widest: whether the gap after the first value, which says nothing, is wider than all others.
    """

    n_pieces: int
    widest: tuple[int, ...]
    clear: tuple[int, ...]
    first_widest: bool

    @property
    def marked(self) -> tuple[int, ...]:
        """The k worth looking at: the clear ones, then the next widest, three of them unless more are clear.

        Where the graph has fallen apart and no gap is clear, the pieces are the answer, and no gap is worth it.
        """
        if self.n_pieces > 1 and not self.clear:
            return ()
        others = [k for k in self.widest if k not in self.clear]
        return self.clear + tuple(others[: max(0, CANDIDATES - len(self.clear))])


def eigengaps(values: ArrayLike) -> NDArray[np.float64]:
    """Gap after each value: (m - 1,) from eigenvalues (m,) ascending; entry k - 1 is the gap after the k-th."""
    return np.diff(np.asarray(values, np.float64))


def read_gaps(values: ArrayLike) -> Eigengaps:
    """Read eigenvalues (m,) ascending. von Luxburg 2007, "A tutorial on spectral clustering", sections 8.3 and 3.2.

    ValueError for fewer than 3 values: there is no gap after the second.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or len(values) < 3:
        raise ValueError(
            f"values has shape {values.shape}: at least 3 eigenvalues in one row show a gap after the second."
        )
    gaps = eigengaps(values)
    by_width = [int(i) + 1 for i in np.argsort(-gaps, kind="stable") if i > 0]
    widest = gaps[by_width[0] - 1]
    clear = tuple(k for k in by_width if _is_clear(values, gaps[k - 1], k, widest))
    return Eigengaps(
        n_pieces=int((values <= ZERO).sum()),
        widest=tuple(k for k in by_width[:CANDIDATES] if gaps[k - 1] > ZERO),
        clear=clear,
        first_widest=bool(gaps[0] > widest),
    )


def _is_clear(values: np.ndarray, gap: float, k: int, widest: float) -> bool:
    if values[k - 1] <= ZERO:
        return False  # the graph has fallen apart: pieces are counted, not judged by a gap
    ratio = values[k] / values[k - 1]
    return bool(ratio >= VERY_STEEP or (ratio >= STEEP and gap >= NOT_SMALL * widest))


def piece_sizes(values: ArrayLike, vectors: np.ndarray) -> list[int]:
    """Samples in each connected piece, largest first: the eigenvectors (n, m) of the value 0 live on one piece each."""
    zero = np.asarray(values) <= ZERO
    return sorted((int(n) for n in np.count_nonzero(vectors[:, zero], axis=0)), reverse=True)


def gap_words(values: ArrayLike, pieces: Sequence[int] = ()) -> list[str]:
    """What the eigenvalues (m,) say about k, as sentences in Markdown, the verdict first.

    pieces: samples in each connected piece (see `piece_sizes`), where they are known.
    """
    values = np.asarray(values, np.float64)
    found = read_gaps(values)
    if found.n_pieces == len(values):
        return [
            f"**The neighbour graph falls apart into {len(values)} pieces or more**: all these eigenvalues are 0, so that "
            "no gap can be seen among them. Each piece is a tight group of its own."
        ]
    words = _words_of_pieces(found.n_pieces, pieces) if found.n_pieces > 1 else []
    words += [_verdict(values, found), _next(found)]
    if found.n_pieces == 1:
        words.append(_trap(found))
    return [sentence for sentence in words if sentence]


def _words_of_pieces(n_pieces: int, pieces: Sequence[int]) -> list[str]:
    sizes = f" ({_listed([f'{n:,}' for n in pieces])} samples)" if 1 < len(pieces) <= 6 else ""
    words = (
        f"**The neighbour graph falls apart into {n_pieces} pieces**{sizes}: no sample of one has a neighbour in another. "
        f"No gap is as sure a sign as that: there are at least {n_pieces} groups."
    )
    few = sum(n < FEW * sum(pieces) for n in pieces)
    if few:
        words += (
            f" But {few} of them {'is' if few == 1 else 'are'} smaller than 1 % of the samples: outliers rather than "
            f"{'a group' if few == 1 else 'groups'}."
        )
    return [words]


def _verdict(values: np.ndarray, found: Eigengaps) -> str:
    if found.clear:
        k, *more = found.clear
        words = (
            f"**A clear gap after the {ordinal(k)} value: {k} groups are well separated.** The next value is "
            f"{_times(values, k)} times as large."
        )
        if more:
            words += f" Also clear: after the {_listed([ordinal(other) for other in more])}, so there may be groups within groups."
        return words
    if not found.widest:
        return "**No gap at all** among these values."
    k = found.widest[0]
    if values[k - 1] <= ZERO:
        return "**No clear gap beyond that**: nothing here speaks for more groups than pieces."
    so_much = (
        f"The widest is after the {ordinal(k)} value, but the next value is only {_times(values, k)} times as large"
    )
    if found.n_pieces > 1:
        return f"**No clear gap beyond that**: nothing here speaks for more groups than pieces. {so_much}."
    alone = "round cloud of points" if values[k] < STEEP * values[k - 1] else "long strip of points"
    return f"**No clear gap.** {so_much}, and a single {alone} can do the same. These values do not settle k."


def _next(found: Eigengaps) -> str:
    others = [k for k in found.marked if k not in found.clear]
    if not others:
        return ""
    if found.clear:
        return f"The next candidate{'s are' if len(others) > 1 else ' is'} {_listed([str(k) for k in others])}."
    return f"Candidate{'s' if len(others) > 1 else ''} to look at: {_listed([str(k) for k in others])}."


def _trap(found: Eigengaps) -> str:
    wider = ", although it is the widest here," if found.first_widest else ""
    return (
        f"The gap after the first value{wider} is left out: the first value of a graph that hangs together is 0 whatever "
        "the data, so that gap never speaks for one cluster. That is the known trap of this picture."
    )


def _times(values: np.ndarray, k: int) -> str:
    ratio = values[k] / values[k - 1]
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..., 11th, ..., 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
