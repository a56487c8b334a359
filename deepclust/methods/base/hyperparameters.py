"""Hyper-parameters that several methods declare: the same words and bounds everywhere, the default is each method's own."""

from __future__ import annotations

from typing import Any

from deepclust.params import param


def batch_size(default: int = 256) -> Any:
    """Samples in a step."""
    return param(
        default,
        "Batch size",
        help="Samples looked at together in one step; a small data set is cut into smaller batches.",
        min=4,
        max=65_536,
        log=True,
        group="Training",
        advanced=True,
    )


def learning_rate(default: float = 1e-3) -> Any:
    """Step length of the optimiser."""
    return param(
        default,
        "Learning rate",
        help="How large a step the network takes. Too large, and the losses jump about.",
        min=1e-6,
        max=1.0,
        log=True,
        group="Training",
        advanced=True,
    )


def steps_per_epoch(default: int) -> Any:
    """Least number of steps of an epoch (see `DeepMethod._passes`)."""
    return param(
        default,
        "Steps per epoch",
        help="An epoch goes through a small data set several times, until it has made this many steps.",
        min=1,
        max=10_000,
        group="Training",
        advanced=True,
    )


def n_init(default: int = 10) -> Any:
    """Random starts of k-means."""
    return param(
        default,
        "Starts",
        help="How many random starts k-means gets; the tightest clustering is kept.",
        min=1,
        max=200,
        group="Clustering",
        advanced=True,
    )
