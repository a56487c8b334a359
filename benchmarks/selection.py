"""How good the advice on k is: the verdict of `deepclust.selection` against the number of classes, over many latent spaces.

    python -m benchmarks.selection [--cache FOLDER] [--only digits usps] [--held] [--ready] [--fresh] [--write]

Spaces are those of 3 to 20 classes of real data, drawn at random, and scikit-learn's small tables. Every one is judged once, for k up to 30, and all are reported.
Those marked "t" were in view while the votes and the verdict were made; the others, of other classes and other numbers of them,
were not, and only they count for the note on the page, which ``--write`` renews. Labels are looked at only after a verdict
stands. No representation knows the true number: what k-means and the autoencoder give does not depend on k. ``--cache`` keeps
latent spaces and criteria between calls, ``--fresh`` judges again, ``--held`` leaves out what was in view, ``--ready`` what is not in
the cache.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from benchmarks.methods_on_digits import machine
from deepclust.data.catalog.table import load_dataset
from deepclust.methods import find_method
from deepclust.selection import Criterion, Verdict, give_verdict, judge_k
from deepclust.selection.k.criteria.compactness import WITHOUT_VIEWS
from deepclust.selection.k.criterion import RESERVE
from deepclust.selection.k.discovery import FACTS
from deepclust.selection.k.record import RECORD

OF_SUBSET = 2_000  # samples of a subset of the classes at most
K = 12  # what the methods are told; their spaces do not depend on it
MAX_K = 30
TEN = ("digits", "usps", "mnist-test", "pendigits", "fashion-mnist", "notmnist")
TABLES = {"iris": "load_iris", "wine": "load_wine"}  # of scikit-learn, standardised
#: Numbers of classes by seed of the draw: those that were in view while the votes were weighed, and those that were not.
SEEN = {
    0: {**dict.fromkeys(TEN, (10, 4, 7)), "coil20": (20, 5, 16), "coil100": (20, 5, 11), "reuters21578": (10, 4)},
    1: {**dict.fromkeys(TEN, (9, 6, 3)), "coil20": (18, 12, 4), "coil100": (19, 14, 8), "reuters21578": (7,)},
}
HELD = {
    2: {
        **dict.fromkeys(TEN, (8, 5, 7)),
        "coil20": (9, 15, 19),
        "coil100": (6, 12, 17),
        "reuters21578": (5,),
        **dict.fromkeys(TABLES, (3,)),
    }
}
HELD_AE = {2: {"digits": (8,), "usps": (5,), "coil20": (15,)}}
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]  # a latent space, its labels, and the data as they are


@dataclass(frozen=True)
class Case:
    """A latent space: of some classes of a data set under a method. tuned: in view while the verdict was made."""

    name: str
    make: Callable[[], Arrays] = field(repr=False)
    tuned: bool = False


def classes_of(data: str, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples and labels of k classes drawn at random; all of a small table."""
    if data in TABLES:
        from sklearn import datasets
        from sklearn.preprocessing import StandardScaler

        X, y = getattr(datasets, TABLES[data])(return_X_y=True)
        return StandardScaler().fit_transform(X).astype(np.float32), y
    dataset = load_dataset(data)
    if dataset.y is None:
        raise ValueError(f"{dataset.title} has no labels to judge by.")
    dice = np.random.default_rng([seed, k, *data.encode()])
    ids = np.flatnonzero(np.isin(dataset.y, dice.choice(np.unique(dataset.y), k, replace=False)))
    ids = np.sort(dice.permutation(ids)[:OF_SUBSET])
    return dataset.X[ids], dataset.y[ids]


def learned(data: str, method: str, k: int, seed: int) -> Callable[[], Arrays]:
    """Latent space, labels and data of a quick fit on k classes."""

    def make() -> Arrays:
        X, y = classes_of(data, k, seed)
        values: dict[str, dict[str, Any]] = {
            "KMeans": {"n_init": 1},
            "AEKMeans": {"max_epochs": 25 if data.startswith("coil") else 10},
        }
        return find_method(method)(n_clusters=K, random_state=0, **values[method]).fit(X).embedding_, y, X

    return make


def cases() -> Iterator[Case]:
    """All latent spaces."""
    for tuned, method, draws in ((True, "KMeans", SEEN), (False, "KMeans", HELD), (False, "AEKMeans", HELD_AE)):
        for seed, sets in draws.items():
            for turn in range(max(map(len, sets.values()))):  # so that what is done early is of all sets
                for data, k in ((data, numbers[turn]) for data, numbers in sets.items() if turn < len(numbers)):
                    yield Case(f"{data}-{k}-{seed}.{method}", learned(data, method, k, seed), tuned)


