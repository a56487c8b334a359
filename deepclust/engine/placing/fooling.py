"""How little has to be changed until a run puts a sample into another cluster: the fast gradient sign method on soft assignments.

Goodfellow, Shlens, Szegedy 2015, "Explaining and harnessing adversarial examples", arXiv:1412.6572, section 4: a step of the same size in
every feature, in the direction in which the loss grows. The loss is -log q of the cluster that the sample is in, q by Student's t
(DEC, eq. (1)) from the mean codes of the clusters. Whether a changed sample has moved is asked of the method itself, so that methods
whose last step is none of the network's (a cut of a graph) are judged by what they really answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.engine.placing.finished import FinishedRun
from deepclust.methods.base.deep import DeepMethod

if TYPE_CHECKING:
    import torch

STEPS = 24  # amounts that are tried up to the budget
HALVINGS = 8  # of the last of them
FEATURES_AT_ONCE = 256
MOST_FEATURES = 20_000  # the adjoint of what comes before the network takes the square of them
CENTRED_ON = 2_000  # samples whose codes give the centres


@dataclass(frozen=True, eq=False)
class Fooled:
    """amounts float64 (s,), from 0 up; samples float32 (s, *feature_shape) changed by so much; labels int64 (s,) of these.

    moved: whether the last is in another cluster; then it is the least amount that does it in this direction.
    """

    amounts: NDArray[np.float64]
    samples: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def moved(self) -> bool:
        return bool(self.labels[-1] != self.labels[0])


def stepped(
    sample: np.ndarray, gradient: np.ndarray, amounts: np.ndarray, scale: np.ndarray, bounds: tuple[float, float]
) -> np.ndarray:
    """x + amount * scale * sign(gradient), kept within the bounds: float32 (a, ...) for amounts (a,) and a sample (...)."""
    steps = np.multiply.outer(amounts, scale * np.sign(gradient))
    return np.asarray(np.clip(sample + steps, *bounds), np.float32)


def fooled(
    sample: np.ndarray,
    gradient: np.ndarray,
    labels_of: Callable[[np.ndarray], np.ndarray],
    budget: float,
    scale: np.ndarray | float = 1.0,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Fooled:
    """The way of a sample (...) along the sign of a gradient (...) until its label changes, or the budget is spent.

    labels_of: samples (a, ...) to labels (a,). scale: what an amount of 1 is in each feature. bounds: of all values.
    """

    def changed(amounts: np.ndarray) -> np.ndarray:
        return stepped(sample, gradient, amounts, np.asarray(scale), bounds)

    amounts = np.linspace(0.0, budget, STEPS + 1)
    samples = changed(amounts)
    labels = labels_of(samples)
    others = np.flatnonzero(labels != labels[0])
    if not len(others):
        return Fooled(amounts, samples, labels)
    first = int(others[0])
    low, high, end = amounts[first - 1], amounts[first], labels[first]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        label = labels_of(changed(np.array([middle])))[0]
        if label == labels[0]:
            low = middle
        else:
            high, end = middle, label
    amounts = np.append(amounts[:first], high)
    return Fooled(amounts, changed(amounts), np.append(labels[:first], end))


def fool(run: FinishedRun, sample: np.ndarray, budget: float) -> Fooled:
    """The same of a sample float32 (feature_shape), as the run's data are, on a run that has a network.

    budget: of pictures in brightness, of vectors in standard deviations of each feature. ValueError for a run without a network, one
    whose data are not at hand, and where the network does not answer to small changes at all.
    """
    if run.data is None:
        raise ValueError(
            "How little moves a sample is measured with the data of the run, which are not on this computer."
        )
    if sample.size > MOST_FEATURES:
        raise ValueError(
            f"Samples of {sample.size:,} values are too large for it; at most {MOST_FEATURES:,} are possible."
        )
    pictures = run.data.kind == "image"
    gradient = _gradient(run, sample)
    if not np.any(gradient):
        raise ValueError("The network does not answer to small changes of this sample: its gradient is zero.")
    scale = 1.0 if pictures else run.data.X.std(axis=0)
    bounds = (0.0, 1.0) if pictures else (-np.inf, np.inf)
    return fooled(sample, gradient, run.method.predict, budget, scale, bounds)


def has_network(run: FinishedRun) -> bool:
    """Whether a run has what `fool` needs."""
    return isinstance(run.method, DeepMethod) and run.data is not None and run.data.X[0].size <= MOST_FEATURES


def _gradient(run: FinishedRun, sample: np.ndarray) -> np.ndarray:
    """Of -log q of the sample's own cluster, by the sample (feature_shape)."""
    import torch

    from deepclust.losses.self_training import soft_assignment

    method = run.method
    if not isinstance(method, DeepMethod) or run.data is None:
        raise ValueError(
            f"{type(method).__name__} has no network, and so no gradient that shows how it could be fooled."
        )
    rows = np.random.default_rng(0).permutation(run.data.n_samples)[:CENTRED_ON]
    codes, labels = method._codes(method._tensor(method._scale(run.data.X[rows]))), run.result.labels[rows]
    clusters = np.unique(labels[labels >= 0])
    centers = np.stack([codes[labels == c].mean(axis=0) for c in clusters])
    unit = np.sqrt(np.mean((codes[labels >= 0] - centers[np.searchsorted(clusters, labels[labels >= 0])]) ** 2)) or 1.0
    x = method._tensor(method._scale(sample[None])).requires_grad_()
    z = method._encode(x)
    q = soft_assignment(z / float(unit), torch.from_numpy(centers / unit).to(z))
    own = int(np.argmax(clusters == method.predict(sample[None])[0]))
    (slope,) = torch.autograd.grad(-q[0, own].log(), x)
    return _by_sample(method, slope[0], sample.shape)


def _by_sample(method: DeepMethod, slope: torch.Tensor, shape: tuple[int, ...]) -> np.ndarray:
    """A gradient by what the network reads, as one by the sample (*shape): what is done to samples before is linear.

    Channels come first, pictures of an odd size are stretched. Row i of the adjoint is what feature i alone becomes.
    """
    n = int(np.prod(shape))
    nothing = method._tensor(np.zeros((1, *shape), np.float32))
    gradient = np.empty(n)
    for start in range(0, n, FEATURES_AT_ONCE):
        rows = np.arange(start, min(start + FEATURES_AT_ONCE, n))
        alone = np.zeros((len(rows), n), np.float32)
        alone[np.arange(len(rows)), rows] = 1
        reached = method._tensor(alone.reshape(-1, *shape)) - nothing
        gradient[rows] = (reached * slope).flatten(1).sum(dim=1).cpu().numpy()
    return gradient.reshape(shape)
