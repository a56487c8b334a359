"""Do runs on digits notice what is no digit? AUROC of strangers against digits that no run has seen, by method and space.

    python -m benchmarks.unusual [--methods KMeans SpectralNet DSCDAN LALNet] [--n 3000] [--seeds 0 1 2] [--set NAME=VALUE ...]
        [--fooled 100] [--runs DIR]

Each method is trained by its quick preset, changed by --set, on n digits of the test part of MNIST. Score and space are fixed on the run's own samples
before any stranger is seen (`deepclust.engine.placing.known`). Usual are 600 digits of the train part. Strangers are letters that a
script draws with the pen of the data (26 capitals, 40 of each, an I with and one without serifs), letters of fonts (notMNIST, A to
J), clothes (Fashion-MNIST), noise, inverted digits, and of runs with a network
digits changed as little as moves them to another cluster (FGSM). Needs $DEEPCLUST_DATA with mnist.npz, fashion_mnist.npz and notmnist.npz.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.data.drawn import Style, drawn_like, style_of
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.placing.finished import FinishedRun
from deepclust.engine.placing.fooling import fool, has_network
from deepclust.engine.placing.known import UNUSUAL
from deepclust.engine.training.train import train
from deepclust.methods import find_method
from deepclust.metrics.external import acc, majorities
from deepclust.metrics.unusual import auroc
from deepclust.params import params_of, parse_value
from deepclust.runs import Run, RunStore
from deepclust.spaces import Space

UNSEEN, PER_LETTER, SIDE = 600, 40, 140
BUDGET = 0.3  # how much of the brightness of a digit may be changed
WHOLE = 10_000  # digits of the test part
LOOK_ALIKES = "IOLSZBGQ"
BAR = "I without serifs"  # to a digit's eye a one
_BOWL = [(0.0, 0.0), (0.7, 0.03), (0.95, 0.25), (0.7, 0.47), (0.0, 0.5)]
_RING = [(0.5 + 0.5 * np.sin(a), 0.5 - 0.5 * np.cos(a)) for a in np.linspace(0, 2 * np.pi, 25)]
_OPEN = [
    (0.5 - 0.5 * np.cos(a), 0.5 + 0.5 * np.sin(a)) for a in np.linspace(-2.3, 2.3, 19)
]  # without its right quarter
_S = [(0.95, 0.15), (0.5, 0.0), (0.08, 0.2), (0.5, 0.48), (0.93, 0.75), (0.5, 1.0), (0.03, 0.85)]
#: Strokes of capital letters in the unit square, x to the right and y down.
STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(0, 1), (0.5, 0), (1, 1)], [(0.2, 0.62), (0.8, 0.62)]],
    "B": [[(0, 0), (0, 1)], _BOWL, [(x, y + 0.5) for x, y in _BOWL]],
    "C": [_OPEN],
    "D": [[(0, 0), (0, 1), (0.6, 0.95), (0.95, 0.5), (0.6, 0.05), (0, 0)]],
    "E": [[(1, 0), (0, 0), (0, 1), (1, 1)], [(0, 0.5), (0.8, 0.5)]],
    "F": [[(1, 0), (0, 0), (0, 1)], [(0, 0.48), (0.8, 0.48)]],
    "G": [_OPEN, [(0.55, 0.55), (0.95, 0.55), (0.95, 0.85)]],
    "H": [[(0, 0), (0, 1)], [(1, 0), (1, 1)], [(0, 0.5), (1, 0.5)]],
    "I": [[(0.5, 0), (0.5, 1)], [(0.2, 0), (0.8, 0)], [(0.2, 1), (0.8, 1)]],
    "J": [[(0.3, 0), (1, 0)], [(0.75, 0), (0.75, 0.8), (0.45, 1), (0.1, 0.8)]],
    "K": [[(0, 0), (0, 1)], [(1, 0), (0, 0.55), (1, 1)]],
    "L": [[(0, 0), (0, 1), (0.9, 1)]],
    "M": [[(0, 1), (0, 0), (0.5, 0.6), (1, 0), (1, 1)]],
    "N": [[(0, 1), (0, 0), (1, 1), (1, 0)]],
    "O": [_RING],
    "P": [[(0, 0), (0, 1)], _BOWL],
    "Q": [_RING, [(0.6, 0.65), (1, 1.05)]],
    "R": [[(0, 0), (0, 1)], _BOWL, [(0.3, 0.5), (1, 1)]],
    "S": [_S],
    "T": [[(0, 0), (1, 0)], [(0.5, 0), (0.5, 1)]],
    "U": [[(0, 0), (0, 0.7), (0.5, 1), (1, 0.7), (1, 0)]],
    "V": [[(0, 0), (0.5, 1), (1, 0)]],
    "W": [[(0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)]],
    "X": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "Y": [[(0, 0), (0.5, 0.5), (1, 0)], [(0.5, 0.5), (0.5, 1)]],
    "Z": [[(0, 0), (1, 0), (0, 1), (1, 1)]],
    BAR: [[(0.5, 0), (0.5, 1)]],
}


def drawn(strokes: Iterable[list[tuple[float, float]]], style: Style, shape: tuple[int, ...], n: int) -> np.ndarray:
    """n pictures (n, *shape) of strokes by an unsteady hand: slanted, wide or narrow, every point a little off."""
    dice, made = np.random.default_rng(0), []
    for _ in range(n):
        sheet = Image.new("L", (SIDE, SIDE))
        pen = ImageDraw.Draw(sheet)
        width = max(2, round(SIDE * 0.8 * style.pen / style.extent * dice.uniform(0.8, 1.25)))
        slant, wide = dice.normal(0, 0.12), dice.uniform(0.5, 0.8)
        for stroke in strokes:
            at = np.array(stroke) + dice.normal(0, 0.02, (len(stroke), 2))
            x = SIDE * (0.5 + 0.75 * (wide * (at[:, 0] - 0.5) - slant * (at[:, 1] - 0.5)))
            y = SIDE * (0.12 + 0.75 * at[:, 1])
            pen.line([*zip(x, y, strict=True)], fill=255, width=width, joint="curve")
            for a, b in zip(x, y, strict=True):
                pen.ellipse([a - width / 2, b - width / 2, a + width / 2, b + width / 2], fill=255)
        made.append(drawn_like(np.asarray(sheet) / np.float32(255), style, shape))
    return np.stack(made)


def strangers(X: np.ndarray, folder: Path) -> dict[str, np.ndarray]:
    """Everything that is no digit, by name: letters are single ones."""
    style = style_of(X)
    assert style is not None
    dice = np.random.default_rng(0)
    found = {name: drawn(strokes, style, X.shape[1:], PER_LETTER) for name, strokes in STROKES.items()}
    fonts = np.load(folder / "notmnist.npz")
    for number, name in enumerate("ABCDEFGHIJ"):
        found[f"font {name}"] = fonts["x"][fonts["y"] == number][:PER_LETTER] / np.float32(255)
    found["clothes"] = np.load(folder / "fashion_mnist.npz")["x_test"][:300] / np.float32(255)
    found["noise"] = dice.random((200, *X.shape[1:]), np.float32)
    found["inverted"] = 1 - X[:200]
    return found


def trained(method: str, n: int, seed: int, changes: Sequence[str], store: RunStore) -> tuple[Run, Dataset]:
    """A run of the quick preset with changes "NAME=VALUE" on n digits of the test part, which may lie in the folder already."""
    ref = {"name": "mnist-test", **({} if n >= WHOLE else {"subset": {"n": n}})}
    data = open_dataset(ref, store.datasets)
    known = params_of(find_method(method))
    values = {name: parse_value(known[name], text) for name, _, text in (change.partition("=") for change in changes)}
    config = make_config(ref, data, method, preset="quick", values=values, seed=seed)
    for run in store.runs():
        same = (run.config.method, run.config.dataset, run.config.seed) == (method, ref, seed)
        if run.has_result and same and run.config.params == config.params:
            return run, data
    run = store.create(config)
    assert train(run, store).state == "done"
    return run, data


def measure(
    method: str, n: int, seed: int, changes: Sequence[str], n_fooled: int, store: RunStore, folder: Path
) -> list[str]:
    """Train, and one row of the table for each space, best judge first."""
    begun = time.process_time()
    run, data = trained(method, n, seed, changes, store)
    seconds = time.process_time() - begun
    opened = FinishedRun(run, store, data)
    digits = load_dataset("mnist")
    unseen, y = digits.X[:UNSEEN], digits.y[:UNSEEN]
    usual = opened.place(unseen)
    usual_in = opened.in_spaces(unseen)
    strange = strangers(data.X, folder)
    strange_in = {name: opened.in_spaces(X) for name, X in strange.items()}
    plain = [c for c in STROKES if len(c) == 1 and c not in LOOK_ALIKES]
    fonts = [f"font {c}" for c in "ABCDEFGHIJ" if c not in LOOK_ALIKES]
    rows = []
    for known in opened.known:
        own = known.density.strangeness(usual_in[known.space])
        scores = {name: known.density.strangeness(spaces[known.space]) for name, spaces in strange_in.items()}

        def of(*names: str, own: np.ndarray = own, scores: dict[str, np.ndarray] = scores) -> str:
            return f"{auroc(own, np.concatenate([scores[name] for name in names])):.3f}"

        letters = known.percentiles(np.concatenate([strange_in[c][known.space] for c in plain]))
        cells = [
            f"{known.tells:.3f}",
            f"{np.mean(known.percentiles(usual_in[known.space]) >= UNUSUAL):.3f}",
            of(*plain),
            f"{np.mean(letters >= UNUSUAL):.2f}",
            *(
                of(*names)
                for names in (LOOK_ALIKES, "I", [BAR], fonts, ["font I"], ["clothes"], ["noise"], ["inverted"])
            ),
        ]
        space = f"{known.space}{'' if known.can_tell else ' (not asked)'}"
        rows.append(f"| {method} | {space} | " + " | ".join(cells) + " |")
        each = ", ".join(f"{c} {of(c)[1:] if of(c)[0] == '0' else of(c)}" for c in STROKES if len(c) == 1)
        rows.append(f"<!-- {method} {known.space}: {each} -->")
    class_of = {cluster: name for cluster, (name, _) in majorities(data.y, opened.result.labels).items()}
    right = np.array([class_of[c] for c in usual.labels.tolist()]) == y
    ones = [c for c, name in class_of.items() if name == 1]
    among = {name: np.mean(np.isin(opened.place(strange[name]).labels, ones)) for name in ("I", BAR)}
    if n_fooled and has_network(opened):
        rows.append(adversarial(opened, unseen[:n_fooled], usual_in))
    rows.append(
        f"<!-- {' '.join((method, *changes))}, seed {seed}, {data.n_samples:,} digits: {seconds:.0f} CPU s to train; ACC {run.metrics()['by_k']['10']['acc']:.3f}, of unseen "
        f"digits {acc(y, usual.labels):.3f}; in the cluster of their class {right.mean():.3f}, of the first 100 {right[:100].sum()}; "
        f"among the ones: {among['I']:.2f} of I with serifs, {among[BAR]:.2f} without -->"
    )
    return rows


def adversarial(run: FinishedRun, samples: np.ndarray, usual_in: Mapping[Space, np.ndarray]) -> str:
    """How many of the samples (m, ...) the least change moves to another cluster, and how well each space notices those."""
    ways = [fool(run, sample, BUDGET) for sample in samples]
    moved = [way for way in ways if way.moved]
    changed = run.in_spaces(np.stack([way.samples[-1] for way in moved]))
    told = []
    for known in run.known:
        scores = known.density.strangeness(changed[known.space])
        noticed = np.mean(known.percentiles(changed[known.space]) >= UNUSUAL)
        told.append(
            f"{known.space} {auroc(known.density.strangeness(usual_in[known.space]), scores):.3f}, {noticed:.2f} noticed"
        )
    return (
        f"<!-- {run.run.config.method}, adversarial: {len(moved)} of {len(ways)} moved by at most {BUDGET}, the median by "
        f"{np.median([way.amounts[-1] for way in moved]):.3f}; AUROC against unseen digits: {'; '.join(told)} -->"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", default=["KMeans", "SpectralNet", "DSCDAN", "LALNet"])
    parser.add_argument("--n", type=int, default=3_000, help="digits to train on")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="hyper-parameters")
    parser.add_argument("--fooled", type=int, default=100, help="digits that are changed until they move")
    parser.add_argument(
        "--runs", type=Path, help="folder of runs that are kept, and taken where they are there already"
    )
    asked = parser.parse_args()
    folder = Path(os.environ["DEEPCLUST_DATA"])
    heads = "method, space, chimeras, digits called unusual, letters, of these noticed, look-alikes, I, bar, fonts, font I, clothes, noise, inverted"
    print("| " + " | ".join(heads.split(", ")) + " |\n|" + "---|" * len(heads.split(", ")), flush=True)
    with tempfile.TemporaryDirectory() as place:
        store = RunStore(asked.runs or place)
        for method, seed in product(asked.methods, asked.seeds):
            print("\n".join(measure(method, asked.n, seed, asked.set, asked.fooled, store, folder)), flush=True)


if __name__ == "__main__":
    main()
