"""What one may choose of DSCDAN: networks, training, loss terms, the graph and its cut."""

from __future__ import annotations

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import DeepMethod
from deepclust.nets.dual_sizes import Convs
from deepclust.params import param

STAGE = "Spectral stage"


class DSCDANParameters(DeepMethod):
    """The hyper-parameters of `DSCDAN`, chapter by chapter. Where it says so, a value is the paper's or its code's."""

    n_components: int = shared.n_components(60, advanced=True)
    n_channels: int = shared.n_channels(32, "Width of the first convolution, for pictures; deeper ones have more.")
    n_convs: int = param(
        1, "Convolutions", help="How many at each size of a picture.", min=1, max=4, group="Network", advanced=True
    )
    kernel: int = param(
        3, "Side of a convolution", help="Pixels, an odd number.", min=1, max=11, step=2, group="Network", advanced=True
    )
    widest: int = param(
        4,
        "Widest",
        help="How many times the channels of the first convolution a deeper one has at most.",
        min=1,
        max=16,
        group="Network",
        advanced=True,
    )
    n_halvings: int = param(
        0,
        "Halvings",
        help="How often a picture is halved on its way in. 0: until no side is longer than 8 pixels.",
        min=0,
        max=8,
        group="Network",
        advanced=True,
    )
    n_hidden: int = shared.n_hidden(512, "Width of the layers for tables and embeddings, and of the cluster network.")

    batch_size: int = shared.batch_size()
    steps_per_epoch: int = shared.steps_per_epoch(10)
    learning_rate: float = shared.learning_rate()
    pretrain_epochs: int = shared.epochs(
        8, "Pre-training epochs", "How often all data are seen before the spectral stage."
    )
    max_epochs: int = shared.epochs(
        8,
        "Spectral epochs",
        "How often all data are seen while the cut is learned. 0 leaves the stage out: k-means on the codes.",
    )
    self_training_epochs: int = shared.epochs(
        0,
        "Self-training epochs",
        "DEC (Xie et al. 2016) instead of the cut: epochs in which clusters are sharpened by what is already sure.",
        advanced=True,
    )

    noise: str = param(
        "views",
        "Disturbance",
        help="How a code is disturbed. multiplicative: random factors (the paper). learned: normal, with a width that the "
        "encoder chooses (the released code). views: the code of the same sample, slightly shifted, turned and sheared.",
        choices=("multiplicative", "learned", "views"),
        group="Terms",
        advanced=True,
    )
    noise_scale: float = param(
        0.3,
        "Strength of the factors",
        help="Standard deviation of the random factors about 1.",
        min=0.0,
        max=10.0,
        step=0.05,
        group="Terms",
        advanced=True,
    )
    delta: float = shared.weight(
        0.5, "Weight of reconstruction", "How much the decoder's output of clean codes counts.", group="Terms"
    )
    relative: float = shared.weight(
        1.0,
        "Weight of relative reconstruction",
        "How much it counts that disturbed codes are decoded like clean ones. 0 leaves it out.",
        group="Terms",
    )
    beta: float = shared.weight(
        0.5,
        "beta: mutual information",
        "How much it counts that codes can be told to belong to their samples. 0 leaves it out.",
        group="Terms",
        log=True,
        advanced=False,
    )
    local: float = shared.weight(
        1.0,
        "Share of local information",
        "Weight of the places of the feature map beside that of the whole sample.",
        group="Terms",
    )
    gamma: float = shared.weight(
        0.01,
        "gamma: prior",
        "How much it counts that codes follow their prior distribution. 0 leaves it out. Where the disturbance is "
        "multiplicative, all that it does is to shrink the codes.",
        group="Terms",
        log=True,
        advanced=False,
    )
    negatives: str = param(
        "shuffled",
        "Negative pairs",
        help="shuffled: a sample with the code of another one (the paper). adversarial: that code is first moved to where "
        "it is hardest to tell.",
        choices=("shuffled", "adversarial"),
        group="Terms",
        advanced=True,
    )
    adversarial_step: float = param(
        0.1,
        "Adversarial step",
        help="How far such a code is moved, as a share of its length.",
        min=0.0,
        max=1.0,
        step=0.05,
        group="Terms",
        advanced=True,
    )
    prior: str = param(
        "normal",
        "Prior",
        help="normal: codes about one point. clusters: about one learned point for each cluster (the released code). late: "
        "the first in pre-training, the second in the spectral stage (the paper).",
        choices=("normal", "clusters", "late"),
        group="Terms",
        advanced=True,
    )

    n_neighbors: int = shared.n_neighbors(3, group=STAGE, advanced=True)
    graph: str = param(
        "all",
        "Neighbours among",
        help="all: each sample's neighbours are sought among all samples. batch: inside its batch (the paper).",
        choices=("all", "batch"),
        group=STAGE,
        advanced=True,
    )
    graph_views: int = param(
        4,
        "Views in the graph",
        help="How many slightly shifted, turned and sheared copies of each sample look for neighbours beside itself. "
        "0 is the paper.",
        min=0,
        max=100,
        group=STAGE,
        advanced=True,
    )
    sample_neighbors: int = param(
        5,
        "Neighbours among samples",
        help="How many of the nearest samples, as they are, each is joined to in the graph as well. The edges of codes and those of "
        "samples count the same. 0 (the paper): codes alone.",
        min=0,
        max=1000,
        group=STAGE,
        advanced=True,
    )
    refresh: int = param(
        4,
        "New graph after",
        help="The graph of all samples is made anew from the codes after so many epochs; 0 keeps the first one.",
        min=0,
        max=10_000,
        group=STAGE,
        advanced=True,
    )
    sigma: float = param(
        0.0,
        "Width of the affinity",
        help="sigma of eq. (14), in units of the codes, for neighbours inside a batch. 0: for each sample the distance to its last "
        "neighbour. The released code has 2.62.",
        min=0.0,
        max=1000.0,
        group=STAGE,
        advanced=True,
    )
    one_width: bool = param(
        False,
        "One width for all",
        help="Where no width is given: the median of those distances in the batch for all samples alike, as eq. (14) has one "
        "sigma, instead of each its own.",
        group=STAGE,
        advanced=True,
    )
    lambda_c: float = shared.weight(
        1.0, "Weight of the spectral loss", "How much it counts that neighbours lie close in Y.", group=STAGE
    )
    lambda_v: float = shared.weight(
        1.0,
        "Weight of disturbed copies",
        "How much it counts that disturbed copies of a sample lie close to it in Y.",
        group=STAGE,
    )
    eta: float = shared.weight(
        1.0,
        "Weight of the exact cut",
        "How much Y is drawn to the exact eigenvectors of the graph of all samples. 0 is the paper.",
        group=STAGE,
    )
    eigenvectors: float = param(
        2.0,
        "Eigenvectors per cluster",
        help="How many numbers Y has for each cluster: 1 is the paper. With more, as many of them are used as give the "
        "clusters that the graph holds together best (modularity). It is 1 with neighbours inside a batch, and where "
        "soft-max outputs are used as well.",
        min=1.0,
        max=10.0,
        step=0.25,
        group=STAGE,
        advanced=True,
    )
    unit_rows: bool = param(
        True,
        "Rows of length 1",
        help="Compare samples by the direction of their row of Y alone. The paper does not.",
        group=STAGE,
        advanced=True,
    )
    output: str = param(
        "linear",
        "Output",
        help="What is made orthonormal: the cluster network's outputs, or their soft-max (the released code).",
        choices=("linear", "softmax"),
        group=STAGE,
        advanced=True,
    )

    labels_from: str = param(
        "kmeans",
        "Labels from",
        help="kmeans: k-means on Y. argmax: the largest soft-max output (the released code; of little use where only Y "
        "was trained).",
        choices=("kmeans", "argmax"),
        group="Clustering",
        advanced=True,
    )
    n_init: int = shared.n_init()

    @property
    def convs(self) -> Convs:
        """The convolutions of encoder and decoder."""
        return Convs(self.n_channels, self.n_convs, self.kernel, self.widest, self.n_halvings)
