"""All criteria on one latent space, one after the other, the quick ones first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.discovery import IDEAS
from deepclust.selection.k.material import gather


def judge_k(
    X: ArrayLike,
    ks: Sequence[int] = range(2, 21),
    labels: Mapping[int, ArrayLike] | None = None,
    random_state: int = 0,
    pictures: NDArray[np.float32] | None = None,
) -> Iterator[Criterion]:
    """Criteria over ks on a frozen latent space X (n_samples, d), each as soon as it is known, in the order of `FACTS`.

    labels: clusters (n_samples,) at some of the ks, as a run keeps them; others are found here. pictures: the data of the space (n, h, w[, c]), where they
    are pictures. At most 10,000 samples are
    looked at, and 3,000 where the cost grows with the square. ValueError for X or ks that cannot be judged.
    """
    began = time.perf_counter()
    material = gather(X, ks, labels, random_state, pictures)
    for idea in IDEAS:
        for criterion in idea.judge(material):
            now = time.perf_counter()
            yield replace(criterion, seconds=now - began)
            began = now
