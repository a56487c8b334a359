"""The Eigenvectors view of Explore: eigenvalues and their gaps, any two eigenvectors, and what a method learned of them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import eigen_job
from deepclust.figures.eigen import eigenvalue_bars
from deepclust.metrics.eigengap import gap_words, ordinal, piece_sizes, read_gaps
from deepclust.runs import Run
from deepclust.spaces import EIGEN, INPUT, LATENT, Space
from pages.explore.eigen_learned import learned_sections
from pages.explore.eigen_pair import mapped_rows, pair_control, pair_map
from pages.gallery.gallery import galleries
from pages.map.choice import spaces
from pages.map.colouring import colour_by
from pages.map.projections import first_map, request_job, wait_for
from pages.parts.charts import chart
from pages.parts.pick import in_address, pick
from pages.visit import cached, session
from pages.visit.say import plain
from pages.visit.sight import Sight

AS_GIVEN = "KMeans"  # the only method that clusters the data as they are, in a space that knows nothing of k


def eigen_view(sight: Sight) -> None:
    """Everything about the first eigenvectors of the neighbour graph of the latent space of a run."""
    run = sight.run
    space = _graph_of(run)
    solution = _eigenvectors(run, space)
    if solution is None:
        return
    values, vectors = solution
    _gaps(run, space, values, vectors, sight.k)
    st.subheader("Two eigenvectors", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        pair = _pair(run, space, values)
        by = colour_by(sight)
    ids = mapped_rows(sight)
    left, right = st.columns(2, gap="medium")
    with left:
        points = vectors[ids][:, pair] * np.sqrt(len(vectors))  # entries near 1 for every number of samples
        st.caption(f"**Eigenvector {pair[0] + 1}** across, **eigenvector {pair[1] + 1}** up")
        pair_map(sight, by, points, ids, f"eigen-{run.id}-{space}-{pair[0]}-{pair[1]}")
    with right:
        latent = first_map(run)
        if latent is not None:
            st.caption(f"**{plain(spaces(run)[LATENT])}** (PCA) of the same samples")
            pair_map(sight, by, latent.points[ids], ids, f"eigen-latent-{run.id}")
    st.caption(
        "Groups that the graph holds apart lie apart in the first eigenvectors, often in straight arms or heaps; an "
        "eigenvector of the value 0 lives on one piece of the graph and is 0 for all other samples. Select "
        "points on one map, and they stand out on the other, as on the map of the clusters."
        + (
            f" Showing {len(ids):,} of {len(vectors):,} samples, every cluster with its share."
            if len(ids) < len(vectors)
            else ""
        )
    )
    if len(session.selected(run)):
        galleries(sight)
    learned_sections(sight, by)


def _graph_of(run: Run) -> Space:
    """Whose neighbour graph is shown. A method that learns eigenvectors has learned them of what it was given, not of
    its own output, whose graph only shows what it was told."""
    names = {str(space): name for space, name in spaces(run).items() if space != EIGEN}
    given = [INPUT, *(space for space in run.spaces if space.kind == "space")][-1]
    spectral = cached.outcome(run).result.spectral_embedding is not None
    chosen = pick(
        "Neighbour graph of",
        list(names),
        title=names.__getitem__,
        default=str(given if spectral else LATENT),
        key=f"graph-of-{run.id}",
        help="Every sample is joined to its 10 nearest neighbours in this space. Everything below is about that graph.",
        kept=in_address("graph"),
    )
    return Space.parse(chosen)


def _eigenvectors(run: Run, space: Space) -> tuple[np.ndarray, np.ndarray] | None:
    """Eigenvalues (m,) and eigenvectors (n, m) once the projection process has them; its progress is shown until then."""
    job = eigen_job(run, cached.store(), space)
    if job.eigen_path.exists():
        return cached.eigenvectors(str(job.eigen_path))
    with suppress(OSError):  # where nothing can be written, the request says so
        job.out.unlink(missing_ok=True)  # a map whose eigenvectors were removed would keep them from coming back
    request_job(job)
    wait_for(job, "Eigenvectors of the neighbour graph")
    return None


def _gaps(run: Run, space: Space, values: np.ndarray, vectors: np.ndarray, k: int) -> None:
    """Bars of the eigenvalues, and beside them what their gaps say about k."""
    if len(values) < 3:
        st.caption("There are too few samples for a gap between eigenvalues.")
        return
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        st.subheader(
            "Eigenvalues",
            anchor=False,
            help=f"The first {len(values)} eigenvalues of the normalised Laplacian of the neighbour graph. The k-th value "
            "is small if the graph can be cut into k groups while hardly an edge is cut.",
        )
        chart(
            eigenvalue_bars(values, k),
            f"eigenvalues-{run.id}",
            "First eigenvalues as bars, the widest gaps between them marked",
        )
    with right:
        st.subheader("What the gaps say about k", anchor=False)
        for sentence in gap_words(values, piece_sizes(values, vectors)):
            st.markdown(sentence)
        own = run.config.n_clusters
        if space != INPUT and own in read_gaps(values).clear and run.config.method != AS_GIVEN:
            st.caption(
                f"This space was made to hold {own} groups, so that a gap after the {ordinal(own)} value is partly the "
                "method's own work. Train with other k, and see whether the gap moves along."
            )


def _pair(run: Run, space: Space, values: np.ndarray) -> tuple[int, int]:
    """Which two eigenvectors are shown, as column numbers.

    At first the second and the third, because the first says nothing where the graph hangs together; of two pieces those
    that tell them apart; of more the first that look inside a piece.
    """
    n_pieces = read_gaps(values).n_pieces if len(values) > 2 else 1
    first_pair = (0, 1) if n_pieces == 2 else (n_pieces, n_pieces + 1)
    return pair_control(len(values), first_pair, f"{run.id}-{space}", lambda i: f"{i + 1} (value {values[i]:.4f})")
