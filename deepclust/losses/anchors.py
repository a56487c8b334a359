"""Anchor pairs: the few pairs of a batch that are trusted to belong together, from neighbours inside the batch."""

from __future__ import annotations

import torch


def anchor_pairs(x: torch.Tensor, n_neighbors: int, fraction: float) -> torch.Tensor:
    """Mutual nearest neighbours of a batch, the closest ``fraction`` of them (DDLS, section 3.1 and algorithm 1).

    x (b, ...): samples, compared by Euclidean distance of all their values. Returns bool (b, b), symmetric, False
    on the diagonal. A pair counts when each is among the other's ``n_neighbors`` nearest (itself left out): the
    paper asks for the pairs "with the highest confidence". With fraction 1 they lie evenly in dense and thin regions; the
    closest of more neighbours, "the largest similarities" in the paper's words, are nearly all in dense ones (USPS: 2.6 for a
    one, 0.1 for a two). At least one pair is kept where there is any.
    """
    x = x.flatten(1)
    n_samples = len(x)
    distance = torch.cdist(x, x)
    # both ways are rounded apart, and the threshold may fall in between
    distance = torch.minimum(distance, distance.T)
    distance.fill_diagonal_(torch.inf)
    near, nearest = distance.topk(min(n_neighbors, n_samples - 1), largest=False)  # (b, n_neighbors)
    pairs = torch.zeros_like(distance, dtype=torch.bool).scatter_(1, nearest, True)
    pairs &= pairs.T.clone()
    if fraction < 1:
        pairs &= distance <= _quantile(near, pairs.gather(1, nearest), fraction)
    return pairs


def _quantile(values: torch.Tensor, among: torch.Tensor, fraction: float) -> torch.Tensor:
    """The quantile () of those values (...) that are ``among`` (...) bool, between the two next to it; infinite of none.

    That of torch would have to know how many there are, and a captured step does not look.
    """
    ordered = torch.where(among, values, torch.inf).flatten().sort().values
    last = (among.sum() - 1).clamp(min=0)
    rank = fraction * last.to(values.dtype)
    below = ordered.gather(0, rank.floor().long()[None])
    above = ordered.gather(0, rank.ceil().long()[None])
    return torch.where(below == above, below, below.lerp(above, rank - rank.floor()))
