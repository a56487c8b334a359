"""DeepClust: watch a neural network learn to sort your data, and then judge what it found."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``from deepclust import DDLS`` works for every method, without loading any until one is asked for."""
    from deepclust.methods import METHODS

    if name in METHODS:
        return METHODS[name]
    raise AttributeError(f"module 'deepclust' has no attribute {name!r}; its methods are {', '.join(METHODS)}")
