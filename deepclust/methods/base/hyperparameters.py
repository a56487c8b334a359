"""Hyper-parameters that several methods declare: the same words and bounds everywhere, the default is each method's own.

`weight` and `epochs` are kinds rather than single ones: what they count for is said where they are declared.
"""

from __future__ import annotations

from typing import Any

from deepclust.params import param


def epochs(
    default: int, label: str = "Epochs", help: str = "How often the network sees all data.", *, advanced: bool = False
) -> Any:
    """Epochs of a stage."""
    return param(default, label, help=help, min=0, max=10_000, group="Training", advanced=advanced)


def batch_size(
    default: int = 256,
    help: str = "Samples looked at together in one step; a small data set is cut into smaller batches.",
) -> Any:
    """Samples in a step (see `DeepMethod._batch_size`)."""
    return param(default, "Batch size", help=help, min=4, max=65_536, log=True, group="Training", advanced=True)


def steps_per_epoch(default: int) -> Any:
    """Least number of steps of an epoch (see `DeepMethod._passes`)."""
    words = "An epoch goes through a small data set several times, until it has made this many steps."
    return param(default, "Steps per epoch", help=words, min=1, max=10_000, group="Training", advanced=True)


def learning_rate(default: float = 1e-3) -> Any:
    """Step length of the optimiser."""
    words = "How large a step the network takes. Too large, and the losses jump about."
    return param(default, "Learning rate", help=words, min=1e-6, max=1.0, log=True, group="Training", advanced=True)


def clustering_rate(default: float) -> Any:
    """Step length of the optimiser in the stage in which clusters are learned."""
    words = "How large a step the network takes once there are clusters."
    return param(
        default, "Learning rate of clusters", help=words, min=1e-6, max=1.0, log=True, group="Training", advanced=True
    )


def weight(
    default: float, label: str, help: str, *, group: str = "Weights", log: bool = False, advanced: bool = True
) -> Any:
    """What a term of the loss counts for; 0 leaves it out."""
    return param(default, label, help=help, min=0.0, max=1000.0, log=log, group=group, advanced=advanced)


def n_components(default: int, *, advanced: bool = False) -> Any:
    """Width of the latent space."""
    words = "How many numbers the network may describe a sample with."
    return param(default, "Latent size", help=words, min=1, max=2048, group="Network", advanced=advanced)


def n_channels(default: int, help: str) -> Any:
    """Width of the convolutions."""
    return param(default, "Channels", help=help, min=1, max=512, group="Network", advanced=True)


def n_hidden(default: int, help: str, label: str = "Hidden units") -> Any:
    """Width of fully connected layers."""
    return param(default, label, help=help, min=1, max=8192, group="Network", advanced=True)


def n_neighbors(
    default: int,
    help: str = "How many nearest samples each sample is joined to.",
    *,
    group: str = "Graph",
    advanced: bool = False,
) -> Any:
    """Neighbours of a sample in a graph, or in a batch."""
    return param(default, "Neighbours", help=help, min=1, max=1000, group=group, advanced=advanced)


def n_init(default: int = 10) -> Any:
    """Random starts of k-means."""
    words = "How many random starts k-means gets; the tightest clustering is kept. With few it may get stuck."
    return param(default, "Starts", help=words, min=1, max=200, group="Clustering", advanced=True)
