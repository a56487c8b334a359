"""DeepClust: watch a neural network learn to sort your data, and then judge what it found."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``from deepclust import DDLS`` works for every method, and `load_run` opens a run; nothing is loaded before it is asked for."""
    if name == "load_run":
        # by its name, as those below the engine import this package as well
        return import_module("deepclust.engine.placing.finished").load_run
    from deepclust.methods import METHODS

    if name in METHODS:
        return METHODS[name]
    raise AttributeError(f"module 'deepclust' has no attribute {name!r}; its methods are {', '.join(METHODS)}")
