"""DEC, deep embedded clustering: an encoder and k centres that sharpen their own soft assignments."""

from __future__ import annotations

from deepclust.methods.centroids.centroids import PAPER
from deepclust.methods.centroids.self_training import DIVERGENCE, SOFT, TARGETS, SelfTraining


class DEC(SelfTraining):
    """Xie, Girshick, Farhadi 2016."""

    title = "DEC"
    summary = "Learns a short code for each sample, then draws codes to k centres by learning from what it is already sure of."
    reference = "Xie, Girshick, Farhadi 2016, arXiv:1511.06335"
    good_for = "The classic of deep clustering: round groups that the code of an autoencoder already shows."
    headline = (
        "ACC in the paper: MNIST 0.843. k-means on the same codes has 0.701 on USPS and 0.775 on digits (preset quick)."
    )
    equations = (SOFT, TARGETS, r"\min_{\theta, \mu} \; " + DIVERGENCE)
    presets = {"quick": {}, "paper": PAPER}
    rank = 21
