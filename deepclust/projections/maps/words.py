"""What can be believed of a map and what cannot, in plain short words that stand beside it."""

from __future__ import annotations

from deepclust.projections.discovery import PROJECTIONS
from deepclust.projections.maps.kept import MEASURED, NEIGHBORS
from deepclust.projections.maps.projection import Projection


def map_words(found: Projection, n_samples: int) -> list[str]:
    """Sentences on a map of some or all of ``n_samples``: what is true, what is not, and how much of it was measured."""
    words = []
    if found.explained is not None:
        axes = found.points.shape[-1]
        words.append(f"These {axes} axes show {found.explained:.0%} of all differences; the rest is flattened.")
    words.append(PROJECTIONS[found.method].note)
    if found.trustworthiness is not None:
        words.append(_trust(found.trustworthiness))
    if found.kept is not None:
        measured = f" (measured on {MEASURED:,} of them)" if len(found.kept) > MEASURED else ""
        words.append(
            f"On average {found.kept.mean():.0%} of a point's {NEIGHBORS} nearest samples are among its {NEIGHBORS} nearest "
            f"on the map{measured}."
        )
    if found.laid_out is not None:
        words.append(
            f"{found.laid_out:,} samples, of every cluster its share, made this map; the others stand among their nearest of these."
        )
    n_shown = found.points.shape[-2]
    if n_shown < n_samples:
        words.append(f"Showing {n_shown:,} of {n_samples:,} samples, every cluster with its share.")
    return words


def _trust(share: float) -> str:
    """Trustworthiness (Venna & Kaski 2001) as a word and a share."""
    word = next(
        word for least, word in ((0.95, "Nearly all"), (0.85, "Most"), (0.7, "Many"), (0.0, "Few")) if share >= least
    )
    doubt = "" if share >= 0.85 else ": do not trust single points"
    return f"{word} neighbours on this map are true neighbours (trustworthiness {share:.2f}){doubt}."
