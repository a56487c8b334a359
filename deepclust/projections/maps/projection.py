"""A map of samples and its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Required, TypedDict

import numpy as np
from numpy.typing import NDArray

from deepclust.disk import decode_json, load_arrays, save_arrays
from deepclust.records import Score, Seconds, from_record
from deepclust.results import Wanted, check_arrays


class _Facts(TypedDict, total=False):
    """What stands beside the arrays of a saved map."""

    method: Required[str]
    params: Required[Mapping[str, Any]]
    trustworthiness: Score | None
    seconds: Seconds
    key: str
    explained: Score | None
    laid_out: int | None


@dataclass(frozen=True)
class Projection:
    """A map of samples: points (n, 2 or 3) float32, and how they came about.

    `ids` (n,) int64 says which samples were mapped, None means all of them. `params` are the values really used (a
    neighbourhood larger than the sample is cut down). `trustworthiness` in [0, 1] is scikit-learn's (Venna & Kaski 2001,
    5 neighbours) on at most 1,000 of the points: 1 means that neighbours on the map are neighbours in the data. `kept`
    float32 (n,) says it of every point: see `deepclust.projections.maps.kept`. `explained` in [0, 1] is the share of the
    variance that a PCA shows. `laid_out`: how many of the points the projection placed itself, where the others found their
    place among these; else None.
    """

    method: str
    params: Mapping[str, Any]
    points: NDArray[np.float32]
    trustworthiness: float | None = None
    seconds: float = 0.0
    key: str = ""
    ids: NDArray[np.int64] | None = None
    kept: NDArray[np.float32] | None = None
    explained: float | None = None
    laid_out: int | None = None

    def save(self, path: str | Path) -> Path:
        """Write one .npz without pickle, complete or not at all (a reader never sees half a file)."""
        facts = {
            "method": self.method,
            "params": self.params,
            "trustworthiness": self.trustworthiness,
            "seconds": self.seconds,
            "key": self.key,
            "explained": self.explained,
            "laid_out": self.laid_out,
        }
        arrays = {"points": self.points, "facts": np.array(json.dumps(facts))}
        if self.ids is not None:
            arrays["ids"] = self.ids
        if self.kept is not None:
            arrays["kept"] = self.kept
        Path(path).parent.mkdir(exist_ok=True)  # this one alone: the folder of a run that was removed stays away
        save_arrays(Path(path), arrays)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Projection:
        """Read what `save` wrote. ValueError if the file is not such a file; FileNotFoundError if there is none."""
        try:
            arrays = load_arrays(Path(path))
            facts = from_record(_Facts, decode_json(str(arrays["facts"])))
            points = arrays["points"]
            sides = "snx" if points.ndim == 3 else "nx"  # moments of training, samples, axes of the map
            check_arrays(arrays, {"points": Wanted("f", sides), "ids": Wanted("iu", "n", 0), "kept": Wanted("f", "n")})
            if points.shape[-1] not in (2, 3):
                raise ValueError(f"points have {points.shape[-1]} axes")
            return cls(points=points, ids=arrays.get("ids"), kept=arrays.get("kept"), **facts)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{Path(path).name} is not a saved projection ({error}): delete it, and it is computed again."
            ) from error
