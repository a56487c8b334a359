"""Who is who when k changes: from one k to the next the larger part of a cluster keeps its number, and so letter and colour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from deepclust.metrics.external import IntArray, contingency

#: Numbers that are equal modulo this have the same hue.
HUES = 10


def letter(number: int) -> str:
    """What people call a cluster number: 0 is A, 25 is Z, 26 is AA; negative numbers are noise. Files keep the number."""
    if number < 0:
        return "noise"
    first = "" if number < 26 else letter(number // 26 - 1)
    return first + chr(ord("A") + number % 26)


def inherit(reference: ArrayLike, labels: ArrayLike, taken: Collection[int] = ()) -> IntArray:
    """Rename clusters so that each takes the number of the one in ``reference`` that it is the larger part of.

    Both are integer arrays (n_samples,). Pairs that share most samples come first. A pair counts only where one is the
    largest part of the other: what is left of a cluster that was divided among others is nobody's heir. All other
    clusters get fresh numbers, in ``reference`` and ``taken`` unknown, of a hue that few of the others have. Noise (-1)
    stays noise.
    """
    counts, label_ids, reference_ids = contingency(reference, labels)
    counts = counts[np.ix_(label_ids >= 0, reference_ids >= 0)]
    new, old = label_ids[label_ids >= 0].tolist(), reference_ids[reference_ids >= 0].tolist()
    heirs: dict[int, int] = {}
    parents = {name: old[int(counts[i].argmax())] for i, name in enumerate(new) if counts[i].any()}
    rows, columns = np.nonzero(
        (counts == counts.max(axis=0, initial=1)) | (counts == counts.max(axis=1, initial=1, keepdims=True))
    )
    for i, j in sorted(zip(rows.tolist(), columns.tolist(), strict=True), key=lambda ij: (-counts[ij], ij)):
        if counts[i, j] and new[i] not in heirs and old[j] not in heirs.values():
            heirs[new[i]] = old[j]
    used = {*map(int, taken), *old}
    for name in new:
        if name not in heirs:
            heirs[name] = _fresh(used, heirs.values(), parents.get(name))
            used.add(heirs[name])
    numbers = np.array([heirs.get(int(name), int(name)) for name in label_ids], dtype=np.int64)
    return numbers[np.searchsorted(label_ids, np.asarray(labels))]


def lineage(by_k: Mapping[int, ArrayLike], own_k: int, taken: Iterable[int] = ()) -> dict[int, IntArray]:
    """Labels (n_samples,) of every k, renamed outwards from ``own_k`` by `inherit`; no number comes back for another cluster.

    The clusters at own_k keep their numbers. taken: numbers that clusters at yet other k have. Steps alternate, own_k + 1, own_k - 1, own_k + 2, ..., so the k that are looked at most have the first letters.
    """
    named = {own_k: np.asarray(by_k[own_k], dtype=np.int64)}
    used = {int(number) for number in np.unique(named[own_k])} | {int(number) for number in taken}
    for k in sorted(by_k, key=lambda k: (abs(k - own_k), -k)):
        if k not in named:
            nearer = min(named, key=lambda other: (abs(other - k), abs(other - own_k)))
            named[k] = inherit(named[nearer], by_k[k], used)
            used |= {int(number) for number in np.unique(named[k])}
    return {k: named[k] for k in by_k}


def _fresh(used: Collection[int], beside: Collection[int], parent: int | None) -> int:
    """The smallest number of nobody's, of the hue that the fewest beside it have, and another than its parent's."""
    hues = [number % HUES for number in beside if number >= 0]
    free = [number for number in range(max(used, default=-1) + HUES + 1) if number not in used]
    return min(free, key=lambda n: (n % HUES == (-1 if parent is None else parent % HUES), hues.count(n % HUES), n))
