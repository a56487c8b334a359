"""What a finished run found, as arrays, and how it is kept in one npz file without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from deepclust.disk import load_arrays, save_arrays
from deepclust.spaces import EIGEN, LATENT, Space

SPACE, EXTRA = "space:", "extra:"  # how the names of further arrays begin in a file
BY_KMEANS = (
    "k-means on the latent space"  # how clusters at another k than that of the training are made, if not otherwise
)
MAX_CLUSTERS = 10_000
LARGEST = 1e38  # of a number: differences of two are still numbers in float32
PER_SAMPLE = ("embedding", "spectral_embedding", "probabilities")


@dataclass(frozen=True)
class Wanted:
    """What an array has to be: kinds of its numbers (`numpy.dtype.kind`), a letter for each of its sides, inclusive bounds.

    Sides of one letter are equally long in all arrays of a file. Numbers are finite.
    """

    kinds: str
    sides: str = ""
    min: float = -LARGEST
    max: float = LARGEST


LABELS = Wanted("iu", "n", -1, MAX_CLUSTERS - 1)
_SPACE = Wanted("f", "ne")
RESULT = {
    "labels": LABELS,
    "embedding": Wanted("f", "nd"),
    "spectral_embedding": _SPACE,
    "probabilities": Wanted("f", "np"),
    "cluster_centers": Wanted("f", "cf"),
    "seconds": Wanted("iuf", "", 0, LARGEST),
}

_FORMS = ("single value", "row", "table", "stack")


def check_arrays(arrays: Mapping[str, np.ndarray], wanted: Mapping[str, Wanted], **sides: int) -> None:
    """ValueError, naming the array, for one that is not as it has to be; those that are missing are passed over.

    sides: lengths that are known, by their letters.
    """
    for name, want in wanted.items():
        if name not in arrays:
            continue
        array, known = arrays[name], dict(sides)
        if array.dtype.kind not in want.kinds or array.ndim != len(want.sides):
            raise ValueError(
                f"{name} is no {_FORMS[len(want.sides)]} of numbers, but {array.dtype} of shape {array.shape}"
            )
        for side, length in zip(want.sides, array.shape, strict=True):
            if known.setdefault(side, length) != length:
                raise ValueError(f"{name} does not fit: {length} where there should be {known[side]}")
        sides.update({side: known[side] for side in want.sides if side in "nm"})
        if array.dtype.kind in "iuf" and array.size:
            least, most = float(array.min()), float(array.max())  # NaN is both
            if not (want.min <= least and most <= want.max):
                raise ValueError(
                    f"{name} goes from {least:g} to {most:g}, and may go from {want.min:g} to {want.max:g}"
                )


@dataclass(frozen=True, eq=False)
class ClusterResult:
    """Labels, spaces and centres of one clustering.

    labels: int64 (n,). embedding: float32 (n, n_components), the latent space. spectral_embedding: float32 (n, m)
    or None, the eigenspace where the method learns one. cluster_centers: float32 (k, n_components) or None.
    probabilities: float32 (n, k) or None. seconds: training time. spaces: further spaces of the method by name, each
    float32 (n, d). extras: whatever else the method has to show, arrays of any shape by name.
    """

    labels: np.ndarray
    embedding: np.ndarray
    spectral_embedding: np.ndarray | None = None
    cluster_centers: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    seconds: float = 0.0
    spaces: Mapping[str, np.ndarray] = field(default_factory=dict)
    extras: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n_samples = len(self.labels)
        for name, array in [*((name, getattr(self, name)) for name in PER_SAMPLE), *self.spaces.items()]:
            if array is not None and len(array) != n_samples:
                raise ValueError(f"{name} has {len(array)} rows, but there are {n_samples} labels.")

    @property
    def present(self) -> tuple[Space, ...]:
        """The spaces that it holds, the latent one first."""
        learned = () if self.spectral_embedding is None else (EIGEN,)
        return (LATENT, *learned, *(Space("space", name) for name in self.spaces))

    def save(self, path: Path) -> None:
        """Write to ``path`` in one step: a reader sees the old file or the whole new one."""
        arrays = {name: getattr(self, name) for name in ("labels", *PER_SAMPLE, "cluster_centers", "seconds")}
        arrays |= {f"{SPACE}{name}": array for name, array in self.spaces.items()}
        arrays |= {f"{EXTRA}{name}": array for name, array in self.extras.items()}
        save_arrays(path, {name: array for name, array in arrays.items() if array is not None}, sync=True)

    @classmethod
    def load(cls, path: Path) -> ClusterResult:
        """Read what `save` wrote. OSError or ValueError if the file is missing or damaged."""
        arrays = load_arrays(path)
        check_arrays(arrays, RESULT | {name: _SPACE for name in arrays if name.startswith(SPACE)})
        spaces, extras = taken(arrays, SPACE), taken(arrays, EXTRA)
        try:
            return cls(seconds=float(arrays.pop("seconds")), spaces=spaces, extras=extras, **arrays)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name} does not hold the arrays of a result ({error}).") from error


def taken(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Take the arrays whose names begin with ``prefix`` out of ``arrays``, under the rest of their names."""
    names = [name for name in arrays if name.startswith(prefix)]
    return {name.removeprefix(prefix): arrays.pop(name) for name in names}