def latent(case: Case, cache: Path) -> Arrays:
    """Latent space (n, d), labels (n,) and data of a case, kept in the cache."""
    path = cache / f"{case.name}.npz"
    if not path.exists():
        X, y, data = case.make()
        np.savez(path, X=X, y=y, data=data)
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["X"].reshape(len(arrays["X"]), -1), arrays["y"], arrays["data"]


def criteria(case: Case, X: np.ndarray, data: np.ndarray, cache: Path, fresh: bool) -> tuple[list[Criterion], float]:
    """All criteria on a latent space, and the seconds they took."""
    path = cache / f"{case.name}.criteria.json"
    if fresh or not path.exists():
        start = time.perf_counter()
        ks, pictures = range(2, min(MAX_K, len(X) // 4) + 1), data if data.ndim > 2 else None
        judged = [c.to_json() for c in judge_k(X, ks, pictures=pictures)]
        path.write_text(json.dumps({"seconds": time.perf_counter() - start, "criteria": judged}))
    kept = json.loads(path.read_text())
    found = [Criterion.from_json(c) for c in kept["criteria"]]
    # weights as they are now, whatever they were when this was kept
    weights = {name: facts.weight for name, facts in FACTS.items()}
    if data.ndim == 2:
        weights["silhouette"] = WITHOUT_VIEWS
    return [replace(c, weight=weights[c.name]) for c in found if c.name in FACTS], kept["seconds"]


@dataclass(frozen=True)
class Row:
    """What was found on one case."""

    case: Case
    true_k: int
    verdict: Verdict
    picks: dict[str, int | None]
    seconds: float

    @property
    def in_range(self) -> bool:
        return self.verdict.low <= self.true_k <= self.verdict.high

    @property
    def within_1(self) -> bool:
        return abs(self.verdict.best - self.true_k) <= 1

    def near(self, criterion: str) -> bool:
        """Whether a single criterion came within 1."""
        pick = self.picks.get(criterion)
        return pick is not None and abs(pick - self.true_k) <= 1


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Counts over rows; single: how often each criterion that votes comes within 1 alone."""
    return {
        "n": len(rows),
        "classes": [min((r.true_k for r in rows), default=0), max((r.true_k for r in rows), default=0)],
        "in_range": sum(r.in_range for r in rows),
        "within_1": sum(r.within_1 for r in rows),
        "width": round(float(np.mean([r.verdict.high - r.verdict.low + 1 for r in rows])), 1) if rows else 0.0,
        "single": {name: sum(r.near(name) for r in rows) for name, facts in FACTS.items() if facts.weight > RESERVE},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=platformdirs.user_cache_path("deepclust") / "selection")
    parser.add_argument("--only", nargs="+", default=[""], help="cases whose names begin so")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--held", action="store_true", help="only what was never in view")
    parser.add_argument("--ready", action="store_true", help="only what was judged before")
    parser.add_argument("--write", action="store_true", help="renew the note that the page shows")
    asked = parser.parse_args()
    asked.cache.mkdir(parents=True, exist_ok=True)
    print(machine())
    print(f"{'latent space':22}{'true':>5}{'range':>9}{'best':>5}   {'':9} {'seconds':>7}  picks of the criteria")
    rows = []
    for case in cases():
        ready = (asked.cache / f"{case.name}.criteria.json").exists()
        if not case.name.startswith(tuple(asked.only)) or (asked.held and case.tuned) or (asked.ready and not ready):
            continue
        X, y, data = latent(case, asked.cache)
        found, seconds = criteria(case, X, data, asked.cache, asked.fresh)
        verdict = give_verdict(found)
        if verdict is None:
            raise ValueError(f"No criterion had an opinion on {case.name}.")
        row = Row(case, len(np.unique(y)), verdict, {c.name: c.pick for c in found}, seconds)
        rows.append(row)
        marks = f"{'in' if row.in_range else 'OUT':4}{'+-1' if row.within_1 else '':4}{'t' if case.tuned else ' '}"
        picks = " ".join(f"{c.pick or '-':>3}" for c in found if c.weight)
        print(
            f"{case.name:22}{row.true_k:5}{f'{verdict.low}-{verdict.high}':>9}{verdict.best:5}   {marks:9} {seconds:7.0f}  {picks}",
            flush=True,
        )
    untuned = [r for r in rows if not r.case.tuned]
    parts = {"in view": [r for r in rows if r.case.tuned], "never in view": untuned}
    for name, part in parts.items():
        if part:
            print(f"{name}: {summary(part)}")
    if asked.write:
        known = {"real": summary(untuned)}
        RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
