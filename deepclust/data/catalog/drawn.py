"""Points in the plane that are drawn on demand: moons, rings, blobs and spirals, and noise without any group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepclust.data.catalog.entry import Entry
from deepclust.data.dataset import Dataset
from deepclust.params import check_params, param, params_of

Points = tuple[np.ndarray, np.ndarray]  # coordinates (n, 2) and group of each point (n,)


def draw_moons(n_samples: int, rng: np.random.Generator) -> Points:
    """Two interlocking half circles of radius 1."""
    group = _groups(n_samples, 2)
    angle = rng.uniform(0.0, np.pi, n_samples)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)])
    return np.where(group[:, None] == 0, upper, lower), group


def draw_rings(n_samples: int, rng: np.random.Generator, n_rings: int) -> Points:
    """Concentric circles with the radii 1/n_rings, 2/n_rings, ..., 1 and equally many points each."""
    group = _groups(n_samples, n_rings)
    angle = rng.uniform(0.0, 2.0 * np.pi, n_samples)
    radius = (group + 1) / n_rings
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), group


def draw_blobs(n_samples: int, n_blobs: int) -> Points:
    """The centres of ``n_blobs`` groups, evenly on a circle that leaves neighbours one unit apart."""
    group = _groups(n_samples, n_blobs)
    angle = 2.0 * np.pi * group / n_blobs
    radius = 0.5 / np.sin(np.pi / n_blobs)
    return radius * np.column_stack([np.cos(angle), np.sin(angle)]), group


def draw_spirals(n_samples: int, rng: np.random.Generator, n_arms: int) -> Points:
    """Interleaved spiral arms of 1.25 turns, the points evenly spread along each arm."""
    group = _groups(n_samples, n_arms)
    way = np.sqrt(rng.uniform(0.02, 1.0, n_samples))  # the square root evens out the density outward
    angle = 2.0 * np.pi * (1.25 * way + group / n_arms)
    return way[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), group


def draw_square(n_samples: int, rng: np.random.Generator) -> Points:
    """Points anywhere in a square of side 1: one group."""
    return rng.uniform(0.0, 1.0, (n_samples, 2)), _groups(n_samples, 1)


def _groups(n_samples: int, n_groups: int) -> np.ndarray:
    """Group of each point, sizes equal up to one: 0, 0, ..., 1, 1, ..."""
    return np.arange(n_samples) * n_groups // n_samples


@dataclass(frozen=True)
class DrawnPoints:
    """What all drawn data sets can be asked for; ``load`` checks the values and draws."""

    n_samples: int = param(1000, "Points", min=20, max=100_000, step=10, help="How many points to draw.")
    noise: float = param(
        0.05, "Noise", min=0.0, max=1.0, step=0.01, help="Standard deviation of the jitter added to every point."
    )
    seed: int = param(0, "Seed", min=0, max=2**31 - 1, help="Same seed, same points.")

    def draw(self, rng: np.random.Generator) -> Points:
        raise NotImplementedError

    def load(self, name: str, title: str) -> Dataset:
        """Draw the points, float32 ``(n_samples, 2)``, in random order. ValueError for a bad option."""
        check_params(self)
        rng = np.random.default_rng(self.seed)
        clean, group = self.draw(rng)
        points = clean + self.noise * rng.standard_normal(clean.shape)
        order = rng.permutation(self.n_samples)
        names = tuple(f"group {i + 1}" for i in range(int(group.max()) + 1))
        X = points[order].astype(np.float32)
        return Dataset(name, X, y=group[order], class_names=names, kind="vector", title=title)


@dataclass(frozen=True)
class Moons(DrawnPoints):
    def draw(self, rng: np.random.Generator) -> Points:
        return draw_moons(self.n_samples, rng)


@dataclass(frozen=True)
class Rings(DrawnPoints):
    noise: float = param(0.03, "Noise", min=0.0, max=1.0, step=0.01, help="Jitter; the outer ring has radius 1.")
    n_rings: int = param(2, "Rings", min=2, max=10, help="How many circles, one inside the other.")

    def draw(self, rng: np.random.Generator) -> Points:
        return draw_rings(self.n_samples, rng, self.n_rings)


@dataclass(frozen=True)
class Blobs(DrawnPoints):
    noise: float = param(
        0.15, "Noise", min=0.0, max=1.0, step=0.01, help="Spread of each blob; neighbouring centres are 1 apart."
    )
    n_blobs: int = param(4, "Blobs", min=2, max=20, help="How many round groups.")

    def draw(self, rng: np.random.Generator) -> Points:
        return draw_blobs(self.n_samples, self.n_blobs)


@dataclass(frozen=True)
class Spirals(DrawnPoints):
    noise: float = param(0.01, "Noise", min=0.0, max=1.0, step=0.01, help="Jitter; the arms reach to radius 1.")
    n_arms: int = param(3, "Arms", min=2, max=6, help="How many arms wind around the centre.")

    def draw(self, rng: np.random.Generator) -> Points:
        return draw_spirals(self.n_samples, rng, self.n_arms)


@dataclass(frozen=True)
class Square(DrawnPoints):
    noise: float = param(0.0, "Noise", min=0.0, max=1.0, step=0.01, help="Jitter; the square has the side 1.")

    def draw(self, rng: np.random.Generator) -> Points:
        return draw_square(self.n_samples, rng)


def _entry(name: str, title: str, summary: str, drawn: type[DrawnPoints], n_classes: int) -> Entry:
    n_samples = params_of(drawn)["n_samples"].default
    licence = "Free: drawn on demand."
    return Entry(name, title, summary, "vector", n_samples, n_classes, (2,), licence, citation="", drawn=drawn)


ENTRIES = (
    _entry(
        "moons", "Moons", "Two half circles that grip each other: easy for the eye, impossible for k-means.", Moons, 2
    ),
    _entry("rings", "Rings", "Circles inside one another, which no straight line can part.", Rings, 2),
    _entry("blobs", "Blobs", "Round groups of points, the case that k-means is made for.", Blobs, 4),
    _entry("spirals", "Spirals", "Arms winding around one another: only neighbourhoods tell them apart.", Spirals, 3),
    _entry(
        "noise", "Uniform noise", "Points anywhere in a square: whoever finds groups here has made them.", Square, 1
    ),
)
