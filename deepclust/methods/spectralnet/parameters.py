"""What one may choose of SpectralNet: the spaces that it starts from, the graph, and how the map is learned."""

from __future__ import annotations

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.spectralnet.walk_graph import LONGEST_WALK
from deepclust.params import param

AUTO, VIEWS, SIAMESE, EUCLIDEAN = "auto", "views", "siamese", "euclidean"


class SpectralNetParameters(AutoencoderMethod):
    """The hyper-parameters of `SpectralNet`, chapter by chapter."""

    space: str = param(
        "input",
        "Space",
        help="What the map starts from. input: the sample itself. code: what an autoencoder makes of it, trained first.",
        choices=("input", "code"),
        group="Network",
    )
    affinity: str = param(
        AUTO,
        "Affinity",
        help="How alike two samples are. siamese: by a distance that is learned from neighbours first. euclidean: as they "
        "lie in the space. views: neighbours among all count alike, and the map learns from views of them, slightly shifted and "
        "turned (pictures only; others are compared as with auto). auto: siamese for samples of more than 10 numbers.",
        choices=(AUTO, VIEWS, SIAMESE, EUCLIDEAN),
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

    siamese_relu: bool = param(
        False,
        "ReLU on the outputs",
        help="Let the Siamese network's outputs be 0 or more, as in the authors' code.",
        group="Network",
        advanced=True,
    )
    near: float = param(
        0.0,
        "Near enough",
        help="Distance below which neighbours are not drawn nearer; 0 in the paper, 0.05 in the authors' code.",
        min=0.0,
        max=1.0,
        step=0.05,
        group="Graph",
        advanced=True,
    )
    first_patience: int = param(
        0,
        "Patience before the map",
        help="Autoencoder and Siamese network: the learning rate falls to a tenth after so many epochs without a lower loss "
        "of a tenth of the samples, which is held back. 0: they learn from all samples, for all epochs.",
        min=0,
        max=10_000,
        group="Training",
        advanced=True,
    )
    optimiser: str = param(
        "adam",
        "Optimiser",
        help="How the Siamese network and the map take their steps; the authors' code: rmsprop.",
        choices=("adam", "rmsprop"),
        group="Training",
        advanced=True,
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
    view_neighbors: int = param(
        5,
        "Neighbours of a picture",
        help="Affinity views: how many nearest samples each picture is joined to.",
        min=1,
        max=1000,
        group="Graph",
        advanced=True,
    )
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

    max_epochs: int = shared.epochs(20, "Map epochs", "How many epochs the spectral map learns for.")
    steps_per_epoch: int = param(
        50,
        "Steps per epoch",
        help="An epoch of the map is so many steps.",
        min=1,
        max=10_000,
        group="Training",
        advanced=True,
    )
    spectral_batch: int = param(
        1024,
        "Batch of the map",
        help="Samples in a batch of the spectral map. It must be large enough to stand for all samples.",
        min=4,
        max=65_536,
        log=True,
        group="Training",
        advanced=True,
    )
    patience: int = param(
        5,
        "Patience",
        help="The map's learning rate falls to a tenth after so many epochs without a lower loss.",
        min=1,
        max=10_000,
        group="Training",
        advanced=True,
    )
    through_weights: bool = param(
        True,
        "Gradient through weights",
        help="Let the gradient flow through the orthonormalisation, as the authors' code does. The paper holds it fixed, "
        "and then the outputs may shrink until they all lie in one point.",
        group="Training",
        advanced=True,
    )
    outputs: str = param(
        "modularity",
        "Outputs",
        help="clusters: as many eigenvectors as clusters, as in the paper. modularity: up to half as many more (views: twice as many), the number "
        "whose k-means gives the partition of the graph with the highest modularity (graph: walk). A large cluster with two "
        "loose halves needs one more.",
        choices=("modularity", "clusters"),
        group="Graph",
        advanced=True,
    )
    unit_length: bool = param(
        False,
        "Directions only",
        help="Scale each sample's outputs to length 1 before k-means, so that the rim of a cluster and its middle fall together "
        "(Ng, Jordan, Weiss 2002). The paper does not; affinity views always does.",
        group="Clustering",
        advanced=True,
    )
    n_init: int = shared.n_init()
