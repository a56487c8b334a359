"""The dip against its definition, solved as a linear program, and numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criteria.dip import dip, dip_of_one_peak


def dip_by_definition(values: np.ndarray) -> float:
    """The least largest distance of a distribution with one peak from the steps of the values, over all places of the peak."""
    from scipy.optimize import linprog

    x, n = np.sort(values), len(values)
    best = 1.0
    for peak in range(n):
        # unknown: the curve at x_0..x_peak before the peak, at x_peak..x_{n-1} after it, and the distance
        before, after = peak + 1, n - peak
        total = before + after + 1
        rows: list[np.ndarray] = []
        bounds: list[float] = []

        def at_most(bound: float, rows=rows, bounds=bounds, total=total, **weights: float) -> None:
            row = np.zeros(total)
            for name, weight in weights.items():
                row[-1 if name == "d" else int(name[1:])] += weight
            rows.append(row)
            bounds.append(bound)

        for i in range(before):
            top = (i + 1) / n if i < peak else i / n
            at_most(i / n, **{f"v{i}": 1, "d": -1})
            at_most(-top, **{f"v{i}": -1, "d": -1})
        for j in range(after):
            i = peak + j
            foot = i / n if i > peak else (i + 1) / n
            at_most(foot, **{f"v{before + j}": 1, "d": -1})
            at_most(-(i + 1) / n, **{f"v{before + j}": -1, "d": -1})
        at_most(0, **{f"v{before - 1}": 1, f"v{before}": -1})
        for start, count, sign, offset in ((0, before, 1, 0), (before, after, -1, peak)):
            for j in range(count - 1):
                at_most(0, **{f"v{start + j}": 1, f"v{start + j + 1}": -1})
            for j in range(1, count - 1):
                left, right = x[offset + j] - x[offset + j - 1], x[offset + j + 1] - x[offset + j]
                middle = sign * (1 / left + 1 / right)
                sides = {f"v{start + j - 1}": -sign / left, f"v{start + j + 1}": -sign / right}
                at_most(0, **{f"v{start + j}": middle, **sides})
        found = linprog(np.eye(total)[-1], A_ub=np.array(rows), b_ub=bounds, bounds=[(None, None)] * total)
        if found.status == 0:
            best = min(best, found.fun)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_distance_to_the_nearest_distribution_with_one_peak(seed: int) -> None:
    dice = np.random.default_rng(seed)
    values = dice.normal(size=11)
    values[5:] += 4 * (seed % 2)
    assert dip(values) == pytest.approx(dip_by_definition(values), abs=1e-7)


def test_two_equal_heaps_have_the_largest_dip_there_is() -> None:
    assert dip(np.repeat([0.0, 1.0], 500)) == pytest.approx(0.25, abs=0.001)


def test_even_steps_and_a_single_value_have_the_least() -> None:
    assert dip(np.arange(50)) == pytest.approx(1 / 100)
    assert dip([3.0, 3.0, 3.0, 3.0]) == pytest.approx(1 / 8)


def test_order_place_and_unit_do_not_matter() -> None:
    values = np.random.default_rng(0).normal(size=60)
    assert dip(values[::-1] * 7 - 3) == pytest.approx(dip(values))


def test_one_peak_stays_below_the_bound_and_two_do_not() -> None:
    dice = np.random.default_rng(0)
    bound = dip_of_one_peak(200)
    assert np.mean([dip(dice.random(200)) > bound for _ in range(100)]) < 0.15
    assert all(dip(dice.normal(size=200)) < bound for _ in range(20))
    assert dip(np.concatenate([dice.normal(size=100), dice.normal(size=100) + 5])) > 2 * bound


@pytest.mark.parametrize("values", [[], [1.0, np.nan]])
def test_nothing_and_nan_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        dip(values)
