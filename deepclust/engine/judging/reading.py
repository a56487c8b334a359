"""What the gaps between the first eigenvalues of a space say about k, as it is kept, and why spaces may disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepclust.metrics.eigengap import gap_words, ordinal, read_gaps
from deepclust.selection.k.verdict import Verdict


@dataclass(frozen=True)
class Reading:
    """One space: its title, its first eigenvalues, and whether the method made it for the k of the training."""

    title: str
    values: tuple[float, ...] = ()
    shaped: bool = False

    @property
    def clear(self) -> tuple[int, ...]:
        """The k after whose value there is a clear gap, the widest first."""
        return read_gaps(self.values).clear if len(self.values) > 2 else ()

    @property
    def n_pieces(self) -> int:
        """Pieces that the neighbour graph has fallen into; 1 where it hangs together."""
        return read_gaps(self.values).n_pieces if len(self.values) > 2 else 1


def reading_words(values: Sequence[float]) -> str:
    """What eigenvalues say about k, in a sentence or two of Markdown."""
    if len(values) < 3:
        return "Too few samples for a gap between eigenvalues."
    said = gap_words(values)
    return " ".join(said[: 2 if read_gaps(values).n_pieces > 1 else 1])


def reading_in_short(values: Sequence[float]) -> str:
    """The same in a few words."""
    if len(values) < 3:
        return "too few samples for a gap"
    gaps = read_gaps(values)
    if gaps.clear:
        return f"{gaps.clear[0]} groups are well separated"
    return f"{gaps.n_pieces} pieces or more" if gaps.n_pieces > 1 else "no clear gap"


def disagreement(verdict: Verdict | None, spaces: Sequence[Reading], own_k: int) -> str:
    """Why what was read in the spaces need not be what the criteria say, in a sentence; "" where they agree.

    A clear gap speaks for its k. Pieces are a least number of groups: they contradict a range that ends below them, and in
    a space that was made for ``own_k`` groups and fell into as many, any range that leaves them out.
    """
    if verdict is None:
        return ""
    for space in sorted(spaces, key=lambda space: not space.shaped):
        in_pieces = not space.clear and space.n_pieces > 1
        k = space.n_pieces if in_pieces else (space.clear or (None,))[0]
        if k is None or verdict.low <= k <= verdict.high:
            continue
        if space.shaped and own_k in (*space.clear, space.n_pieces):
            sign = (
                f"its {own_k} pieces are" if space.n_pieces == own_k else f"its gap after the {ordinal(own_k)} value is"
            )
            return (
                f"The spaces disagree. The last one was made to hold {own_k} groups, so {sign} partly the method's own work: a "
                "method trained with 15 shows 15. Train with another k and see whether that number moves along: if it does "
                "not, believe it."
            )
        if not in_pieces or k > verdict.high:
            return (
                "The spaces disagree: gaps and pieces count groups that hang together by neighbours, most criteria those that "
                "are compact. Look at the film of k to see what the groups in question are."
            )
    return ""
