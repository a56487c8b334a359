"""What the arrays that LALNet keeps with a run are called: it writes them, figures and pages read them."""

from __future__ import annotations

#: The hidden features, the linear outputs on top of them, and their softmax (Kilinc & Uysal 2018, section 2.2).
SPACES = ("F", "Z", "softmax(Z)")

#: Of a snapshot: Z (m, n_outputs) of a few rows (m,) of the data, and the transformation (m,) that each was seen under.
GRAPH_Z, GRAPH_ROWS, GRAPH_PARENTS = "graph Z", "graph rows", "graph parents"


def clusters_in(space: str) -> str:
    """k-means clusters (n,) of all samples in a space."""
    return f"clusters in {space}"


def mean_of(space: str) -> str:
    """Mean (d,) over all samples of each dimension of a space."""
    return f"mean of {space}"


def means_by_cluster(space: str) -> str:
    """Means (k, d) over the samples of each cluster."""
    return f"means by cluster of {space}"


def means_by_transformation(space: str) -> str:
    """Means (t, d) over the samples under each transformation."""
    return f"means by transformation of {space}"


def weights_to(space: str) -> str:
    """Norms (d,) of the weights that lead to each unit of F or Z."""
    return f"weights to {space}"
