"""What tells these two apart? Two clusters or selections: their means, what differs most, and the samples on their border."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
import streamlit as st

from deepclust.figures.contrast import difference_picture, effect_bars
from deepclust.figures.pictures import png_bytes, png_data_uri, sprite
from deepclust.metrics.contrast import Contrast, contrast
from deepclust.metrics.lineage import letter
from deepclust.runs.selections import selections_of
from pages.parts.belonging import mark
from pages.parts.charts import chart
from pages.parts.pick import chosen_by_hand, key_of
from pages.visit import cached, session
from pages.visit.clusters import Clusters
from pages.visit.say import plain
from pages.visit.sight import Sight

SELECTED, OTHERS = "selected", "all others"
MOST_FEATURES = 12
SIDE = 152  # pixels of a mean picture
PER_STRIP = 12


def apart(sight: Sight) -> None:
    """The two sides, and what tells them apart."""
    groups = _groups(sight)
    if len(groups) < 2:
        st.caption("There is one group only: another number of clusters, or a selection on the map, makes two.")
        return
    a, b = _sides(sight, groups)
    if a == b:
        st.caption("These are the same samples. Choose another side.")
        return
    every = np.arange(len(sight.clusters.labels))
    of_a, of_b = (
        np.setdiff1d(every, groups[other]) if side == OTHERS else groups[side] for side, other in ((a, b), (b, a))
    )
    key = f"{sight.clusters.key}/{hash((of_a.tobytes(), of_b.tobytes()))}"
    try:
        found = _contrast(key, sight.data.X, sight.outcome.result.embedding, of_a, of_b)
    except ValueError as error:
        st.caption(plain(error))
        return
    names = [_called(sight.clusters, side) for side in (a, b)]
    if sight.data.kind == "image":
        _pictures(found, *names)
    else:
        counted = "" if sight.data.feature_names else " Features are counted from 0."
        st.caption(f"The features that differ most, in standard deviations within the two.{counted}")
        telling = [(sight.data.feature_name(j)[:40], effect) for j, effect in found.telling(MOST_FEATURES)]
        figure = effect_bars(telling, *names)
        chart(figure, "effects", "Features that differ most between the two")
    _border(sight, found, key, names)


def _groups(sight: Sight) -> Mapping[str, np.ndarray]:
    """Row numbers of everything that can be a side: clusters by letter, saved selections, what is selected, all others."""
    clusters = sight.clusters
    groups = {letter(c): np.flatnonzero(clusters.labels == c) for c in clusters.random if c >= 0}
    groups |= {f"#{name}": rows for name, rows in selections_of(sight.run).items()}
    if len(selected := session.selected(sight.run)):
        groups[SELECTED] = selected
    return groups | ({OTHERS: np.zeros(0, np.int64)} if groups else {})


def _called(clusters: Clusters, side: str) -> str:
    if side in (SELECTED, OTHERS):
        return {SELECTED: "What is selected", OTHERS: "All others"}[side]
    if side.startswith("#"):
        return side[1:]
    return next(clusters.named(c) for c in clusters.random if letter(c) == side)


def _sides(sight: Sight, groups: Mapping[str, np.ndarray]) -> tuple[str, str]:
    """Two sides by their controls, kept in the address as ``apart=A|B``."""
    options = list(groups)
    first = [SELECTED, OTHERS] if SELECTED in groups else options[:2]
    kept = (session.part("apart") or "").partition("|")[::2]
    current = [side if side in groups else usual for side, usual in zip(kept, first, strict=True)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for place, label in enumerate(("What tells", "apart from")):
            key = key_of(f"apart-{place}-{sight.run.id}", current[place])
            st.selectbox(
                label,
                options,
                index=options.index(current[place]),
                format_func=lambda side: (
                    f"{plain(_called(sight.clusters, side))}" + (f" ({len(groups[side]):,})" if side != OTHERS else "")
                ),
                key=key,
                on_change=_keep_side,
                args=(sight.run.id, place, key, tuple(current)),
                width=260,
            )
    return current[0], current[1]


def _keep_side(run_id: str, place: int, key: str, current: tuple[str, str]) -> None:
    side = chosen_by_hand(f"apart-{place}-{run_id}", key)
    if side is not None:
        sides = [*current]
        sides[place] = side
        session.keep_part("apart", "|".join(sides))


@st.cache_resource(max_entries=16, show_spinner=False)
def _contrast(key: str, _X: np.ndarray, _embedding: np.ndarray, _a: np.ndarray, _b: np.ndarray) -> Contrast:
    return contrast(_X, _embedding, _a, _b, PER_STRIP)


def _pictures(found: Contrast, a: str, b: str) -> None:
    """Mean pictures with their difference between them."""
    mean_a, mean_b = (png_data_uri(png_bytes(sprite(mean[None], 1, SIDE))) for mean in (found.mean_a, found.mean_b))
    difference = difference_picture(found.mean_a - found.mean_b, SIDE)
    figures = [_figure(mean_a, f"Mean of {a}"), _figure(difference, "Difference"), _figure(mean_b, f"Mean of {b}")]
    st.html(
        f'<div style="display:flex;flex-wrap:wrap;gap:1.5rem;align-items:start;margin:.6rem 0">{"".join(figures)}</div>'
    )
    _, strongest = found.telling(1)[0] if found.telling(1) else (0, 0.0)
    st.caption(
        f"Blue: brighter in {plain(a)}. Red: brighter in {plain(b)}. The pixel that differs most does so by "
        f"{abs(strongest):.1f} standard deviations within the two."
    )


def _figure(address: str, title: str) -> str:
    """A picture with its title as HTML."""
    said = html.escape(title)
    return (
        f'<figure style="margin:0;text-align:center;font-size:.86rem"><img src="{address}" alt="{said}" '
        f'style="width:{SIDE}px;height:{SIDE}px;object-fit:contain;image-rendering:pixelated;border-radius:4px">'
        f'<figcaption style="max-width:{SIDE + 40}px;overflow-wrap:anywhere">{said}</figcaption></figure>'
    )


def _border(sight: Sight, found: Contrast, key: str, names: list[str]) -> None:
    """The samples on the border between the two, from both sides."""
    st.markdown(
        "**On the border between them**", help="Nearest to the plane halfway between the two means in the latent space."
    )
    for place, (name, rows) in enumerate(zip(names, (found.border_a, found.border_b), strict=True)):
        cluster = next((c for c in sight.clusters.random if sight.clusters.named(c) == name), None)
        sign = mark(cluster) + " " if cluster is not None else ""
        strip = cached.strip_of(sight.data, f"{key}/border/{place}", rows, PER_STRIP)
        st.html(
            f'<div style="font-size:.9rem">{sign}in {html.escape(name)}</div>'
            f'<img src="{strip}" alt="Samples of {html.escape(name)} on the border" '
            'style="max-width:100%;image-rendering:pixelated">'
        )
