"""Which map is shown: the controls of space, projection, dimensions and number of points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from deepclust.engine.maps.run_maps import FIRST_SAMPLE, LAID_OUT, first_sample, telling_projection
from deepclust.engine.training.saved import build
from deepclust.projections import PROJECTIONS
from deepclust.runs import Run
from deepclust.spaces import EIGEN, INPUT, LATENT, Space
from pages.parts.pick import Kept, in_address, pick


@dataclass(frozen=True)
class Choice:
    """What the controls above the map say. linked: for two maps side by side, which show the same sample."""

    space: Space
    method: str
    n_components: int
    sample: int | None
    linked: bool = False


def choose_map(run: Run, n_features: int) -> Choice:
    """All controls of a map, behind one button. n_features: of the latent space, which is shown first."""
    first = telling_projection(n_features)
    with st.popover(":material/map: Map", key="map-choice", help="Which space is mapped, and how"):
        space = space_control(run, key="map-space", kept=in_address("space"))
        method = projection_control(key=f"map-method-{first}", default=first, kept=in_address("projection"))
        dimensions = pick(
            "Dimensions", [2, 3], title=lambda d: f"{d}-D", key="map-dimensions", kept=in_address("dimensions")
        )
        return Choice(space, method, dimensions, sample_size(run, method))


def spaces(run: Run) -> dict[Space, str]:
    """The spaces of a run that can be mapped, and what they are called."""
    further = {space: space.name for space in run.spaces if space.kind == "space"}
    return {LATENT: build(run.config).embedding_name, INPUT: "Input", EIGEN: "Eigenspace", **further}


def space_control(run: Run, *, key: str, default: Space = LATENT, kept: Kept | None = None) -> Space:
    """The space that is mapped."""
    names = {str(space): name for space, name in spaces(run).items()}
    chosen = pick(
        "Space",
        list(names),
        title=names.__getitem__,
        default=str(default),
        key=f"{key}-{'/'.join(names)}",
        help="What the network made of the data, the data themselves, or the first eigenvectors of the neighbour graph "
        "of the latent space; then whatever else the method has learned.",
        kept=kept,
    )
    return Space.parse(chosen)


def projection_control(
    *,
    key: str,
    label: str = "Projection",
    default: str = "pca",
    methods: Sequence[str] = tuple(PROJECTIONS),
    help: str | None = None,
    kept: Kept | None = None,
) -> str:
    """The projection that makes the map, or all maps of a view. help: else what each of them does."""
    summaries = "  \n".join(f"**{PROJECTIONS[name].title}**: {PROJECTIONS[name].summary}" for name in methods)
    return pick(
        label,
        methods,
        title=lambda name: PROJECTIONS[name].title,
        default=default,
        key=key,
        help=help or summaries,
        kept=kept,
    )


def sample_size(run: Run, *methods: str) -> int | None:
    """How many points the maps by some projections lay out: a sample, or None for all."""
    n = run.config.n_samples
    if n <= FIRST_SAMPLE:
        return None
    sizes = [size for size in (FIRST_SAMPLE, LAID_OUT) if size < n]
    titles = {FIRST_SAMPLE: f"{FIRST_SAMPLE:,}", LAID_OUT: f"All by {LAID_OUT:,}", n: f"All {n:,}"}
    first = min(first_sample(method, n) or n for method in methods)
    points = pick(
        "Points",
        [*sizes, n],
        title=titles.__getitem__,
        default=first,
        key=f"map-points-{run.id}-{first}",
        help=f"A sample of {FIRST_SAMPLE:,} in which every cluster has its share is there within seconds."
        + f"  \nAll by {LAID_OUT:,}: so many make the map, the others stand among their nearest of these."
        * (n > LAID_OUT),
        kept=in_address("points"),
    )
    return None if points == n else points
