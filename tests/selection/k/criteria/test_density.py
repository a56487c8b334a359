"""Dense regions of groups that everyone can see."""

from __future__ import annotations

from deepclust.selection.k.criteria.density import Regions, count_of_even, dense_regions


def test_every_group_is_a_region_unless_it_is_too_small(groups) -> None:
    few, many = dense_regions(groups[0], [0.1, 0.6])
    assert (few.smallest, few.n_regions) == (24, 4)
    assert few.assigned > 0.8
    assert (many.smallest, many.n_regions) == (144, 0)


def test_no_size_of_a_region_has_to_be_known_beforehand() -> None:
    tried = [Regions(5, 40, 0.9), Regions(20, 12, 0.8), Regions(50, 6, 0.8), Regions(200, 0, 0.0)]
    assert count_of_even(tried, 800, 0.3) == 12
    assert count_of_even(tried, 800, 0.35) == 6
    assert count_of_even(tried, 800, 0.9) == 0
