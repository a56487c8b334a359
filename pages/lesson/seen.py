"""What a step looks at: the views that a lesson can name (`deepclust.lessons.lesson.View`), each drawn from its run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import eigen_job, first_sample
from deepclust.figures.eigen import eigenvalue_bars
from deepclust.figures.live import loss_curves, loss_height, loss_series
from deepclust.figures.plane_points import plane_points
from deepclust.lessons.lesson import Look
from deepclust.methods import find_method
from deepclust.metrics.eigengap import gap_words, piece_sizes
from deepclust.metrics.lineage import letter
from deepclust.runs import Run
from deepclust.spaces import EIGEN, INPUT, Space
from pages.gallery.gallery import KINDS, rows_of_pictures
from pages.gallery.row import strip
from pages.lesson.beside import beside
from pages.lesson.play import Play
from pages.lesson.reconstructions import reconstructions
from pages.lesson.transformations import transformations
from pages.map.choice import Choice, spaces
from pages.map.colouring import CLASS, CLUSTER, CONFIDENCE, painted
from pages.map.map import show_map
from pages.map.projections import chosen_map, map_caption, mapped_ids, request_job, wait_for
from pages.parts.belonging import mark
from pages.parts.charts import chart
from pages.parts.events import events_of
from pages.parts.means import means
from pages.visit import cached
from pages.visit.say import plain
from pages.visit.sight import Sight, sight_of

MAP, MAP_OF_CLASS, MAP_OVER_MEANS = 480, 560, 400  # pixels
BARS, BARS_OF_CLASS = 330, 480
COLOURS = {"cluster": CLUSTER, "confidence": CONFIDENCE, "class": CLASS}


def seen(play: Play, run: Run) -> None:
    """Draw what the step looks at, of a run that has a result. ValueError or OSError where that cannot be opened."""
    look, sight = play.step.look, sight_of(run)
    k = look.k or run.config.n_clusters
    sight = replace(sight, k=min(sight.outcome.by_k, key=lambda other: abs(other - k)))
    VIEWS[look.view](play, sight, look)


def _map(play: Play, sight: Sight, look: Look) -> None:
    run, space = sight.run, Space.parse(look.space)
    by = CLUSTER if look.colour == "class" and not sight.revealed else COLOURS[look.colour]
    if space == INPUT and sight.data.feature_shape == (2,) and look.projection == "pca":  # as they lie there
        groups = sight.classes if by == CLASS and sight.classes is not None else sight.clusters.labels
        side = MAP_OF_CLASS if play.classroom else MAP
        st.echarts_chart(
            plane_points(sight.data.X, groups, int(groups.max()) + 1, side - 8),
            key=f"plane-{run.id}",
            height=side,
            alt=f"The points of {sight.data.title}, coloured by {by.lower()}",
        )
        return
    if space not in spaces(run):
        known = ", ".join(plain(name) for name in map(str, spaces(run)))
        st.info(f"This run has no space {plain(space)}. It has: {known}.")
        return
    sample = first_sample(look.projection, run.config.n_samples)
    projection = chosen_map(run, Choice(space, look.projection, 2, sample))
    if projection is None:
        st.skeleton(height=MAP)
        return
    ids = mapped_ids(projection)
    show_map(
        projection.points,
        ids,
        painted(sight, by, ids, projection),
        key=f"lesson-map-{run.id}",
        sight=sight,
        space=str(space),
        height=(MAP_OVER_MEANS if sight.data.pictured else MAP) if play.classroom else MAP,
    )
    if play.classroom and sight.data.pictured:
        _means(play, sight, look)
    elif not play.classroom:
        st.caption(map_caption(projection, run.config.n_samples))


def _means(play: Play, sight: Sight, look: Look) -> None:
    small = look.view == "map"
    row, words = means(
        sight.data,
        np.arange(sight.data.n_samples),
        sight.clusters.labels,
        50 if small else 88 if play.classroom else 72,
    )
    st.html(row)
    if not small:
        st.caption(words)


def _gallery(play: Play, sight: Sight, look: Look) -> None:
    kind, clusters = next(iter(KINDS)), sight.clusters
    if not play.classroom:
        rows_of_pictures(sight, kind)
        return
    st.html(  # a line for each, so that ten of them are in the window
        "".join(
            f'<div style="display:flex;gap:.5rem;align-items:center;margin-bottom:.3rem">{mark(cluster)}<b>{letter(cluster)}</b>'
            f'<div style="flex:1;min-width:0">{strip(sight.data, clusters, cluster, kind)}</div></div>'
            for cluster in sorted(clusters.random)
            if cluster >= 0
        )
    )


def _curves(play: Play, sight: Sight, look: Look) -> None:
    curves = loss_series(events_of(sight.run))
    rounds = find_method(sight.run.config.method).round_name
    st.echarts_chart(
        loss_curves(curves, round_name=rounds),
        key=f"losses-{sight.run.id}",
        height=loss_height(curves),
        alt=f"Loss of every {rounds}",
    )


def _eigengap(play: Play, sight: Sight, look: Look) -> None:
    space = Space.parse(look.space)
    job = eigen_job(sight.run, cached.store(), INPUT if space == EIGEN else space)
    if not job.eigen_path.exists():
        request_job(job)
        wait_for(job, "Eigenvalues of the neighbour graph")
        return
    values, vectors = cached.eigenvectors(str(job.eigen_path))
    if len(values) < 3:
        st.caption("There are too few samples for a gap between eigenvalues.")
        return
    bars = eigenvalue_bars(values, 0)  # whatever k the run was told: the bars know nothing of it
    chart(
        bars.update_layout(showlegend=False, height=BARS_OF_CLASS if play.classroom else BARS),
        f"eigenvalues-{sight.run.id}",
        "First eigenvalues as bars, the widest gaps between them marked",
    )
    if not play.classroom:
        for sentence in gap_words(values, piece_sizes(values, vectors)):
            st.markdown(sentence)


def _beside(play: Play, sight: Sight, look: Look) -> None:
    beside(play, look)


def _transformations(play: Play, sight: Sight, look: Look) -> None:
    transformations(play)


def _reconstructions(play: Play, sight: Sight, look: Look) -> None:
    reconstructions(sight, play.classroom)


VIEWS: dict[str, Callable[[Play, Sight, Look], None]] = {
    "map": _map,
    "means": _means,
    "gallery": _gallery,
    "curves": _curves,
    "eigengap": _eigengap,
    "beside": _beside,
    "transformations": _transformations,
    "reconstructions": _reconstructions,
}
