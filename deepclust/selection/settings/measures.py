"""What settings are ranked by without labels: what each measure is called, looks at, and how many voices it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """Words of a measure. weight 0: it is shown and has no voice. least: a difference that is never taken seriously."""

    title: str
    sentence: str
    better: Literal["high", "low"] = "high"
    weight: float = 1.0
    least: float = 0.0


#: In the order of the columns of the table. The weights were set before any ranking was compared with labels.
MEASURES: dict[str, Measure] = {
    "task": Measure(
        "Pretext task",
        "What the pretext task (telling the transformations apart) has to teach: bits that a small network that sees shapes tells better than a glance (a linear "
        "probe, a probe of local texture), times the share of the task that a glance leaves open.",
        least=0.01,
    ),
    "stability": Measure(
        "Seeds agree",
        "Mean adjusted Rand index between the clusters of its seeds: does it find the same clusters from another start?",
        least=0.01,
    ),
    "cross_space": Measure(
        "Other spaces",
        "How far up its clusters stand (0 to 1) when they are scored in the latent spaces of all other runs, by silhouette, "
        "Calinski-Harabasz and Davies-Bouldin, in those spaces whose rankings agree (ACE). No run judges itself.",
        least=0.01,
    ),
    "agreement": Measure(
        "Others agree",
        "Mean adjusted Rand index with the clusters of the other settings. A run that collapsed or went its own way is low.",
        least=0.01,
    ),
    "loss": Measure(
        "Final loss", "The loss of the last epoch. Only where all runs have the same objective of a single term.", "low"
    ),
    "silhouette": Measure(
        "Own silhouette",
        "Silhouette in the run's own space. It has no voice: every space looks tidy to itself, so it cannot be compared.",
        weight=0.0,
    ),
}
