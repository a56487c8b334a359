"""How good the advice on k is: the verdict of `deepclust.selection` against the number of classes, over many latent spaces.

    python -m benchmarks.selection [--cache FOLDER] [--only digits usps] [--fresh] [--write]

Every latent space is judged once and all are reported. Those marked "t" were in view while the votes and the verdict were made;
the others, drawn afterwards, were not, and only they count for the note on the page, which ``--write`` renews: random subsets of
the classes of real data, and other blobs. Labels are looked at only after a verdict stands. No representation knows the true
number: what k-means and the autoencoder give does not depend on k, and DDLS is taken at the end of its pre-training, as the
app does. ``--cache`` keeps latent spaces and criteria between calls, ``--fresh`` judges again. Blobs are drawn here: in 10
dimensions, of uneven sizes, centres at least 5 standard deviations apart.
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
from deepclust.selection.k.discovery import FACTS
from deepclust.selection.k.record import RECORD

AT_MOST = 12_000  # samples; of larger sets 10,000 are drawn
OF_SUBSET = 4_000  # samples of a subset of the classes at most
SUBSETS = ("digits", "usps", "mnist-test", "coil20", "pendigits", "notmnist", "fashion-mnist")
K = 12  # what the methods are told; their spaces do not depend on it
PRETRAIN = {"digits": 40, "coil20": 20, "usps": 6}  # epochs of DDLS
EPOCHS = {"digits": 25, "coil20": 25, "pendigits": 25, "mnist-test": 5}


@dataclass(frozen=True)
class Case:
    """A latent space: of a data set under a method, or blobs. max_k: how far k is compared.

    tuned: in view while the verdict was made. asked: among the sets that the target names.
    """

    name: str
    make: Callable[[], tuple[np.ndarray, np.ndarray]] = field(repr=False)
    tuned: bool = False
    max_k: int = 20
    asked: bool = False


def learned(data: str, method: str, subset: int | None = None) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """Latent space and labels of a quick fit, on all classes or on a random subset of them with that number."""

    def make() -> tuple[np.ndarray, np.ndarray]:
        found = load_dataset(data)
        if found.y is None:
            raise ValueError(f"{found.title} has no labels to judge by.")
        ids = np.arange(found.n_samples)
        if subset is not None:
            ids = some_classes(found.y, np.random.default_rng([subset, *data.encode()]))
        elif len(ids) > AT_MOST:
            ids = np.random.default_rng(0).permutation(len(ids))[:10_000]
        values: dict[str, dict[str, Any]] = {
            "KMeans": {"n_init": 1},
            "AEKMeans": {"max_epochs": EPOCHS.get(data, 10)},
            "DDLS": {"pretrain_epochs": PRETRAIN.get(data), "max_epochs": 0},
        }
        fitted = find_method(method)(n_clusters=K, random_state=0, **values[method]).fit(found.X[ids])
        return fitted.embedding_, found.y[ids]

    return make


def some_classes(y: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """Samples of 4 to 8 of ten classes, or of 6 to 14 of more."""
    classes = np.unique(y)
    k = int(dice.integers(4, 9) if len(classes) <= 10 else dice.integers(6, 15))
    ids = np.flatnonzero(np.isin(y, dice.choice(classes, k, replace=False)))
    return np.sort(dice.permutation(ids)[:OF_SUBSET])


def blobs(k: int, seed: int, d: int = 10) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """k round groups of 60 to 300 samples in d dimensions."""

    def make() -> tuple[np.ndarray, np.ndarray]:
        dice = np.random.default_rng([seed, k])
        centres = np.zeros((0, d))
        while len(centres) < k:
            one = dice.normal(size=d) * 2.5
            if not len(centres) or np.linalg.norm(centres - one, axis=1).min() > 5:
                centres = np.vstack([centres, one])
        y = np.repeat(np.arange(k), dice.integers(60, 300, size=k))
        return (centres[y] + dice.normal(size=(len(y), d))).astype(np.float32), y

    return make


def cases() -> Iterator[Case]:
    """All latent spaces."""
    for data in ("digits", "usps", "mnist-test", "coil20", "pendigits"):
        far = 30 if data == "coil20" else 20
        yield Case(f"{data}.KMeans", learned(data, "KMeans"), True, far, True)
        yield Case(f"{data}.AEKMeans", learned(data, "AEKMeans"), True, far, True)
        if data in PRETRAIN:
            yield Case(f"{data}.DDLS", learned(data, "DDLS"), True, far, True)
    for k in range(3, 16):
        yield Case(f"blobs{k}", blobs(k, seed=1), tuned=True, asked=True)
    for data in ("fashion-mnist", "notmnist", "reuters21578"):
        yield Case(f"{data}.KMeans", learned(data, "KMeans"), tuned=True)
    for data in SUBSETS:
        for number in range(3):
            yield Case(f"{data}-{number}.KMeans", learned(data, "KMeans", number))
        yield Case(f"{data}-0.AEKMeans", learned(data, "AEKMeans", 0))
    for k in range(3, 16):
        yield Case(f"blobs{k}-2", blobs(k, seed=2))


def latent(case: Case, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """Latent space (n, d) and labels (n,) of a case, kept in the cache."""
    path = cache / f"{case.name}.npz"
    if not path.exists():
        X, y = case.make()
        np.savez(path, X=X, y=y)
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["X"].reshape(len(arrays["X"]), -1), arrays["y"]


def criteria(case: Case, X: np.ndarray, cache: Path, fresh: bool) -> tuple[list[Criterion], float]:
    """All criteria on a latent space, and the seconds they took."""
    path = cache / f"{case.name}.criteria.json"
    if fresh or not path.exists():
        start = time.perf_counter()
        judged = [c.to_json() for c in judge_k(X, range(2, case.max_k + 1))]
        path.write_text(json.dumps({"seconds": time.perf_counter() - start, "criteria": judged}))
    kept = json.loads(path.read_text())
    found = [Criterion.from_json(c) for c in kept["criteria"]]
    # weights as they are now, whatever they were when this was kept
    return [replace(c, weight=FACTS[c.name].weight) for c in found], kept["seconds"]


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
    """Counts over rows; single: how often each criterion alone comes within 1."""
    return {
        "n": len(rows),
        "in_range": sum(r.in_range for r in rows),
        "within_1": sum(r.within_1 for r in rows),
        "width": round(float(np.mean([r.verdict.high - r.verdict.low + 1 for r in rows])), 1) if rows else 0.0,
        "single": {name: sum(r.near(name) for r in rows) for name in FACTS},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=platformdirs.user_cache_path("deepclust") / "selection")
    parser.add_argument("--only", nargs="+", default=[""], help="cases whose names begin so")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--write", action="store_true", help="renew the note that the page shows")
    asked = parser.parse_args()
    asked.cache.mkdir(parents=True, exist_ok=True)
    print(machine())
    print(f"{'latent space':22}{'true':>5}{'range':>9}{'best':>5}   {'':9} {'seconds':>7}  picks of the criteria")
    rows = []
    for case in cases():
        if not case.name.startswith(tuple(asked.only)):
            continue
        X, y = latent(case, asked.cache)
        found, seconds = criteria(case, X, asked.cache, asked.fresh)
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
    asked_for, untuned = [r for r in rows if r.case.asked], [r for r in rows if not r.case.tuned]
    parts = {"asked for": asked_for, "never in view": untuned}
    parts |= {
        f"{name}, real data": [r for r in part if not r.case.name.startswith("blobs")] for name, part in parts.items()
    }
    for name, part in parts.items():
        if part:
            print(f"{name}: {summary(part)}")
    if asked.write:
        known = {"real": summary(parts["never in view, real data"]), "all": summary(untuned)}
        RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
