"""All projections, found by discovery: one file of this folder that defines a `ProjectionMethod` is one projection."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from deepclust.projections.base import ProjectionMethod


def _discover() -> dict[str, type[ProjectionMethod]]:
    classes: dict[str, type[ProjectionMethod]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        name = f"{__package__}.{module.name}"
        for c in vars(importlib.import_module(name)).values():
            if isinstance(c, type) and issubclass(c, ProjectionMethod) and c.title and c.__module__ == name:
                classes[module.name] = c
    return dict(sorted(classes.items(), key=lambda item: (item[1].slow, item[1].rank, item[0])))


#: By what maps on disk call them: those that are there at once, then the others, the most telling first.
PROJECTIONS = _discover()
BEST_FIRST = sorted(PROJECTIONS, key=lambda name: PROJECTIONS[name].rank)


def find_projection(name: str) -> type[ProjectionMethod]:
    """The projection of that name. ValueError with the names that there are."""
    if name not in PROJECTIONS:
        raise ValueError(f"There is no projection {name!r}: choose one of {', '.join(PROJECTIONS)}.")
    return PROJECTIONS[name]
