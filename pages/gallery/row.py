"""What one row of a cluster says and shows, as HTML: mean picture, name, facts, majority, and its pictures."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.pictures import MEAN_OF, mean_picture
from deepclust.metrics.cluster_facts import ClusterFacts, telling_features
from deepclust.metrics.external import majorities
from deepclust.metrics.lineage import letter
from deepclust.runs.edit_kinds import default_name
from pages.gallery.thumbs import SIZES, USUAL, thumbs
from pages.parts.belonging import mark
from pages.visit.clusters import Clusters
from pages.visit.sight import Sight

# which share of its samples lies on the border to the nearest cluster, at least, and what that means
APART = ((0.03, "touches"), (1e-9, "close to"), (0.0, "well apart; next is"))
KINDS = {
    "Most typical": "Nearest to the centre of the cluster",
    "Borderline": "Nearly as close to another cluster",
    "Random": "Drawn from the cluster at random",
}


Majorities = dict[int, tuple[int, float]]  # of every cluster, see `deepclust.metrics.external.majorities`


def majorities_of(sight: Sight, clusters: Clusters) -> Majorities:
    """The most frequent class of every cluster; none where classes may not be told."""
    return {} if sight.classes is None else majorities(sight.classes, clusters.labels)


def mostly(data: Dataset, classes: Majorities, cluster: int) -> str:
    """The end of a sentence about a cluster that says which class most of its samples are of."""
    if cluster not in classes:
        return ""
    number, share = classes[cluster]
    return f" · mostly {data.class_name(number)} ({share:.0%})"


def head(data: Dataset, clusters: Clusters, facts: ClusterFacts, place: int, classes: Majorities) -> str:
    """Mean picture, name and facts of the cluster at ``place`` of the facts."""
    cluster, name = int(facts.numbers[place]), clusters.names[int(facts.numbers[place])]
    number = "" if name == default_name(cluster) else f' <span style="opacity:.6">{letter(cluster)}</span>'
    lines = [
        f'<span style="font-size:1.05rem">{mark(cluster)} <b>{html.escape(name)}</b>{number}</span> '
        f'<span style="opacity:.75">{_count(int(facts.sizes[place]), "sample")} · confidence '
        f"{facts.confidence[place]:.2f}{html.escape(mostly(data, classes, cluster))}</span>",
        *_near(clusters, facts, place),
    ]
    if not data.pictured:
        lines.append(_telling_words(data, clusters, cluster))
    text = "<br>".join(line for line in lines if line)
    picture = (
        ""
        if not data.pictured
        else (
            f'<img src="{_mean_picture(f"{clusters.key}/{cluster}", data, clusters.labels, cluster)}" '
            f'alt="Mean picture of cluster {letter(cluster)}" title="Mean of {min(MEAN_OF, int(facts.sizes[place])):,} of its samples" '
            'style="width:44px;height:44px;object-fit:contain;border-radius:4px;image-rendering:pixelated">'
        )
    )
    return (
        f'<div style="display:flex;gap:.6rem;align-items:center;margin-top:.35rem">{picture}'
        f'<div style="font-size:.86rem;line-height:1.4;min-width:0;overflow-wrap:anywhere">{text}</div></div>'
    )


def _near(clusters: Clusters, facts: ClusterFacts, place: int) -> list[str]:
    """How well a cluster is apart from the nearest other, as a bar and in words."""
    nearest = int(facts.nearest[place])
    if nearest < 0:
        return []
    apart = float(facts.apart[place])
    n_border = int(facts.n_borderline[place])
    share = n_border * float(facts.towards[place]) / int(facts.sizes[place])
    title = (
        f"From centre to centre {float(facts.distance[place]):.3g}, which is {apart:.2g} times as far as samples of the two lie "
        f"from their own centre on average (its own {float(facts.radius[place]):.3g}). All in the latent space."
    )
    text = (
        f'<span title="{title}"><span class="apart" role="img" aria-label="{apart:.1f} times their reach apart">'
        f'<i style="width:{100 * apart / (1 + apart):.0f}%"></i></span> '
        f"{next(words for least, words in APART if share >= least)} {mark(nearest)} {html.escape(clusters.names[nearest])}</span>"
    )
    if n_border:
        text += f' · <span title="Nearly as close to another cluster">{n_border:,} undecided</span>'
        if facts.towards[place] < 0.5:
            text += ", most of them towards others"
    return [f'<span style="opacity:.75">{text}</span>']


def _telling_words(data: Dataset, clusters: Clusters, cluster: int) -> str:
    features = _telling(f"{data.fingerprint}/{clusters.key}", data.X, clusters.labels).get(cluster, [])
    if not features:
        return ""
    text = ", ".join(f"{html.escape(data.feature_name(j)[:40])} {difference:+.1f}" for j, difference in features)
    counted = "" if data.feature_names else " Features are counted from 0."
    title = f"Its mean less that of all other samples, in standard deviations.{counted}"
    return f'<span style="opacity:.75" title="{title}">unlike the rest: {text}</span>'


def strip(data: Dataset, clusters: Clusters, cluster: int, kind: str, size: int = USUAL, run_id: str = "") -> str:
    """Pictures of a cluster side by side as HTML; kind: one of `KINDS`; size and run_id: see `thumbs`."""
    rows = {"Most typical": clusters.best.typical, "Borderline": clusters.best.borderline, "Random": clusters.random}[
        kind
    ]
    label = f"{kind} samples of cluster {letter(cluster)}"
    key = f"{clusters.key}/{kind}/{cluster}"
    return thumbs(data, key, rows[cluster][: SIZES[size]], label, size, run_id=run_id)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


@st.cache_resource(max_entries=16, show_spinner=False)
def _telling(key: str, _X: np.ndarray, _labels: np.ndarray) -> dict[int, list[tuple[int, float]]]:
    return telling_features(_X, _labels)


@st.cache_data(max_entries=1024, show_spinner=False)
def _mean_picture(key: str, _data: Dataset, _labels: np.ndarray, _cluster: int) -> str:
    return mean_picture(_data, np.flatnonzero(_labels == _cluster))
