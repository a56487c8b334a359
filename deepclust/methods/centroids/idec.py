"""IDEC, improved DEC: the decoder stays, so that drawing codes to centres does not forget what samples look like."""

from __future__ import annotations

from deepclust.methods.centroids.centroids import PAPER
from deepclust.methods.centroids.self_training import DIVERGENCE, L_R, SOFT, TARGETS, SelfTrainingWithDecoder


class IDEC(SelfTrainingWithDecoder):
    """Guo, Gao, Liu, Yin 2017."""

    title = "IDEC"
    summary = "DEC that keeps its decoder: codes are drawn to k centres and must still tell what a sample looks like."
    reference = "Guo, Gao, Liu, Yin 2017, doi:10.24963/ijcai.2017/243"
    good_for = "Groups tightened with care: new samples are still described as well as before."
    headline = "ACC as others quote it: MNIST 0.881. k-means on the same codes has 0.701 on USPS and 0.775 on digits (preset quick)."
    equations = (SOFT, TARGETS, L_R, r"\min_{\theta, \mu} \; L_r + \gamma L_c, \quad " + DIVERGENCE)
    presets = {"quick": {}, "paper": PAPER}
    rank = 22
