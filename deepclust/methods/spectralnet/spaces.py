"""The spaces that SpectralNet starts from: an autoencoder's code, and a Siamese network that learns how alike samples are.

Shapes: x (b, ...) input, c (b, d) code, s (b, d_s) affinity space.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.captured import is_captured
from deepclust.compute import batches, to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base.deep import Means, descend
from deepclust.methods.spectralnet.pairs import SIAMESE_NEIGHBORS, drawn_pairs, positive_pairs
from deepclust.methods.spectralnet.parameters import SpectralNetParameters
from deepclust.methods.spectralnet.spectral_graph import held_back

if TYPE_CHECKING:
    import torch
    from torch import nn

    from deepclust.nets.spectral import SpectralNets

LEAST_RATE = 1e-7  # of learning: below it nothing more is learned

AUTOENCODER = {"reconstruction": "squared error of the decoder's output, summed over a sample (falls)"}
SIAMESE_TERMS = {"contrastive": "neighbours close together, other pairs at least 1 apart (falls)"}
VALIDATION = "validation"
HELD = {VALIDATION: "the same, of samples that are not learned from (falls; rises when it over-fits)"}


def learn_code(method: SpectralNetParameters, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
    """The stage of the autoencoder."""
    import torch

    from deepclust.losses.reconstruction import reconstruction_loss
    from deepclust.nets.spectral import CODE

    net = method._net
    train, held = _split(method, x)
    optimiser = method._adam(net.autoencoder.parameters(), method.learning_rate)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, patience=method.first_patience)
    state = {"net": net, "optimiser": optimiser, "schedule": schedule, "generator": method._generator}

    @method._captured(optimiser)
    def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
        seen = x[train[rows]]
        with method._products():
            x_hat = net.autoencoder(seen)[1]
        loss = reconstruction_loss(seen, x_hat.float())
        descend(optimiser, loss)
        return {"reconstruction": loss}

    yield Stage("Autoencoder", n_epochs, AUTOENCODER | (HELD if len(held) else {}))
    for epoch in method._epochs("Autoencoder", n_epochs, **state):
        if epoch > 1 and is_spent(optimiser):
            yield Note("info", f"The autoencoder has converged after {epoch - 1} epochs.")
            break
        net.reached.fill_(CODE)
        losses = Means()
        for rows in method._batches(len(train), method._batch_size(len(train))):
            losses.add(step(rows), len(rows))
        if len(held) and not method._told_to_stop:
            net.eval()
            with torch.no_grad():
                for rows in held.split(1024):
                    unseen = x[rows]
                    losses.add({VALIDATION: reconstruction_loss(unseen, net.autoencoder(unseen)[1])}, len(rows))
            net.train()
            schedule.step(losses.values()[VALIDATION])
        yield from method._report(losses)


def learn_affinity(method: SpectralNetParameters, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
    """The stage of the Siamese network, on the code as it is then."""
    import torch

    from deepclust.nets.spectral import SIAMESE

    net = method._net
    train, held = _split(method, x)
    optimiser = optimiser_of(method, net.siamese)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, patience=method.first_patience)
    state = {"net": net, "optimiser": optimiser, "schedule": schedule, "generator": method._generator}

    @method._captured(optimiser)
    def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
        loss = _contrast(method, c_train, rows, neighbors, method._generator)
        descend(optimiser, loss)
        return {"contrastive": loss}

    yield Stage("Siamese network", n_epochs, SIAMESE_TERMS | (HELD if len(held) else {}))
    c = None
    for epoch in method._epochs("Siamese network", n_epochs, **state):
        if epoch > 1 and is_spent(optimiser):
            yield Note("info", f"The Siamese network has converged after {epoch - 1} epochs.")
            break
        if c is None:
            c = fixed_codes(net, x)
            unseen, c_train = c[held], c[train] if len(held) else c
            neighbors = positive_pairs(to_numpy(c_train), SIAMESE_NEIGHBORS).to(c.device)
            held_neighbors = positive_pairs(to_numpy(unseen), SIAMESE_NEIGHBORS).to(c.device) if len(held) else None
        net.reached.fill_(SIAMESE)
        losses = Means()
        for rows in method._batches(len(train), method._batch_size(len(train))):
            losses.add(step(rows), len(rows))
        if held_neighbors is not None and not method._told_to_stop:
            with torch.no_grad():  # the same pairs every time
                every, fixed = torch.arange(len(held), device=c.device), torch.Generator().manual_seed(0)
                losses.add({VALIDATION: _contrast(method, unseen, every, held_neighbors, fixed)}, 1)
            schedule.step(losses.values()[VALIDATION])
        yield from method._report(losses)


def _contrast(
    method: SpectralNetParameters,
    c: torch.Tensor,
    rows: torch.Tensor,
    neighbors: torch.Tensor,
    generator: torch.Generator,
) -> torch.Tensor:
    """Contrastive loss of ``rows`` (b,) of the codes c (n, d), each with a neighbour and with another sample."""
    import torch

    from deepclust.losses.contrastive import contrastive_loss, pair_distance

    near, far, is_far = drawn_pairs(rows, neighbors, generator)
    with method._products():
        placed = method._net.siamese(c[torch.cat([rows, near, far])])
    s, s_near, s_far = placed.float().tensor_split(3)
    counted = None
    if is_captured():  # it does not look how many are far
        counted = torch.cat([torch.ones_like(is_far), is_far])
        distance = torch.cat([pair_distance(s, s_near), pair_distance(s, s_far)])
    else:
        distance = torch.cat([pair_distance(s, s_near), pair_distance(s[is_far], s_far[is_far])])
    positive = torch.arange(len(distance), device=c.device) < len(rows)
    return contrastive_loss(distance, positive, near=method.near, counted=counted)


def _split(method: SpectralNetParameters, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples that these networks learn from, and those that tell when to stop: none where they never do."""
    import torch

    held = held_back(len(x), method.n_clusters, method._fit_seed) if method.first_patience else np.empty(0, np.int64)
    train = np.setdiff1d(np.arange(len(x)), held)
    return torch.from_numpy(train).to(x.device), torch.from_numpy(held).to(x.device)


def fixed_codes(net: SpectralNets | Any, x: torch.Tensor) -> torch.Tensor:
    """Codes (n, d) of all samples after the autoencoder has learned, which sets their centre and spread."""
    import torch

    net.eval()
    with torch.no_grad():
        if net.autoencoder is None:
            raw = net.raw_code(x)
        else:
            raw = torch.cat([net.raw_code(x[r.to(x.device)]) for r in batches(len(x), 1024)])
        net.standardise(raw)
        codes = raw.sub(net.center).div_(net.spread)  # as `code` does, with one copy of what may be gigabytes
    net.train()
    return codes


def optimiser_of(method: SpectralNetParameters, net: nn.Module) -> torch.optim.Optimizer:
    """How a network takes its steps: "adam", or "rmsprop" with the memory that the authors' code gives it."""
    import torch

    if method.optimiser == "rmsprop":
        on_cuda = method.device_.type == "cuda"
        return torch.optim.RMSprop(net.parameters(), lr=method.learning_rate, alpha=0.9, capturable=on_cuda)
    return method._adam(net.parameters(), method.learning_rate)


def is_spent(optimiser: torch.optim.Optimizer) -> bool:
    """Whether the learning rate has fallen so far, tenth by tenth, that nothing more is learned."""
    return bool(optimiser.param_groups[0]["lr"] <= 1.01 * LEAST_RATE)  # tenths are rounded
