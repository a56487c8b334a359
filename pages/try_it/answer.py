"""What the run says of a new sample: one sentence, its cluster, what is usual in which space, and its neighbours."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.placing.known import UNUSUAL
from deepclust.engine.placing.placements import Placements, part_of
from deepclust.figures.pictures import png_bytes, png_data_uri, sprite
from deepclust.spaces import INPUT, LATENT
from pages.parts.belonging import mark, membership_bars, neighbor_row
from pages.visit.clusters import Clusters
from pages.visit.say import plain

MEASURED = """
| strangers | k-means, 3,000 digits: in the data | LALNet, 10,000 digits: in its latent space |
|---|---|---|
| drawn letters | 0.92 | 0.94 |
| letters that look like digits | 0.80 | 0.82 |
| I with serifs | 0.99 | 0.95 |
| a bare bar | 0.44 | 0.77 |
| letters of fonts | 1.00 | 0.88 |
| clothes | 0.96 | 0.75 |
| noise | 0.99 | 0.65 |
"""
LARGE = 132  # pixels of the picture
WORDS = {
    "usual": "Usual",
    "unusual": "Unusual: never seen such a thing",
    "cannot tell": "Whether it is unusual cannot be told",
}


def answer(sample: np.ndarray, data: Dataset, clusters: Clusters, placed: Placements) -> None:
    """Everything about the one new sample (feature_shape)."""
    label = int(placed.labels[0])
    names = {c: clusters.named(c) for c in range(max(len(clusters.names), int(placed.labels.max()) + 1))}
    verdict = placed.verdict(0)
    st.html(
        f'<div style="display:flex;gap:1rem;align-items:center"><img src="{_picture(sample, data)}" alt="As the run sees it" '
        f'title="As the run sees it" style="width:{LARGE}px;height:{LARGE}px;object-fit:contain;image-rendering:pixelated;'
        f'border-radius:6px"><div style="line-height:1.5"><span style="font-size:1.25rem">{mark(label)} '
        f"<b>{html.escape(names[label])}</b></span><br>{html.escape(placed.sentence(0, names))}</div></div>"
    )
    _verdict(verdict)
    st.html(membership_bars(clusters, dict(zip(placed.clusters.tolist(), placed.memberships[0].tolist(), strict=True))))
    nearest = names[int(placed.nearest_centre[0])]
    st.caption(
        f"{placed.distances[0]:.3g} from the centre of {plain(nearest)} in the latent space. Bars: how near it is to each centre "
        "(memberships of fuzzy c-means), no probabilities."
    )
    for space, title in ((LATENT, "Nearest in the latent space"), (INPUT, "Nearest in the data")):
        if str(space) in placed.nearest:
            st.html(neighbor_row(data, clusters, title, placed.nearest[str(space)][0]))
    _spaces(placed)


def _verdict(verdict: str) -> None:
    if verdict == "usual":
        st.badge(WORDS["usual"], icon=":material/check:", color="green")
    elif verdict == "unusual":
        st.badge(WORDS["unusual"], icon=":material/help:", color="orange")
    else:
        st.badge(WORDS["cannot tell"], color="grey")


def _spaces(placed: Placements) -> None:
    """What each space says, and which of them should be asked."""
    if not placed.known:
        return
    lines = []
    for known in placed.known:
        share = float(placed.percentiles[str(known.space)][0])
        if known.can_tell:
            told = f"stranger than {part_of(share)} its own samples, {'unusual' if share >= UNUSUAL else 'usual'}"
        else:
            told = "cannot tell strangers from its own samples, so it is not asked"
        lines.append(f"- In {plain(known.title)}: {told} (AUROC of chimeras {known.tells:.2f})")
    with st.expander("How unusual, in which space?"):
        st.markdown("\n".join(lines))
        n, unseen = len(placed.known[0].calibration), placed.known[0].unseen
        among = "that were kept from training" if unseen else "of the run that are each taken as if they were new"
        st.caption(
            f"Strange is what is farther from its 5 nearest samples than these are from theirs. The percentage is conformal, among "
            f"{n:,} samples {among}; from {UNUSUAL:.0%} on a sample is called unusual, "
            "and so is one usual sample in 20. Chimeras are halves of two samples of different clusters: a space that cannot tell "
            "those from real samples says nothing about other strangers. A network places everything among what it knows, so "
            "the space that it learned is often the worse judge."
        )
        st.caption("Measured on digits of MNIST, by the space that gives the verdict (AUROC, benchmarks/RESULTS.md):")
        st.markdown(MEASURED)
        st.caption(
            "At the 95th percentile 55% (k-means) and 63% (LALNet) of the drawn letters are called unusual, the others usual. To both a bare "
            "bar is a 1: that is what it looks like."
        )


def _picture(sample: np.ndarray, data: Dataset) -> str:
    X = sample[None]
    if X.ndim == 2:
        return png_data_uri(png_bytes(sprite(X, 1, LARGE, value_range=(data.X.min(axis=0), data.X.max(axis=0)))))
    return png_data_uri(png_bytes(sprite(X, 1, max(X.shape[1:3]))))
