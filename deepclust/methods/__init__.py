"""All clustering methods, found by discovery: one file here that defines a `Method` is one method."""

from __future__ import annotations

import importlib
import pkgutil

from deepclust.methods._base import Method


def _discover() -> dict[str, type[Method]]:
    found = []
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            contents = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
            found += [
                c for c in contents if isinstance(c, type) and c.__module__ == f"{__name__}.{module.name}"
            ]
    methods = [c for c in found if issubclass(c, Method)]
    return {m.__name__: m for m in sorted(methods, key=lambda m: (m.rank, m.__name__))}


METHODS = _discover()


def find_method(name: str) -> type[Method]:
    """The method of that name. ValueError with the names that there are."""
    if name not in METHODS:
        raise ValueError(f"There is no method {name!r}. Choose one of: {', '.join(METHODS)}.")
    return METHODS[name]
