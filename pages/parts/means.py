"""The mean picture of every cluster, side by side, as HTML."""

from __future__ import annotations

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.figures.pictures import mean_picture
from deepclust.figures.theme import colour, text_mark
from deepclust.metrics.lineage import letter

SIDE = 40  # pixels of a picture
MOST = 30  # clusters


def means(data: Dataset, rows: np.ndarray, labels: np.ndarray, side: int = SIDE) -> tuple[str, str]:
    """The clusters ``labels`` int (m,) of the samples ``rows`` int (m,), of many the 30 largest, and words for that."""
    clusters, sizes = np.unique(labels[labels >= 0], return_counts=True)
    shown = np.sort(clusters[np.argsort(-sizes, kind="stable")[:MOST]])
    some = data.X[rows[:: max(1, len(rows) // 2_000)]]
    value_range = None if data.pictured else (some.min(axis=0), some.max(axis=0))
    figures = "".join(
        f'<span style="text-align:center;font-size:.8rem;line-height:1.2"><img alt="Mean of cluster {letter(c)}" '
        f'src="{mean_picture(data, rows[labels == c], side, value_range)}" '
        f'style="display:block;border-radius:3px;image-rendering:pixelated">'
        f'<span style="color:{colour(c)}">{text_mark(c)}</span> {letter(c)}</span>'
        for c in shown.tolist()
    )
    of = "every cluster" if len(shown) == len(clusters) else f"the {len(shown)} largest of {len(clusters)} clusters"
    words = f"**Mean picture** of {of}" if data.pictured else f"**Mean** of {of}, all features side by side"
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{figures}</div>', words
