"""Numbers that follow clusters over all k: the larger part keeps its own, and none comes back for another cluster."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.cluster import KMeans

from deepclust.metrics.lineage import inherit, lineage


def test_the_larger_part_of_a_split_keeps_the_number_and_the_smaller_gets_a_fresh_one() -> None:
    reference = [0, 0, 0, 0, 1, 1]
    assert inherit(reference, [2, 2, 2, 0, 1, 1]).tolist() == [0, 0, 0, 2, 1, 1]
    assert inherit(reference, [2, 2, 2, 0, 1, 1], taken=[2, 3]).tolist() == [0, 0, 0, 4, 1, 1]


def test_a_merged_cluster_has_the_number_of_its_larger_part() -> None:
    assert inherit([0, 0, 0, 1, 2, 2], [1, 1, 1, 1, 0, 0]).tolist() == [0, 0, 0, 0, 2, 2]


def test_what_is_left_of_a_divided_cluster_is_nobodys_heir() -> None:
    # 1 goes mostly into the heir of 0; the new cluster takes most of its samples from 0: neither is the other's largest part
    reference = np.repeat([0, 1], [12, 5])
    labels = np.repeat([7, 8, 7, 8], [9, 3, 4, 1])
    assert inherit(reference, labels).tolist() == np.repeat([0, 2, 0, 2], [9, 3, 4, 1]).tolist()


def test_noise_stays_noise_and_is_nobodys_parent() -> None:
    assert inherit([-1, -1, 0, 0], [0, 0, 1, -1]).tolist() == [1, 1, 0, -1]


def test_a_fresh_number_has_a_hue_that_few_others_have_and_not_its_parents() -> None:
    reference = np.repeat(np.arange(10), 4)
    labels = np.where(np.arange(40) == 0, 10, reference)  # one sample leaves cluster 0
    assert inherit(reference, labels)[0] == 11  # not 10, which has the hue of 0
    assert inherit([0, 0, 1, 1], [0, 5, 1, 1], taken=range(2, 12)).tolist() == [0, 12, 1, 1]


@pytest.mark.parametrize("own_k", [2, 7, 12])
def test_over_all_k_a_number_is_one_cluster_and_never_comes_back_for_another(own_k: int) -> None:
    dice = np.random.default_rng(0)
    X = np.concatenate([dice.normal(centre, 0.6, (60, 2)) for centre in dice.uniform(-8, 8, (9, 2))])
    by_k = {k: KMeans(k, n_init=1, random_state=0).fit_predict(X) for k in range(2, 13)}
    named = lineage(by_k, own_k)
    assert named[own_k].tolist() == by_k[own_k].tolist()
    alive: dict[int, list[int]] = {}
    for k, labels in named.items():
        assert (
            len(set(zip(labels.tolist(), by_k[k].tolist(), strict=True))) == len(np.unique(by_k[k])) == k
        )  # renamed only
        for number in np.unique(labels):
            alive.setdefault(int(number), []).append(k)
    for ks in alive.values():  # without a gap, else it would have come back
        assert ks == list(range(ks[0], ks[-1] + 1))
    for k, next_k in itertools.pairwise(sorted(named)):
        for number in np.intersect1d(named[k], named[next_k]):
            before, after = named[k] == number, named[next_k] == number
            shared = (before & after).sum()
            assert shared in (
                max((before & (named[next_k] == n)).sum() for n in np.unique(named[next_k])),
                max((after & (named[k] == n)).sum() for n in np.unique(named[k])),
            )


def test_further_k_leave_the_numbers_that_were_given() -> None:
    dice = np.random.default_rng(1)
    X = dice.normal(size=(200, 3))
    by_k = {k: KMeans(k, n_init=1, random_state=0).fit_predict(X) for k in range(2, 15)}
    first = lineage({k: by_k[k] for k in range(2, 11)}, 5)
    taken = np.unique(np.concatenate([*first.values()]))
    more = first | lineage({10: first[10], **{k: by_k[k] for k in range(11, 15)}}, 10, taken=taken)
    assert all(np.array_equal(more[k], first[k]) for k in first)
    fresh = set(np.concatenate([more[k] for k in range(11, 15)]).tolist()) - set(
        np.concatenate([*first.values()]).tolist()
    )
    assert fresh  # beyond all that were known
