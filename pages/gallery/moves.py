"""The samples that are in one cluster here and in another one there, as a row of pictures."""

from __future__ import annotations

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.metrics.lineage import letter
from pages.gallery.thumbs import thumbs
from pages.parts.belonging import mark

PER_ROW = 24


def move_row(
    data: Dataset, key: str, rows: np.ndarray, source: int, target: int, *, most: int = PER_ROW, run_id: str = ""
) -> str:
    """Some of the samples ``rows`` int (m,) that went from one cluster to another, drawn at random, as HTML.

    ``key`` names the two sortings. run_id: of the run on whose map a click shows a sample, if there is one.
    """
    shown = np.random.default_rng(0).permutation(rows)[:most]
    label = f"samples that moved from cluster {letter(source)} to {letter(target)}"
    pictures = thumbs(data, f"{key}/{source}/{target}/{most}", shown, label, run_id=run_id, all_lines=True)
    return (
        f'<div style="margin:0 0 .7rem 0"><div style="font-size:.9rem;margin-bottom:.15rem">{mark(source)} '
        f"<b>Cluster {letter(source)}</b> → {mark(target)} <b>Cluster {letter(target)}</b> "
        f'<span style="opacity:.7">{len(rows):,} samples</span></div>{pictures}</div>'
    )
