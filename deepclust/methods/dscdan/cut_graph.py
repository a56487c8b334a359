"""The neighbour graph of all codes, its exact cut, and the clusters that are to be had from it: a part of DSCDAN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import to_numpy
from deepclust.methods.base.code_graph import code_graph, cut_vectors
from deepclust.methods.base.rounding import best_partition
from deepclust.metrics.modularity import Edges, edges_of

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array


class CutGraph:
    """Edges, exact cut U (n, m) and best clusters of the graph of all codes; empty until it is renewed.

    ``state`` holds all of it as tensors, and so can be saved with a checkpoint. ``width``: how many columns of Y are
    compared; without a graph of all samples that alone is set.
    """

    def __init__(self) -> None:
        self.state: dict[str, torch.Tensor] = {}

    def renew(
        self,
        looks: Sequence[torch.Tensor],
        n_neighbors: int,
        n_clusters: int,
        n_vectors: int,
        n_init: int,
        seed: int,
        unit: bool,
        samples: csr_array | None = None,
    ) -> None:
        """Join the codes (n, d) of all looks at the samples (`code_graph`), cut the graph exactly, and round the cut.

        unit: rows of the cut are compared by their direction (`best_partition`). samples (n, n): a graph of the samples as
        they are, which counts as much as that of the codes.
        """
        import torch

        W = code_graph(looks, n_neighbors, n_clusters)
        if samples is not None and samples.nnz and W.nnz:
            W = W + samples * (W.sum() / samples.sum())
        edges = edges_of(W)
        vectors, values = cut_vectors(W, n_vectors)
        labels, width = best_partition(vectors, n_clusters, edges, seed, n_init, unit, each=True)
        arrays = edges._asdict() | {
            "exact": vectors,
            "eigenvalues": values,
            "labels": labels,
            "width": np.asarray(width),
        }
        self.state.update({name: torch.from_numpy(array).to(looks[0].device) for name, array in arrays.items()})

    def set_width(self, width: int) -> None:
        """Compare so many columns of Y."""
        import torch

        self.state["width"] = torch.tensor(width)

    def drawn(self, n_draws: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Both ends (n_draws,) of edges that are drawn by their weight. ValueError where there is none."""
        import torch

        weight = self.state["weight"].to(generator.device)
        if not len(weight):
            raise ValueError(
                "The neighbour graph of the codes has no edge. Choose more neighbours, or more pre-training epochs."
            )
        edges = torch.multinomial(weight, n_draws, replacement=True, generator=generator).to(self.state["at"].device)
        return self.state["at"][edges], self.state["to"][edges]

    @property
    def begun(self) -> bool:
        """Whether the spectral stage has begun, and so Y is what is clustered."""
        return bool(self.state)

    @property
    def of_all(self) -> bool:
        """Whether there is a graph of all samples."""
        return "exact" in self.state

    @property
    def width(self) -> int:
        """How many columns of Y are compared; 0 before the spectral stage."""
        return int(self.state["width"]) if self.begun else 0

    @property
    def exact(self) -> torch.Tensor:
        """U (n, m)."""
        return self.state["exact"]

    @property
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues (m + 1,) of the exact cut."""
        return to_numpy(self.state["eigenvalues"])

    @property
    def labels(self) -> np.ndarray:
        """The clusters int64 (n,) of highest modularity."""
        return to_numpy(self.state["labels"])

    def edges(self) -> Edges:
        """The edges, each once."""
        return Edges(*(to_numpy(self.state[name]) for name in Edges._fields))
