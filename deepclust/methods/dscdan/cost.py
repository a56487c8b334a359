"""What a fit of DSCDAN takes: operations and bytes, worked out from shapes alone."""

from __future__ import annotations

import numpy as np

from deepclust.methods.base.deep import FLOAT_BYTES, PASSES
from deepclust.methods.base.method import Cost
from deepclust.methods.base.sample_graph import AXES
from deepclust.methods.dscdan.parameters import DSCDANParameters
from deepclust.nets.dual_sizes import cluster_net_size, dual_autoencoder_size, features_shape, pair_size

BATCHES_AT_ONCE = 4  # batches that are put together where neighbours are sought inside them


def fit_cost(
    params: DSCDANParameters, n_samples: int, feature_shape: tuple[int, ...], batch: int, n_outputs: int
) -> Cost:
    """Operations of all stages, and bytes of the largest: the data, four copies of the weights (Adam), a batch at work."""
    p = params
    hidden = (p.n_hidden,) * 2
    encoder, decoder = dual_autoencoder_size(feature_shape, p.n_components, p.convs, hidden)
    telling = pair_size(features_shape(feature_shape, p.convs, hidden), p.n_components)
    clusters = cluster_net_size(p.n_components, p.n_hidden, n_outputs)

    n_codes = 1 + (p.noise == "views" and bool(p.relative or p.beta))
    autoencoder = n_codes * encoder.flops + (1 + bool(p.relative)) * decoder.flops + telling.flops * bool(p.beta)
    seen = n_samples * p.pretrain_epochs * p.n_passes(n_samples, batch)
    flops = PASSES * (autoencoder * seen + encoder.flops * n_samples * p.self_training_epochs)
    at_once = batch
    if p.max_epochs and p.graph == "all":
        at_once = 2 * batch
        seen = n_samples * p.max_epochs * p.n_passes(n_samples, batch)
        flops += PASSES * seen * (autoencoder + encoder.flops + 3 * clusters.flops)
        n_graphs = 1 + ((p.max_epochs - 1) // p.refresh if p.refresh else 0)
        graph = (1 + p.graph_views) * (encoder.flops + 2.0 * n_samples * p.n_components)
        graph += 2.0 * n_samples * AXES * bool(p.sample_neighbors)
        flops += n_graphs * n_samples * graph
    elif p.max_epochs:
        at_once = BATCHES_AT_ONCE * batch
        seen = n_samples * p.max_epochs * p.n_passes(n_samples, at_once)
        flops += PASSES * seen * (autoencoder + 3 * clusters.flops)

    parts = (encoder, decoder, telling, clusters)
    data = n_samples * float(np.prod(feature_shape))
    weights, activations = sum(part.n_parameters for part in parts), sum(part.activations for part in parts)
    return Cost(flops=flops, memory=FLOAT_BYTES * (2 * data + 4 * weights + 2 * at_once * activations))
