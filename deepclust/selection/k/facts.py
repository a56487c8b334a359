"""What each criterion is called, what it looks at, whether high or low is good, and how many voices it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Facts:
    """Words and weight of a criterion. weight 0: it warns and does not vote (docs/decisions/0009-choosing-k.md)."""

    title: str
    sentence: str
    better: Literal["high", "low"] = "high"
    weight: float = 1.0


#: In the order in which the board fills in.
FACTS: dict[str, Facts] = {
    "calinski_harabasz": Facts(
        "Calinski-Harabasz",
        "How far the centres of the clusters lie apart, over how far samples lie from their own. Leans to few clusters.",
        weight=0.25,
    ),
    "davies_bouldin": Facts(
        "Davies-Bouldin", "How much each cluster overlaps with the one that is most like it, on average.", "low"
    ),
    "silhouette": Facts(
        "Silhouette",
        "How much nearer a sample is to its own cluster than to the next one, on average over 3,000 samples.",
        weight=0.5,
    ),
    "smallest": Facts(
        "Smallest cluster",
        "Its size as a share of n / k. A cluster that is much smaller than the others may be a splinter, or a rare group.",
        weight=0,
    ),
    "evenness": Facts(
        "Evenness of sizes", "Entropy of the sizes over log k: 1 if all clusters are of one size.", weight=0
    ),
    "eigengap": Facts(
        "Eigengap",
        "How far the next eigenvalue of the neighbour graph jumps after the k-th: a graph of k loosely joined groups has k "
        "small ones.",
        weight=0.5,
    ),
    "gap": Facts(
        "Gap statistic",
        "How much tighter the clusters are than those of points without any groups, on ten principal components. The pick is "
        "the first k after which the curve does not rise by more than its error.",
        weight=0.5,
    ),
    "bic": Facts(
        "Gaussian mixture, BIC",
        "How well k Gaussians describe the data, less a price for every number that they need.",
        "low",
        weight=0.5,
    ),
    "icl": Facts(
        "Gaussian mixture, ICL",
        "As BIC, with a second price for samples that two Gaussians share: groups that are not round are split less often.",
        "low",
    ),
    "stability": Facts(
        "Stability of halves",
        "Agreement (ARI) of the clusters of two halves of the data. The pick is the largest k that is nearly as stable as the "
        "best.",
        weight=0.5,
    ),
    "prediction_strength": Facts(
        "Prediction strength",
        "Share of pairs of a cluster that the clusters of the other half keep together, where it is least. The pick is the "
        "largest k that is nearly as strong as the best.",
        weight=0.25,
    ),
    "dip": Facts(
        "Dip test",
        "Too many clusters, of which neighbours without a dip between them are merged: those that are left are counted.",
        weight=0.5,
    ),
    "map_silhouette": Facts(
        "Silhouette on a UMAP",
        "Silhouette of Ward's clusters on a UMAP: it follows neighbourhoods instead of distances in the latent space.",
    ),
    "map_stability": Facts(
        "Stability on a UMAP",
        "Agreement (ARI) of the clusters of two halves of a UMAP. The pick is the largest k that is nearly as stable as the "
        "best.",
    ),
    "map_strength": Facts(
        "Prediction strength on a UMAP",
        "Share of pairs of a cluster of the UMAP that the clusters of the other half keep together, where it is least. The "
        "pick is the largest k that is nearly as strong as the best.",
    ),
    "hdbscan": Facts(
        "Dense regions on a UMAP",
        "HDBSCAN counts the dense regions of a UMAP. It needs no k, only how small a region may be: three sizes are tried.",
        weight=4,
    ),
}
