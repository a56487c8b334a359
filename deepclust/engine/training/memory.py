"""What to do where memory does not suffice: the batch that would fit, by the rule of thumb of the method's cost."""

from __future__ import annotations

from dataclasses import replace

import psutil

from deepclust.engine.training.cards import Card
from deepclust.engine.training.saved import build
from deepclust.methods import Cost, find_method
from deepclust.params import params_of
from deepclust.runs import RunConfig

FILLED = 0.9  # of the memory that is free, which a run may be expected to take
SMALLEST = 8  # samples in a batch that is advised


def cost_of(config: RunConfig) -> Cost:
    """Operations and bytes of a run, from shapes alone."""
    return build(config).cost(config.n_samples, config.feature_shape)


def with_batch(config: RunConfig, batch_size: int) -> RunConfig:
    """The same run with another size of the batches."""
    return replace(config, params={**config.params, "batch_size": batch_size})


def smaller_batches(config: RunConfig) -> list[int]:
    """Smaller sizes of a batch to try, the largest first; none where the method has no batches."""
    batch = config.params.get("batch_size")
    if batch is None:
        return []
    smallest = params_of(find_method(config.method))["batch_size"].min or 1
    return [batch // 2**i for i in range(1, 12) if batch // 2**i >= max(smallest, SMALLEST)]


def label_of_batch(config: RunConfig) -> str:
    """What the form calls the size of a batch."""
    return params_of(find_method(config.method))["batch_size"].label


def in_bytes(n: float) -> str:
    """Bytes in words: "640 MB", "3.1 GB"."""
    return f"{max(n, 2**20) / 2**20:.0f} MB" if n < 1000 * 2**20 else f"{n / 2**30:.1f} GB"


def ran_out(config: RunConfig, card: Card | None) -> str:
    """What to say of a run that ran out of the memory of its card, or of the machine, and which batch would fit.

    It has needed more than there was: where the rule of thumb says less, that is raised in proportion.
    """
    room = float(card.free if card else psutil.virtual_memory().available + psutil.Process().memory_info().rss)
    where = f"on {card.name} ({card.device})" if card else "on this machine"
    needs = cost_of(config).memory
    raised = max(1.0, room / needs)
    said = f"There is not enough memory {where}: this run needs more than the {in_bytes(room)} that it could have."
    for batch in smaller_batches(config):
        memory = raised * cost_of(with_batch(config, batch)).memory
        if memory < FILLED * room:
            return (
                f"{said} With {label_of_batch(config)} {batch} instead of {config.params['batch_size']} it would need about "
                f"{in_bytes(memory)}."
            )
    no_batch = " A smaller batch would not do." if smaller_batches(config) else ""
    ways = ["smaller pictures"] * (len(config.feature_shape) > 1)
    ways += ["a narrower network"] * ("torch" in find_method(config.method).needs)
    ways += ["the device cpu"] * (card is not None)
    return f"{said}{no_batch} Choose {', '.join([*ways, 'or fewer samples' if ways else 'fewer samples'])}."
