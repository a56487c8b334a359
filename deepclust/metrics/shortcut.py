"""Whether a pseudo-task has a shortcut: a linear probe that tells the transformations apart by a shared pattern."""

from __future__ import annotations

import math

import numpy as np

from deepclust.events import Note

# A probe that errs less than this for every bit of the answer has solved the task. Turns and mirrorings of the usual
# picture sets stay above it (half-turns of MNIST, from which LALNet does learn, err in 9 % of cases); stamps, subtracted
# mean pictures and pixel permutations do not.
ERROR_PER_BIT = 0.05
RIDGE = 1e-2


def probe_accuracy(views: np.ndarray) -> float:
    """Share of held-out samples whose transformation a linear probe tells rightly.

    views float32 (n_transforms, n, d), n >= 2: the same samples under every transformation. The probe is ridge
    regression on one-hot classes, fitted on the first half of the samples in all their views. It sees what lies
    above and what lies below the mean of all values apart, as the first layer of a network with ReLU can: what a
    subtracted mean picture leaves in an empty background is the same in most pictures, but averages out in a plain sum.
    """
    n_transforms, n_samples, n_features = views.shape
    half = n_samples // 2
    middle = views.mean(dtype=np.float64).astype(np.float32)

    def features(part: np.ndarray) -> np.ndarray:
        flat = part.reshape(-1, n_features) - middle
        return np.hstack([np.maximum(flat, 0), np.maximum(-flat, 0)])

    seen, held_out = features(views[:, :half]), features(views[:, half:])
    mean = seen.mean(axis=0)
    seen, held_out = seen - mean, held_out - mean
    classes = np.arange(n_transforms)
    target = np.eye(n_transforms)[np.repeat(classes, half)] - 1 / n_transforms
    gram = (seen @ seen.T).astype(np.float64)
    gram[np.diag_indices_from(gram)] += RIDGE * max(float(np.trace(gram)) / len(gram), 1e-12)
    scores = held_out @ (seen.T @ np.linalg.solve(gram, target).astype(np.float32))
    return float((scores.argmax(axis=1) == np.repeat(classes, n_samples - half)).mean())


def is_shortcut(accuracy: float, n_transforms: int) -> bool:
    """Whether a probe of this accuracy leaves a network nothing to learn about the samples themselves."""
    return 1 - accuracy < ERROR_PER_BIT * math.log2(n_transforms)


def shortcut_warning(accuracy: float, standardised: bool) -> Note:
    """The warning of a probe of this accuracy; ``standardised`` says that each pixel's own mean was subtracted."""
    reason = (
        "scaling='standard' leaves one: it subtracts each pixel's own mean. Choose the scaling 'range'."
        if standardised
        else "Look for what all samples share (a frame, a stamp, a subtracted mean) and remove it, or choose "
        "other transformations."
    )
    return Note(
        "warning",
        f"A linear probe tells the transformations apart in {accuracy:.0%} of cases. So a fixed pattern gives "
        "them away, the network need not look at what the samples are, and the clusters may mean nothing. " + reason,
    )
