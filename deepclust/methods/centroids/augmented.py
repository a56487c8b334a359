"""DEC and IDEC with data augmentation: the network sees small distortions, its targets come from the samples as they are."""

from __future__ import annotations

from deepclust.methods.centroids.centroids import PAPER
from deepclust.methods.centroids.self_training import (
    COPIES,
    DIVERGENCE,
    SOFT,
    TARGETS,
    SelfTraining,
    SelfTrainingWithDecoder,
)

REFERENCE = "Guo, Zhu, Liu, Yin 2018, ACML, PMLR 95:550-565"


class DECDA(SelfTraining):
    """FcDEC-DA or ConvDEC-DA of Guo, Zhu, Liu, Yin 2018, after ``network``."""

    title = "DEC-DA"
    summary = "DEC that sees every picture slightly shifted and turned, anew in every step, so that codes do not hang on that."
    reference = REFERENCE
    good_for = "Pictures of writing, which mean the same a little shifted or turned."
    reported_as = ("FcDEC-DA", "ConvDEC-DA")
    equations = (COPIES, SOFT, TARGETS, r"\min_{\theta, \mu} \; " + DIVERGENCE)
    presets = {"quick": {}, "paper": {**PAPER, "pretrain_epochs": 500}}
    rank = 23
    augmented = True


class IDECDA(SelfTrainingWithDecoder):
    """FcIDEC-DA or ConvIDEC-DA of Guo, Zhu, Liu, Yin 2018, after ``network``."""

    title = "IDEC-DA"
    summary = "IDEC that sees every picture slightly shifted and turned, anew in every step, so that codes do not hang on that."
    reference = REFERENCE
    good_for = "Pictures of writing; steadier than DEC-DA, as the decoder stays."
    reported_as = ("FcIDEC-DA", "ConvIDEC-DA")
    equations = (COPIES, SOFT, TARGETS, r"\min_{\theta, \mu} \; L_r + \gamma L_c, \quad " + DIVERGENCE)
    presets = {"quick": {}, "paper": {**PAPER, "pretrain_epochs": 500}}
    rank = 24
    augmented = True
