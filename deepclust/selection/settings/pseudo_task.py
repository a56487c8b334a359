"""How hard a pseudo-task is: can the transformations of a set be told apart at a glance, with a closer look, or not at all?

Three probes try, on samples that they have not seen: a linear one, one that sees only local texture, and a small network
that sees shapes. A task that the first two solve teaches a network nothing about the samples; one that even the third does
not solve teaches nothing either. What lies between is measured in bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.metrics.shortcut import is_shortcut, probe_accuracy
from deepclust.transforms import apply_table, members_of, squared, table

if TYPE_CHECKING:
    import torch

FEW = 600  # samples that the probes learn from and are tested on, half each
SIDE, FEW_PIXELS = (
    28,
    12,
)  # pixels: pictures of twice that or more are reduced, for the linear probe and for the others
BATCH, EPOCHS = 64, 15
LEARNING_RATE = 2e-3
HARDLY = 0.3  # of the way from chance to no error (65 % of two): below it a probe has hardly learned to tell


@dataclass(frozen=True)
class PseudoTask:
    """Accuracies on held-out samples of the three probes; texture is None for vectors."""

    transforms: str
    n_transforms: int
    linear: float
    texture: float | None
    shape: float

    @property
    def glance(self) -> float:
        """What can be told without looking at shapes: the better of the two shallow probes."""
        return max(self.linear, self.texture or 0.0)

    @property
    def bits(self) -> float:
        """Bits of the answer per sample that only a closer look gives: 0 .. log2(n_transforms).

        log2(T) (kappa(shape) - kappa(glance)), at least 0, where kappa is the way from chance (0) to no error (1).
        """
        gain = beyond_chance(self.shape, self.n_transforms) - beyond_chance(self.glance, self.n_transforms)
        return math.log2(self.n_transforms) * max(0.0, gain)

    @property
    def lesson(self) -> float:
        """What there is to learn: the bits, times the share of the task that a glance leaves open, 1 - kappa(glance).

        The share stands for what networks do: they take the quickest way, and where a glance gives most of the answer there
        is little left that would make them look at shapes.
        """
        return self.bits * (1 - max(0.0, beyond_chance(self.glance, self.n_transforms)))

    @property
    def problem(self) -> str:
        """Why nothing can be learned from this task, in words; "" where that is not so."""
        if is_shortcut(self.glance, self.n_transforms):
            which = "linear probe" if self.linear >= (self.texture or 0.0) else "probe of local texture"
            return f"a shortcut: a {which} tells its transformations apart in {self.glance:.0%} of cases, without any shape"
        if beyond_chance(max(self.shape, self.glance), self.n_transforms) < HARDLY:
            return (
                f"no signal: even a small network tells its transformations apart in only {self.shape:.0%} of cases, "
                f"and chance is {1 / self.n_transforms:.0%}"
            )
        return ""


def beyond_chance(accuracy: float, n_classes: int) -> float:
    """Cohen's kappa of an accuracy over classes of the same size: 0 is chance, 1 no error, negative worse than chance."""
    return (accuracy - 1 / n_classes) / (1 - 1 / n_classes)


def judge_task(X: np.ndarray, set_name: str, random_state: int = 0) -> PseudoTask:
    """Try the three probes on one set of transformations of samples X (n, d), (n, h, w) or (n, h, w, c).

    At most 600 samples are looked at. The linear probe sees pictures of up to 55 pixels whole, as that of LALNet does; for
    the probes that are trained they are reduced to 12 to 23 pixels a side, which takes seconds. ValueError as `members_of`, and
    for fewer than 8 samples.
    """
    if len(X) < 8:
        raise ValueError(f"{len(X)} samples are too few to try probes on: give 8 or more.")
    rows = np.sort(np.random.default_rng(random_state).permutation(len(X))[:FEW])
    set_name = members_name(set_name, X.shape[1:])
    shown = squared(np.asarray(X[rows], np.float32))
    whole, views = views_of(reduced(shown, SIDE), set_name), views_of(reduced(shown, FEW_PIXELS), set_name)
    picture = views.ndim > 3
    return PseudoTask(
        set_name,
        len(views),
        probe_accuracy(whole.reshape(*whole.shape[:2], -1)),
        trained_accuracy(views, "texture", random_state) if picture and min(views.shape[2:4]) >= 3 else None,
        trained_accuracy(views, "shape" if picture else "vector", random_state),
    )


def members_name(set_name: str, feature_shape: tuple[int, ...]) -> str:
    """The transformations of a set in one word, the same for all names of it."""
    return "+".join(members_of(set_name, feature_shape))


def views_of(X: np.ndarray, set_name: str) -> NDArray[np.float32]:
    """Samples (n, d) or square pictures under every transformation: (n_transforms, n, ...), scaled to mean 0 and spread 1."""
    shape = X.shape[1:]
    views = np.stack([apply_table(table(name, shape[:2]), X) for name in members_of(set_name, shape)])
    return np.asarray((views - views.mean()) / max(float(views.std()), 1e-6), np.float32)


def reduced(X: np.ndarray, pixels: int) -> NDArray[np.float32]:
    """Pictures (n, side, side, ...) as means over blocks, with less than twice that many pixels a side; vectors as they are."""
    block = X.shape[1] // pixels if X.ndim > 2 else 1
    if block < 2:
        return X.astype(np.float32)
    side = X.shape[1] // block * block
    blocks = X[:, :side, :side].reshape(len(X), side // block, block, side // block, block, *X.shape[3:])
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float32))


def trained_accuracy(views: np.ndarray, probe: str, random_state: int = 0) -> float:
    """Share of held-out views whose transformation a small network tells rightly: probe "texture", "shape" or "vector".

    views (n_transforms, n, ...). The first half of the samples, in all their views, is learned from, as `probe_accuracy`.
    """
    import torch

    from deepclust.nets.probes import ShapeProbe, TextureProbe, VectorProbe

    n_transforms, n_samples = views.shape[:2]
    x = torch.from_numpy(np.ascontiguousarray(views, np.float32))
    if probe != "vector":
        x = x.unsqueeze(2) if x.ndim == 4 else x.permute(0, 1, 4, 2, 3)  # (t, n, c, h, w)
    half = n_samples // 2
    seen, held_out = x[:, :half].flatten(0, 1), x[:, half:].flatten(0, 1)
    classes = torch.arange(n_transforms)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(random_state)  # torch.manual_seed would seed the GPUs' too
        if probe == "texture":
            net: torch.nn.Module = TextureProbe(x.shape[2], n_transforms)
        elif probe == "shape":
            net = ShapeProbe((x.shape[2], x.shape[3], x.shape[4]), n_transforms)
        else:
            net = VectorProbe(x.shape[2], n_transforms)
    _fit(net, seen, classes.repeat_interleave(half), torch.Generator().manual_seed(random_state))
    with torch.no_grad():
        told = torch.cat([net(part).argmax(dim=1) for part in held_out.split(1_000)])
    return float((told == classes.repeat_interleave(n_samples - half)).float().mean())


def _fit(net: torch.nn.Module, x: torch.Tensor, t: torch.Tensor, generator: torch.Generator) -> None:
    """Adam with a rate that falls to 0 on a cosine, cross-entropy, a fixed number of epochs."""
    import torch
    from torch.nn.functional import cross_entropy

    optimiser = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    n_steps = EPOCHS * -(-len(x) // BATCH)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, n_steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x), generator=generator).split(BATCH):
            optimiser.zero_grad()
            cross_entropy(net(x[rows]), t[rows]).backward()
            optimiser.step()
            fall.step()
