"""What a fit of SpectralNet takes: operations and bytes, worked out from shapes alone."""

from __future__ import annotations

from math import prod

import numpy as np

from deepclust.methods.base.deep import FLOAT_BYTES, PASSES
from deepclust.methods.base.method import Cost
from deepclust.methods.base.sample_graph import AXES
from deepclust.methods.spectralnet.parameters import SIAMESE, VIEWS, SpectralNetParameters
from deepclust.methods.spectralnet.spectral_graph import EXACT_UP_TO
from deepclust.nets.sizes import autoencoder_size

AFFINITY_WIDTH = 10  # outputs of the Siamese network


def map_widths(params: SpectralNetParameters, n_inputs: int, n_outputs: int) -> tuple[int, ...]:
    """Widths of the map's layers, and of the Siamese network's, from input to output."""
    wide = max(params.spectral_hidden, n_outputs)  # a narrower layer could not carry so many independent outputs
    return n_inputs, wide, wide, max(wide // 2, n_outputs), n_outputs


def map_step(params: SpectralNetParameters, n_inputs: int, n_outputs: int, batch: int) -> float:
    """Operations of one step of the map: forward on one batch, forward and backward on another, and distances."""
    return batch * ((1 + PASSES) * _forward(params, n_inputs, n_outputs) + 10.0 * batch * AFFINITY_WIDTH)


def fit_cost(
    params: SpectralNetParameters,
    n_samples: int,
    feature_shape: tuple[int, ...],
    batch: int,
    n_outputs: int,
    affinity: str,
) -> Cost:
    """That of the autoencoder's stage, of the Siamese pairs, of the neighbours, and of the map's two batches in each step."""
    p = params
    n_inputs = p.n_components if p.space == "code" else prod(feature_shape)
    flops, floats = 0.0, 2.0 * n_samples * prod(feature_shape)
    if p.space == "code":
        channels, hidden = (p.n_channels,) * p.n_blocks, (p.n_hidden,) * 2
        net = autoencoder_size(feature_shape, p.n_components, channels, hidden)
        flops += PASSES * net.flops * n_samples * p.pretrain_epochs
        floats += 4 * net.n_parameters + 2 * batch * net.activations
    if affinity == SIAMESE:
        flops += PASSES * 3 * n_samples * p.siamese_epochs * _forward(p, n_inputs, AFFINITY_WIDTH)
    map_batch = min(p.spectral_batch, n_samples)
    flops += p.max_epochs * p.steps_per_epoch * map_step(p, n_inputs, n_outputs, map_batch)
    if affinity == VIEWS:
        flops += 2.0 * n_samples**2 * AXES
    else:
        flops += 2 * min(n_samples, EXACT_UP_TO) ** 2 * n_inputs
    widths = map_widths(p, n_inputs, n_outputs)
    floats += 12 * float(np.dot(widths[:-1], widths[1:])) + 8 * map_batch**2 + 6 * map_batch * sum(widths)
    floats += n_samples * 4 * (n_inputs + n_outputs)
    return Cost(flops=flops, memory=FLOAT_BYTES * floats)


def _forward(params: SpectralNetParameters, n_inputs: int, n_outputs: int) -> float:
    """Operations of one forward pass of one sample through the map."""
    widths = map_widths(params, n_inputs, n_outputs)
    return 2.0 * float(np.dot(widths[:-1], widths[1:]))
