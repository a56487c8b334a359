"""The spaces that SpectralNet starts from: an autoencoder's code, and a Siamese network that learns how alike samples are.

Shapes: x (b, ...) input, c (b, d) code, s (b, d_s) affinity space.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import batches, to_numpy
from deepclust.events import Event, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.deep import Means, descend
from deepclust.methods.spectralnet.spectral_graph import GraphRule
from deepclust.methods.spectralnet.walk_graph import LONGEST_WALK
from deepclust.params import param

if TYPE_CHECKING:
    import torch

AFFINITY_WIDTH = 10  # outputs of the Siamese network
SIAMESE_NEIGHBORS = 2  # of each sample make positive pairs, as in the authors' code

AUTOENCODER = {"reconstruction": "squared error of the decoder's output, summed over a sample (falls)"}
SIAMESE_TERMS = {"contrastive": "neighbours close together, other pairs at least 1 apart (falls)"}


def positive_pairs(c: np.ndarray, n_neighbors: int) -> torch.Tensor:
    """Numbers (n, n_neighbors) of the nearest others of each sample, which the Siamese network brings together."""
    import torch

    from deepclust.neighbors import nearest_neighbors

    return torch.from_numpy(nearest_neighbors(c, min(n_neighbors, len(c) - 1))[0])


def drawn_pairs(
    rows: torch.Tensor, neighbors: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """For each of ``rows`` (b,) a random one of its neighbours, a random sample, and whether that one is not near, (b,)."""
    import torch

    n_samples, n_neighbors = neighbors.shape
    drawn = torch.randint(n_neighbors, (len(rows),), generator=generator).to(rows.device)
    near = neighbors[rows].gather(1, drawn[:, None]).squeeze(1)
    far = torch.randint(n_samples, (len(rows),), generator=generator).to(rows.device)
    return near, far, (far != rows) & (neighbors[rows] != far[:, None]).all(dim=1)


class SiameseMethod(AutoencoderMethod):
    """Base of methods that learn from a graph: its parameters, and the spaces in which samples are compared."""

    space: str = param(
        "input",
        "Space",
        help="What the map starts from. input: the sample itself. code: what an autoencoder makes of it, trained first.",
        choices=("input", "code"),
        group="Network",
    )
    affinity: str = param(
        "auto",
        "Affinity",
        help="How alike two samples are. siamese: by a distance that is learned from neighbours first. euclidean: as they "
        "lie in the space. auto: siamese for samples of more than 10 numbers.",
        choices=("auto", "siamese", "euclidean"),
        group="Graph",
    )
    n_components: int = shared.n_components(10, advanced=True)
    spectral_hidden: int = shared.n_hidden(
        256,
        "Units of the first two layers of the map and of the Siamese network; their third has half as many.",
        "Width of the map",
    )
    pretrain_epochs: int = shared.epochs(
        30, "Autoencoder epochs", "How often the autoencoder sees all data.", advanced=True
    )
    siamese_epochs: int = shared.epochs(
        30, "Siamese epochs", "How often the Siamese network sees all data.", advanced=True
    )

    graph: str = param(
        "walk",
        "Similar pairs",
        help="batch: the nearest in each batch, as in the paper. walk: the ends of random walks on the neighbour graph of "
        "all samples, which follow long thin shapes.",
        choices=("walk", "batch"),
        group="Graph",
        advanced=True,
    )
    walk: int = param(
        0,
        "Steps of a walk",
        help="How far a random walk goes. 0: as far as the eigenvalues of the graph suggest.",
        min=0,
        max=LONGEST_WALK,
        group="Graph",
        advanced=True,
    )
    n_neighbors: int = shared.n_neighbors(15)
    scale: str = param(
        "global",
        "Scale",
        help="Width of the Gaussian affinity. global: one for all. local: one for each sample.",
        choices=("global", "local"),
        group="Graph",
        advanced=True,
    )
    scale_neighbor: int = param(
        0,
        "Scale neighbour",
        help="The global scale is the median distance to this neighbour; 0: to the last one.",
        min=0,
        max=1000,
        group="Graph",
        advanced=True,
    )
    normalized: bool = param(
        False,
        "Normalised Laplacian",
        help="Weigh each sample by its degree, as Ncut does. The paper does not.",
        group="Graph",
        advanced=True,
    )

    def _has_siamese(self, feature_shape: tuple[int, ...]) -> bool:
        # among few numbers the distances as they are say enough, and thin shapes must not be bent
        return self.affinity == "siamese" or (self.affinity == "auto" and prod(feature_shape) > AFFINITY_WIDTH)

    def _n_inputs(self, feature_shape: tuple[int, ...]) -> int:
        """Numbers that the map and the Siamese network start from."""
        return self.n_components if self.space == "code" else prod(feature_shape)

    def _rule(self, n_samples: int) -> GraphRule:
        return GraphRule(
            self.n_neighbors,
            min(self.spectral_batch, n_samples),
            self.scale_neighbor or self.n_neighbors,
            local=self.scale == "local",
            of_all=self.graph == "walk",
            normalized=self.normalized,
            walk=self.walk,
        )

    def _learn_code(self, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
        import torch

        from deepclust.losses.reconstruction import reconstruction_loss
        from deepclust.nets.spectral import CODE

        optimiser = torch.optim.Adam(self._net.autoencoder.parameters(), lr=self.learning_rate)
        yield Stage("Autoencoder", n_epochs, AUTOENCODER)
        for _ in self._epochs("Autoencoder", n_epochs, net=self._net, optimiser=optimiser, generator=self._generator):
            self._net.reached.fill_(CODE)
            losses = Means()
            for rows in self._batches(len(x), self._batch_size(len(x))):
                _, x_hat = self._net.autoencoder(x[rows])
                loss = reconstruction_loss(x[rows], x_hat)
                descend(optimiser, loss)
                losses.add({"reconstruction": loss}, len(rows))
            yield from self._report(losses)

    def _learn_affinity(self, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
        import torch

        from deepclust.losses.contrastive import contrastive_loss, pair_distance
        from deepclust.nets.spectral import SIAMESE

        optimiser = torch.optim.Adam(self._net.siamese.parameters(), lr=self.learning_rate)
        yield Stage("Siamese network", n_epochs, SIAMESE_TERMS)
        c = None
        for _ in self._epochs(
            "Siamese network", n_epochs, net=self._net, optimiser=optimiser, generator=self._generator
        ):
            if c is None:
                c = self._fixed_codes(x)
                neighbors = positive_pairs(to_numpy(c), SIAMESE_NEIGHBORS).to(c.device)
            self._net.reached.fill_(SIAMESE)
            losses = Means()
            for rows in self._batches(len(x), self._batch_size(len(x))):
                near, far, is_far = drawn_pairs(rows, neighbors, self._generator)
                s, s_near, s_far = self._net.siamese(c[torch.cat([rows, near, far])]).tensor_split(3)
                distance = torch.cat([pair_distance(s, s_near), pair_distance(s[is_far], s_far[is_far])])
                loss = contrastive_loss(distance, torch.arange(len(distance), device=c.device) < len(rows))
                descend(optimiser, loss)
                losses.add({"contrastive": loss}, len(rows))
            yield from self._report(losses)

    def _fixed_codes(self, x: torch.Tensor) -> torch.Tensor:
        """Codes (n, d) of all samples after the autoencoder has learned, which sets their centre and spread."""
        import torch

        self._net.eval()
        with torch.no_grad():
            rows = batches(len(x), 1024)
            self._net.standardise(torch.cat([self._net.raw_code(x[r.to(x.device)]) for r in rows]))
            codes = torch.cat([self._net.code(x[r.to(x.device)]) for r in batches(len(x), 1024)])
        self._net.train()
        return codes
