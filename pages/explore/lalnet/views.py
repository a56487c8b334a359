"""Figures of LALNet's paper on Explore, of a run of its own: which one is shown, its spaces (5) and galleries at other k (7)."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from deepclust.engine.maps.run_maps import FIRST_SAMPLE
from deepclust.figures.multiples import multiple
from deepclust.metrics.external import acc, nmi
from deepclust.metrics.lalnet.arrays import SPACES, clusters_in
from deepclust.projections import PROJECTIONS
from deepclust.results import BY_KMEANS
from deepclust.runs import Run
from deepclust.spaces import Space
from pages.explore.lalnet.network import graphs, units
from pages.explore.lalnet.over_time import over_time
from pages.explore.lalnet.subject import Subject, too_old
from pages.gallery.gallery import KINDS, rows_of_pictures
from pages.map.choice import Choice, projection_control
from pages.map.colouring import CLASS, CLUSTER, colour_control
from pages.map.projections import mapped_ids, requested_map
from pages.parts.pick import in_address, pick
from pages.visit import say
from pages.visit.say import plain
from pages.visit.sight import Sight

METHOD = "LALNet"
SPACE_HEIGHT = 380  # pixels of a map


def has_views(run: Run) -> bool:
    """Whether the paper of this run's method has figures that can be shown of it."""
    return run.config.method == METHOD and run.has_result


def lalnet_views(sight: Sight) -> None:
    """One of the figures 3 to 7 of the paper, of this run."""
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        name = pick(
            "Figure of the paper",
            list(FIGURES),
            key="lalnet-figure",
            help="Kilinc & Uysal 2018 show these figures of MNIST; here they are of this run.",
            kept=in_address("figure"),
        )
        by = CLUSTER
        if sight.revealed and name in COLOURED:
            by = colour_control(
                (CLUSTER, CLASS),
                default=CLASS,
                key="lalnet-colour",
                help="The paper colours its maps and graphs by class.",
            )
    FIGURES[name](Subject(sight, by == CLASS, bar))


# -- figure 5 -------------------------------------------------------------------------------------------------------


def spaces(subject: Subject) -> None:
    """F, Z and softmax(Z) side by side, with the scores of k-means in each once labels are revealed."""
    three = [Space("space", name) for name in SPACES]
    if not set(three) <= set(subject.sight.run.spaces):
        too_old()
        return
    st.caption(
        "The same samples in three spaces of the network: **F**, its last hidden layer, in which the paper looks for "
        "clusters; **Z**, its outputs; **softmax(Z)**, the shares of the outputs. Look for islands in F and Z, and for "
        "samples piled up or torn apart in softmax(Z), where all but the winning output are pressed to 0. "
        + subject.what_colours_mean("of this run")
    )
    with subject.bar:
        method = projection_control(key="lalnet-spaces", default="tsne", help="The paper shows t-SNE.")
    choices = [Choice(space, method, 2, FIRST_SAMPLE) for space in three]
    waiting = _under_way(subject.sight.run, choices)
    st.fragment(_three_maps, run_every=1.0 if waiting else None)(subject, choices, waiting)


def _under_way(run: Run, choices: list[Choice]) -> bool:
    return any(requested_map(run, choice)[1].under_way for choice in choices)


def _three_maps(subject: Subject, choices: list[Choice], was_waiting: bool) -> None:
    if was_waiting and not _under_way(subject.sight.run, choices):
        st.rerun()  # only a new run of the page stops the clock of these maps
    for column, name, choice in zip(st.columns(3, gap="medium"), SPACES, choices, strict=True):
        projection, state = requested_map(subject.sight.run, choice)
        with column:
            st.markdown(f"**{name}**" + _scores(subject, name))
            if projection is None:
                if state.state == "failed":
                    say.error(state.error)
                else:
                    st.caption(plain(state.text or f"{PROJECTIONS[choice.method].title} {state.state}"))
                    st.skeleton(height=SPACE_HEIGHT)
                continue
            st.echarts_chart(
                multiple(projection.points, subject.groups(mapped_ids(projection)), subject.n_groups, subject.names),
                key=f"lalnet-space-{subject.sight.run.id}-{name}",
                height=SPACE_HEIGHT,
                alt=f"Map of {name}",
            )
    if subject.sight.revealed:
        by = subject.sight.run.regrouping
        st.caption(
            f"ACC and NMI of k-means with k = {subject.sight.run.config.n_clusters} and 10 starts in the first principal components "
            "of each space of the samples as they are, for all samples. "
            + ("" if by == BY_KMEANS else f"The clusters of this run are by {plain(by)} instead, and may differ.")
        )


def _scores(subject: Subject, name: str) -> str:
    classes = subject.sight.judged
    if classes is None:
        return ""
    labels = subject.sight.outcome.result.extras[clusters_in(name)]
    return f" · ACC {acc(classes, labels):.3f} · NMI {nmi(classes, labels):.3f}"


# -- figure 7 -------------------------------------------------------------------------------------------------------


def other_k(subject: Subject) -> None:
    """Galleries at fewer clusters than trained with, as many, and twice as many."""
    sight = subject.sight
    own = sight.run.config.n_clusters
    wanted = (round(0.7 * own), own, 2 * own)
    ks = sorted({min(sight.outcome.by_k, key=lambda k: abs(k - near)) for near in wanted})
    st.caption(
        "The same latent space sorted into fewer and more clusters. With fewer, kinds that look alike fall together; with "
        "more, one kind is divided by how it is written: slant, roundness, stroke. Look for the cluster numbers that stay."
    )
    kind = pick("Which samples", list(KINDS), key="lalnet-kind")
    for column, k in zip(st.columns(len(ks), gap="medium"), ks, strict=True):
        with column:
            st.markdown(f"**k = {k}**" + (" (trained with)" if k == own else ""))
            rows_of_pictures(replace(sight, k=k), kind)


FIGURES = {"3 Over time": over_time, "4 Units": units, "5 Spaces": spaces, "6 Graphs": graphs, "7 Other k": other_k}
COLOURED = ("3 Over time", "5 Spaces", "6 Graphs")
