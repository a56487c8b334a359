"""Figures of LALNet's paper about what its network does: its units (4), and the graphs between samples (6)."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.figures.gar_graphs import graph_figure, matrix_png, story_curves
from deepclust.figures.lalnet_views import CARRIED, by_user, n_carrying, parents_first, unit_means, usage_map
from deepclust.metrics.lalnet.arrays import SPACES, mean_of, means_by_cluster, means_by_transformation, weights_to
from deepclust.metrics.lalnet.graphs import adjacencies, connections
from deepclust.metrics.lineage import letter
from deepclust.transforms import TRANSFORMATIONS, members_of
from pages.explore.lalnet import snapshots as kept
from pages.explore.lalnet.subject import Subject, too_old
from pages.parts.charts import chart
from pages.parts.pick import pick
from pages.visit.say import plain

STRENGTHS = (0.5, 0.6, 0.7, 0.8, 0.9)
DRAWN = ("Points and lines", "Matrix")
MATRIX = 430  # pixels of a side


def members(subject: Subject) -> tuple[str, ...]:
    """The transformations that the run has learned to tell apart, in the order of its pseudo-classes."""
    config, extras = subject.sight.run.config, subject.sight.outcome.result.extras
    names = members_of(config.params["transforms"], config.feature_shape)
    means = extras.get(means_by_transformation("F"), names)
    # before pictures that are not square had a set of their own, auto was D4 for them as well
    return names if len(means) == len(names) else members_of("D4", config.feature_shape)


# -- figure 4 -------------------------------------------------------------------------------------------------------


def units(subject: Subject) -> None:
    """Mean activity of every dimension of F, Z and softmax(Z), the norms of the weights, and who uses which units."""
    extras = subject.sight.outcome.result.extras
    if any(mean_of(name) not in extras for name in SPACES):
        too_old()
        return
    means = {name: extras[mean_of(name)] for name in SPACES}
    weights = {name: extras[weights_to(name)] for name in ("F", "Z")}
    names = members(subject)
    n_used, n_units = n_carrying(means["F"]), len(means["F"])
    own = means["softmax(Z)"][:: len(names)].sum()
    st.caption(
        f"How active each unit is on average, for samples as they are. **F** is not spread over all its units: {n_used:,} of "
        f"{n_units:,} carry {CARRIED:.0%} of its activity, and yet the weights to the others do not fade to 0. **Z** is spread over "
        f"all outputs, but in **softmax(Z)** the {len(means['Z']) // len(names)} outputs of {names[0]} (samples as they are) "
        f"hold {own:.0%} (at 100% the network would be sure that nothing was turned)."
    )
    chart(
        unit_means(means, weights, names),
        "lalnet-units",
        "Mean activity of the units of F, Z and softmax(Z), and norms of their weights",
        page_theme=True,
    )
    st.caption(
        "Who uses which units (dark: much, relative to the row). Look for blocks: every cluster has units of F of its own, "
        "so that clusters lie apart in F; every transformation has its own outputs; and among the outputs of one transformation, "
        f"every cluster has its own. The clusters are those of the training, k = {subject.sight.run.config.n_clusters}, by "
        f"{plain(subject.sight.run.regrouping)}."
    )
    clusters = [f"cluster {letter(c)}" for c in range(len(extras[means_by_cluster("F")]))]
    by_cluster = {name: extras[means_by_cluster(name)] for name in SPACES}
    first = np.arange(0, len(means["Z"]), len(names))  # the outputs of the samples as they are
    duplicates = by_cluster["softmax(Z)"][:, first]
    maps = (
        (by_cluster["F"], clusters, by_user(by_cluster["F"]), "F by cluster", "units of F"),
        (
            extras[means_by_transformation("softmax(Z)")],
            names,
            parents_first(len(means["Z"]), len(names)),
            "softmax(Z) by transformation",
            f"outputs, {names[0]} to {names[-1]}",
        ),
        (duplicates, clusters, by_user(duplicates), f"softmax(Z) of {names[0]} by cluster", f"outputs of {names[0]}"),
    )
    for column, (rows, row_names, order, title, across) in zip(st.columns(3), maps, strict=True):
        with column:
            chart(usage_map(rows, row_names, order, title, across), f"lalnet-usage-{title}", title, page_theme=True)


# -- figure 6 -------------------------------------------------------------------------------------------------------


def graphs(subject: Subject) -> None:
    """The graphs G_Y and G_M of a few samples as training goes on."""
    snapshots = kept.snapshots_of(subject.sight.run)
    if snapshots is None or not len(snapshots.z):
        too_old()
        return
    names = members(subject)
    st.caption(
        f"{len(snapshots.rows)} samples, half of them as they are ({names[0]}, left) and half {TRANSFORMATIONS[names[1]].words} "
        f"({names[1]}, right). In **G**$_Y$ two samples are joined when the network takes them for the same transformation; in "
        "**G**$_M$ when the same outputs answer to them. Points stay where G$_M$ puts them at the end. Look for the red lines, "
        "between groups, that training cuts: first between the transformations, then between the clusters inside each. A sample that no output answers to has "
        "no lines in G$_M$."
    )
    st.fragment(_graph_pane)(subject, snapshots, names)


def _graph_pane(subject: Subject, snapshots: kept.Snapshots, names: tuple[str, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        epoch = st.select_slider(
            "Epoch", snapshots.epochs, value=snapshots.epochs[-1], key=f"lalnet-epoch-{subject.sight.run.id}"
        )
        strength = st.select_slider(
            "Joined from",
            STRENGTHS,
            value=0.7,
            key="lalnet-strength",
            help="How alike two samples must be, as a cosine of 0 to 1.",
            width=200,
        )
        drawn = pick("Drawn as", DRAWN, key="lalnet-drawn")
    number = snapshots.epochs.index(epoch)
    g_y, g_m = adjacencies(snapshots.z[number], len(names))
    groups = subject.groups(snapshots.rows)
    left, right = st.columns(2, gap="medium")
    if drawn == DRAWN[0]:
        points = kept.layout(subject.sight.run, snapshots, len(names))
        parents = [f"{name}: {TRANSFORMATIONS[name].words}" for name in names[:2]]
        called = subject.names or [f"cluster {letter(g)}" for g in range(int(groups.max()) + 1)]
        for column, graph, of, spoken, title in (
            (left, g_y, snapshots.parents, parents, "G<sub>Y</sub>: taken for the same transformation"),
            (right, g_m, groups, called, "G<sub>M</sub>: answered by the same outputs"),
        ):
            pairs = connections(graph, strength)
            figure = graph_figure(points, pairs, of, spoken, f"{title} ({len(pairs):,} connections)")
            with column:
                chart(figure, f"lalnet-graph-{title}", title)
    else:
        order = np.lexsort((groups, snapshots.parents))
        left.image(
            matrix_png(g_y, order),
            width=MATRIX,
            caption="G_Y: every pair of samples, those as they are first; dark means alike",
        )
        right.image(
            matrix_png(g_m, order),
            width=MATRIX,
            caption="G_M: the same, and inside each transformation sorted by colour group",
        )
    story = kept.story(snapshots, groups, subject.key, len(names), strength)
    kinds = "classes" if subject.by_class else "clusters"
    chart(story_curves(snapshots.epochs, story, epoch, kinds), "lalnet-story", "Both graphs over the epochs")
