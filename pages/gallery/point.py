"""Picture of a point: one sample large, its cluster and how sure that is, its neighbours, and its way through training."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.pictures import contact_sheet, png_data_uri
from deepclust.figures.point_path import cluster_strip, path_svg, svg_data_uri
from deepclust.metrics.memberships import centres_of, memberships
from deepclust.neighbors import nearest_to
from deepclust.runs import Run
from pages.parts.belonging import NEIGHBORS, mark, membership_bars, neighbor_row
from pages.visit import session
from pages.visit.cached_frames import moments
from pages.visit.clusters import Clusters
from pages.visit.say import plain
from pages.visit.sight import Sight

LARGE = 168  # pixels of the picture


def point_pane(sight: Sight) -> None:
    """Everything about the one sample that is selected; nothing if none is, or several are."""
    run, data = sight.run, sight.data
    ids = session.selected(run)
    if len(ids) != 1:
        return
    row, clusters = int(ids[0]), sight.clusters
    st.html(_head(sight, clusters, row))
    shares, origin = _shares(sight, clusters, row)
    st.html(membership_bars(clusters, shares))
    st.caption(origin)
    embedding = sight.outcome.result.embedding
    written = (run.folder / "result.npz").stat().st_mtime_ns
    latent = _nearest(f"{run.id}/{written}", row, embedding)
    raw = _nearest(data.fingerprint, row, data.X)
    both = len(np.intersect1d(latent, raw))
    st.html(
        neighbor_row(data, clusters, "Nearest in the latent space", latent)
        + neighbor_row(data, clusters, "Nearest in the data", raw)
    )
    st.caption(f"{both} of {len(latent)} are in both rows: the rest is what the network sees otherwise.")
    _path(run, row)


def _head(sight: Sight, clusters: Clusters, row: int) -> str:
    data, cluster = sight.data, int(clusters.labels[row])
    called = f"Sample {row}" if data.ids is None else f"{data.name_of(row)} (sample {row})"
    lines = [
        f"<b>{html.escape(called)}</b>",
        f"{mark(cluster)} {html.escape(clusters.named(cluster))}",
        f"confidence {clusters.best.confidence[row]:.2f}",
    ]
    if sight.classes is not None:
        lines.append(f"class {html.escape(data.class_name(int(sight.classes[row])))}")
    return (
        f'<div style="display:flex;gap:.9rem;align-items:center"><img src="{_picture(data, row)}" '
        f'alt="Picture of sample {row}" style="width:{LARGE}px;height:{LARGE}px;object-fit:contain;image-rendering:pixelated;'
        f'border-radius:6px"><div style="line-height:1.7;overflow-wrap:anywhere">{"<br>".join(lines)}</div></div>'
    )


def _picture(data: Dataset, row: int) -> str:
    return png_data_uri(_large(data.fingerprint, row, data))


@st.cache_data(max_entries=64, show_spinner=False)
def _large(fingerprint: str, row: int, _data: Dataset) -> bytes:
    # pictures keep their own pixels, which the browser enlarges; charts are drawn at this size
    return contact_sheet(_data, [row], 1, cell=max(_data.shown_shape[:2]) if _data.pictured else LARGE)


def _shares(sight: Sight, clusters: Clusters, row: int) -> tuple[dict[int, float], str]:
    """How much the sample belongs to each cluster, and where these shares come from."""
    result, config = sight.outcome.result, sight.run.config
    own = sight.k == config.n_clusters and np.array_equal(clusters.labels, result.labels)
    if result.probabilities is not None and own:
        return dict(
            enumerate(result.probabilities[row].tolist())
        ), f"Probabilities as {plain(config.method)} gives them."
    numbers, centres = centres_of(result.embedding, clusters.labels)
    shares = memberships(result.embedding[row], centres)
    origin = "How near it is to the mean of each cluster in the latent space (memberships of fuzzy c-means), no probabilities."
    return dict(zip(numbers.tolist(), shares.tolist(), strict=True)), origin


@st.cache_data(max_entries=256, show_spinner=False)
def _nearest(key: str, row: int, _X: np.ndarray) -> np.ndarray:
    return nearest_to(_X, row, NEIGHBORS)[0]


def _path(run: Run, row: int) -> None:
    """The sample's cluster and place from snapshot to snapshot, where the run has told of it."""
    try:
        history = moments(run)
    except (OSError, ValueError):
        return  # a sample without its way is still a sample
    if history is None:
        return
    places = np.flatnonzero(history.sample == row)
    if not len(places):
        st.caption(
            f"Its way through training is not known: snapshots show {len(history.sample):,} samples that were drawn before."
        )
        return
    place = int(places[0])
    labels = history.labels[:, place].tolist()
    picture = svg_data_uri(path_svg(history.planes[:, place], history.planes[-1], history.final))
    st.html(
        '<div style="font-size:.86rem;margin:.5rem 0 .15rem">Its way through training</div>'
        + cluster_strip(labels, history.texts)
        + f'<img src="{picture}" alt="Way of sample {row} through {len(labels)} snapshots" style="margin-top:.5rem;max-width:100%">'
    )
    changes = int(np.count_nonzero(np.diff(labels)))
    moved = "never changed its cluster" if not changes else f"changed its cluster {changes} time{'s' * (changes > 1)}"
    st.caption(
        f"In {len(labels)} snapshots it {moved}. On the PCA map of training, the line runs from the thin ring to the thick one. "
        f"Clusters are those that {plain(run.config.method)} found, k = {run.config.n_clusters}."
    )
