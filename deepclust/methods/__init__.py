"""All clustering methods, found by discovery: one file, or one package, here that defines a `Method` is one method.

What other packages need of their base is published here; the rest of `base` is for methods.
"""

from __future__ import annotations

import importlib
import pkgutil

from deepclust.methods import base
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.deep import DeepMethod
from deepclust.methods.base.method import FAMILIES, Cost, Method
from deepclust.methods.base.rehearsal import Rehearsal, RehearsalStoppedError, Times, rehearse

__all__ = [
    "FAMILIES",
    "METHODS",
    "Cost",
    "DeepMethod",
    "Method",
    "Rehearsal",
    "RehearsalStoppedError",
    "Times",
    "find_method",
    "kmeans_centers",
    "rehearse",
]


def _discover() -> dict[str, type[Method]]:
    classes: list[type] = []
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg and not module.name.startswith(f"{base.__name__}."):
            contents = vars(importlib.import_module(module.name)).values()
            classes += [c for c in contents if isinstance(c, type) and c.__module__ == module.name]
    methods = [c for c in classes if issubclass(c, Method) and c.title]
    return {m.__name__: m for m in sorted(methods, key=lambda m: (m.rank, m.__name__))}


METHODS = _discover()


def find_method(name: str) -> type[Method]:
    """The method of that name. ValueError with the names that there are."""
    if name not in METHODS:
        raise ValueError(f"There is no method {name!r}. Choose one of: {', '.join(METHODS)}.")
    return METHODS[name]
