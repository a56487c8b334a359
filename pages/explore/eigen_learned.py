"""What a method learned of an eigenspace: how orthonormal its output is, on all samples and on batches, and how near the
exact eigenvectors it has come."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.figures.eigen import angle_bars, batch_lines, gram_map
from deepclust.methods import METHODS, find_method
from deepclust.metrics.subspace import grassmann_distance, orthonormality_error, principal_angles, rotated_onto
from deepclust.results import ClusterResult
from deepclust.runs import Run
from pages.explore.eigen_cost import cost_section
from pages.explore.eigen_pair import mapped_rows, pair_control, pair_map
from pages.parts.charts import chart
from pages.visit import cached
from pages.visit.sight import Sight

EXACT, VALUES, BATCHES = "exact eigenvectors", "exact eigenvalues", "orthonormality"  # extras of a result
ZERO = 1e-7  # eigenvalues and entries that are 0 but for rounding
EXACTLY = 1e-3  # an error below this is no accident


def learned_sections(sight: Sight, by: str) -> None:
    """The sections about the spectral output Y of a run; one sentence for a method that learns none."""
    result, method = sight.outcome.result, sight.run.config.method
    Y = result.spectral_embedding
    if Y is None or "torch" not in find_method(method).needs:
        st.caption(
            f"{METHODS[method].title} learns no map into an eigenspace: the eigenvectors above are worked out exactly, and "
            "are orthonormal by construction. Of SpectralNet, this page also shows how near it came to them."
        )
        return
    if EXACT in result.extras:
        _against_exact(sight, by, result, Y)
    _orthonormality(sight.run, result, Y)
    if method == "SpectralNet":
        cost_section(sight.run)


def _against_exact(sight: Sight, by: str, result: ClusterResult, Y: np.ndarray) -> None:
    """Learned and exact eigenvectors side by side, and the angles between the two spaces."""
    run, exact = sight.run, result.extras[EXACT]
    values = result.extras.get(VALUES)
    st.subheader("Learned against exact", anchor=False)
    distance = grassmann_distance(Y, exact)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = pair_control(
            exact.shape[1],
            (1, 2) if exact.shape[1] > 2 else (0, 1),
            f"exact-{run.id}",
            lambda i: f"{i + 1}" + ("" if values is None else f" (value {values[i]:.4f})"),
            suffix=" (exact)",
        )
        st.metric(
            "Grassmann distance",
            f"{distance:.3f} of {Y.shape[1]}",
            help=f"Sum of the squared sines of the principal angles: 0 is the same space, {Y.shape[1]} a space at right "
            "angles to it. The paper reports 0.026 for MNIST.",
        )
    unit = exact * np.sqrt(len(exact)) / np.maximum(np.linalg.norm(exact, axis=0), 1e-12)
    turned = rotated_onto(Y, unit)
    ids = mapped_rows(sight)
    left, middle, right = st.columns([0.36, 0.36, 0.28], gap="medium")
    for column, name, space in ((left, "Learned by the network", turned), (middle, "Exact (ARPACK)", unit)):
        with column:
            st.caption(f"**{name}**")
            points = space[ids][:, chosen].astype(np.float32)
            pair_map(sight, by, points, ids, f"{name}-{run.id}-{chosen[0]}-{chosen[1]}")
    with right:
        st.caption("**Principal angles** between the two spaces")
        chart(
            angle_bars(principal_angles(Y, exact)),
            f"angles-{run.id}",
            "Principal angles between the learned and the exact space, in degrees",
        )
        st.caption(
            "0° is a direction that the network has found exactly, 90° one that it has missed. Axes mean nothing to "
            "such a space, so the learned one is turned as a whole onto the exact one before both are drawn."
        )
        if values is not None and _many_pieces(exact, values):
            st.caption(
                f":material/info: The graph that was learned from has more than {exact.shape[1]} pieces, each with an exact "
                "eigenvector of its own and all with the value 0. Which of them come first is chance, so the distance says "
                "little here."
            )


def _many_pieces(exact: np.ndarray, values: np.ndarray) -> bool:
    """Whether all exact values are 0, and there are pieces of the graph on which none of the vectors (n, k) lives."""
    return bool(values.max() < ZERO and not (np.abs(exact) > ZERO).any(axis=1).all())


def _orthonormality(run: Run, result: ClusterResult, Y: np.ndarray) -> None:
    """Y^T Y / n on all samples, and whether one batch's weights hold on another."""
    params, error = run.config.params, orthonormality_error(Y)
    batch = params.get("spectral_batch", params.get("batch_size"))
    own = None if batch is None else int(batch)
    left, right = st.columns([0.42, 0.58], gap="large")
    with left:
        st.subheader("Is Y orthonormal?", anchor=False)
        st.caption(
            f"YᵀY / n over all {len(Y):,} samples: ones on the diagonal and nothing beside it if it is. "
            f"**Error {error:.3f}**, where 0 is exact and 1 is as far off as Y = 0."
            + (" The weights were set once more from all samples at the end." if error < EXACTLY else "")
        )
        chart(gram_map(Y), f"gram-{run.id}", "Heat map of YᵀY / n")
    with right:
        st.subheader("Does it hold on other batches?", anchor=False)
        table = result.extras.get(BATCHES)
        table = cached.orthonormality(run, Y) if table is None else table
        if not len(table):
            st.caption("There are too few samples to draw batches from.")
            return
        st.caption(_batch_sentence(table, own))
        chart(batch_lines(table, own), f"batches-{run.id}", "Error of orthonormality against the batch size")
        st.caption(
            "The first question of SpectralNet's reviewers. Its last layer is set from one batch, so that this batch comes "
            "out orthonormal; will another? For each size, two batches without a common sample are drawn 20 times: weights "
            "from the one, the error on the other, and the mean of these. This needs no network: that layer is linear, so "
            "orthonormalising Y again on a batch is, up to a rotation, what it would have done with its own inputs."
        )


def _batch_sentence(table: np.ndarray, own: int | None) -> str:
    """The answer in numbers, at the size that is nearest to the run's own batches."""
    row = len(table) - 1 if own is None else int(np.abs(np.log(table[:, 0] / own)).argmin())
    size, kept, other, unseen = table[row]
    sentence = f"With batches of {size:,.0f}"
    if own is not None:
        sentence += " (as in this run)" if size == own else f" (this run's are {own:,})"
    sentence += (
        f", weights from one batch leave an error of **{other:.2f}** on another; the weights that were kept, {kept:.2f}"
    )
    sentence += "." if np.isnan(unseen) else f", and {unseen:.2f} on samples that the map did not learn from."
    if row > 0:
        sentence += f" With batches of {table[0, 0]:,.0f}, {table[0, 2]:.2f}: larger batches hold better."
    return sentence
