"""Settings of a group of runs in the order of what is known of them without labels, and the winner with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.settings.measures import MEASURES
from deepclust.selection.settings.rank_correlation import spearman

#: Values that differ by less than this part of the range of a measure are taken as equal.
NEAR = 0.05
#: By so much the score (0 to 1) of the first has to exceed that of the second to be called the winner.
LEAD = 0.1


@dataclass(frozen=True)
class Standing:
    """One setting. place: 1 for the first; score: weighted mean of its wins, 0 to 1, None where nothing is known.

    values: of each measure; wins: for each measure the share of the other settings that it beats, an equal one counting
    half. problem: why it stands behind all that have none, in words, or "".
    """

    setting: str
    place: int
    score: float | None
    values: dict[str, float | None]
    wins: dict[str, float | None]
    problem: str = ""


@dataclass(frozen=True)
class Ranking:
    """All settings, the first first; leaders: those that cannot be told apart from the first, itself among them.

    measures: the names of those that had a voice. one_seed: whether the first was trained once only, so that its lead may be
    chance. sentence and reasons: the outcome in words.
    """

    standings: tuple[Standing, ...]
    leaders: tuple[str, ...]
    measures: tuple[str, ...]
    one_seed: bool
    sentence: str
    reasons: tuple[str, ...]

    @property
    def winner(self) -> str | None:
        """The setting that is clearly first; None where there is no clear one, or one seed of it."""
        return self.leaders[0] if len(self.leaders) == 1 and not self.one_seed else None


def rank_settings(
    values: Mapping[str, Mapping[str, float | None]], problems: Mapping[str, str] | None = None
) -> Ranking | None:
    """Rank settings by their measures: values {measure: {setting: value or None}}.

    A measure that is the same for all, or known for fewer than two settings, has no voice. problems: {setting: words} of those
    that are ranked behind all others. None before there are two settings of which anything is known.
    """
    problems = problems or {}
    settings = list(dict.fromkeys(s for column in values.values() for s in column))
    columns = {m: _column(values[m], settings) for m in MEASURES if m in values}
    wins = {m: win_shares(column, m) for m, column in columns.items()}
    voices = [m for m in columns if MEASURES[m].weight > 0 and tells_apart(wins[m])]
    scores = _scores({m: wins[m] for m in voices}, len(settings))
    if np.isfinite(scores).sum() < 2:
        return None
    order = sorted(
        range(len(settings)),
        key=lambda i: (bool(problems.get(settings[i])), -scores[i] if np.isfinite(scores[i]) else 1.0),
    )
    standings = tuple(
        Standing(
            settings[i],
            place,
            _plain(scores[i]),
            {m: _plain(column[i]) for m, column in columns.items()},
            {m: _plain(wins[m][i]) for m in columns},
            problems.get(settings[i], ""),
        )
        for place, i in enumerate(order, start=1)
    )
    leaders = leading(standings)
    one_seed = "stability" in columns and standings[0].values["stability"] is None
    sentence = _sentence(standings, leaders, one_seed)
    return Ranking(standings, leaders, tuple(voices), one_seed, sentence, _reasons(standings, leaders, voices))


def foretold(ranking: Ranking, truth: Mapping[str, float | None]) -> dict[str, float | None]:
    """Spearman's correlation of the places ("place") and of every measure with what came to light: {setting: accuracy}.

    1 where the order was foretold, for measures of which low is good too; None with fewer than three settings known.
    """
    true = [_number(truth.get(s.setting)) for s in ranking.standings]
    found = {"place": spearman([-s.place for s in ranking.standings], true)}
    for measure in ranking.standings[0].values:
        sign = 1 if MEASURES[measure].better == "high" else -1
        found[measure] = spearman([sign * _number(s.values[measure]) for s in ranking.standings], true)
    return found


def win_shares(column: np.ndarray, measure: str) -> NDArray[np.float64]:
    """For each setting the share of the others (n,) that it beats in this measure; one that it equals counts half.

    column (n,), NaN where unknown: neither judged nor counted. Equal is what differs by less than a twentieth of the range,
    or by less than the measure's `least`.
    """
    facts = MEASURES[measure]
    scores = column if facts.better == "high" else -column
    known = np.isfinite(scores)
    shares = np.full(len(scores), np.nan)
    if known.sum() < 2:
        return shares
    inside = scores[known]
    near = max(NEAR * float(inside.max() - inside.min()), facts.least)
    differences = inside[:, None] - inside[None, :]
    points = np.where(np.abs(differences) <= near, 0.5, differences > 0)
    np.fill_diagonal(points, 0)
    shares[known] = points.sum(axis=1) / (len(inside) - 1)
    return shares


def tells_apart(shares: np.ndarray) -> bool:
    """Whether a measure (its win shares (n,)) says anything: not all settings are equal in it."""
    known = shares[np.isfinite(shares)]
    return len(known) > 1 and bool(np.ptp(known) > 0)


def leading(standings: Sequence[Standing]) -> tuple[str, ...]:
    """The first, and those after it that have no problem (unless all have) and a score that is less than `LEAD` below."""
    first = standings[0]
    if first.score is None:
        return (first.setting,)
    return tuple(
        s.setting
        for s in standings
        if bool(s.problem) == bool(first.problem) and s.score is not None and s.score > first.score - LEAD
    )


def _scores(wins: Mapping[str, np.ndarray], n_settings: int) -> NDArray[np.float64]:
    """Weighted mean of the wins over those measures that know a setting (n_settings,); NaN where none does."""
    total, weights = np.zeros(n_settings), np.zeros(n_settings)
    for measure, shares in wins.items():
        known = np.isfinite(shares)
        total[known] += MEASURES[measure].weight * shares[known]
        weights[known] += MEASURES[measure].weight
    return np.asarray(np.divide(total, weights, out=np.full(n_settings, np.nan), where=weights > 0))


def _column(values: Mapping[str, float | None], settings: Sequence[str]) -> NDArray[np.float64]:
    return np.array([_number(values.get(s)) for s in settings])


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _sentence(standings: Sequence[Standing], leaders: Sequence[str], one_seed: bool) -> str:
    if standings[0].problem:
        return "None of these can be recommended."
    if one_seed:
        ahead = f"{_listed(leaders)} {'is' if len(leaders) == 1 else 'are'} ahead"
        return f"No winner yet: {ahead}, of one seed each, and another seed may change that. Train with three seeds."
    if len(leaders) == 1:
        return f"{leaders[0]} is first."
    return f"No clear winner: {_listed(leaders)} are about equal."


def _reasons(standings: Sequence[Standing], leaders: Sequence[str], voices: Sequence[str]) -> tuple[str, ...]:
    first = standings[0]
    words = []
    best = [MEASURES[m].title for m in voices if (first.wins[m] or 0) == 1]
    if best:
        words.append(f"{first.setting} is ahead of all others in {_listed(best)}.")
    rivals = [s for s in standings[1:] if not s.problem]
    if rivals:
        second = rivals[0]
        ahead = [m for m in voices if _beats(first, second, m)]
        behind = [m for m in voices if _beats(second, first, m)]
        words.append(_compared(first, second, ahead, behind))
    if len(voices) < 2:
        words.append("Only one measure has a voice here: take it as a hint.")
    words += [f"{s.setting}: {s.problem}." for s in standings if s.problem]
    return tuple(words)


def _compared(first: Standing, second: Standing, ahead: Sequence[str], behind: Sequence[str]) -> str:
    """What speaks for the first and what for the next one, with the numbers."""
    if not ahead and not behind:
        return f"{first.setting} and {second.setting}, the next one, are equal in all that is known."
    parts = [
        f"for {one.setting} speaks {_listed([_numbers(one, other, m) for m in measures])}"
        for one, other, measures in ((first, second, ahead), (second, first, behind))
        if measures
    ]
    return f"Compared with {second.setting}, the next one: {'; '.join(parts)}."


def _beats(one: Standing, other: Standing, measure: str) -> bool:
    a, b = one.wins[measure], other.wins[measure]
    return a is not None and b is not None and a > b


def _numbers(one: Standing, other: Standing, measure: str) -> str:
    return f"{MEASURES[measure].title} ({one.values[measure]:.2g} to {other.values[measure]:.2g})"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
