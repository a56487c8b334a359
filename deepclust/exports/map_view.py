"""A map of a run as it is taken along: which projection, how it is coloured, and what can be believed of it."""

from __future__ import annotations

from deepclust.engine.maps.run_maps import map_job
from deepclust.engine.training.saved import build
from deepclust.exports.view import View
from deepclust.figures.flat_map import FlatMap
from deepclust.metrics.lineage import letter
from deepclust.projections import BEST_FIRST, PROJECTIONS, Projection
from deepclust.projections.maps.words import map_words
from deepclust.runs import RunStore
from deepclust.runs.edit_kinds import default_name
from deepclust.spaces import LATENT


def finished_map(view: View, store: RunStore) -> Projection | None:
    """The most telling map of the latent space that has been computed, by the rank of its projection; None without any."""
    for method in BEST_FIRST:
        for sample in (None, 2_000):
            path = map_job(view.run, store, LATENT, method, 2, sample).out
            try:
                return Projection.load(path)
            except (ValueError, OSError):
                continue
    return None


def drawn(view: View, found: Projection) -> FlatMap:
    """The map with the view's clusters, their names and a title."""
    config = view.run.config
    space = build(config).embedding_name
    groups = view.labels if found.ids is None else view.labels[found.ids]
    return FlatMap(
        found.points,
        groups,
        {c: letter(c) if view.name(c) == default_name(c) else view.name(c) for c in view.clusters},
        title=f"{config.dataset_title} · {config.method} · k = {view.k}",
        note=f"{PROJECTIONS[found.method].title} of the {space[:1].lower()}{space[1:]}",
    )


def believed(view: View, found: Projection) -> str:
    """What can be believed of the map, as one paragraph."""
    return " ".join(map_words(found, len(view.labels)))
