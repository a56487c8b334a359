"""The way of one sample through training: its cluster from epoch to epoch as a strip, its place as a line on the small map."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

import numpy as np

from deepclust.figures.theme import GRID, TEXT, colour, text_mark
from deepclust.metrics.lineage import letter

SIDE = 260  # pixels of the small map
MOST_DOTS = 700  # of the other samples


def cluster_strip(labels: Sequence[int], epochs: Sequence[str]) -> str:
    """The cluster of a sample at each snapshot as a strip of coloured cells, HTML; ``epochs`` says when each was."""
    cells = []
    wide = len(labels) <= 24
    for label, epoch in zip(labels, epochs, strict=True):
        said = html.escape(f"{epoch}: {'noise' if label < 0 else f'cluster {letter(label)}'}")
        inside = f"{text_mark(label)}<br>{letter(label)}" if wide else ""
        cells.append(
            f'<span title="{said}" style="flex:1 1 0;min-width:3px;background:{colour(label)};color:#14171c;font-size:.72rem;'
            f'line-height:1.15;text-align:center;padding:.2rem 0;min-height:1.2rem">{inside}</span>'
        )
    named = html.escape("Clusters from the first snapshot to the last: " + ", ".join(map(letter, labels)))
    return f'<div role="img" aria-label="{named}" style="display:flex;gap:1px;border-radius:4px;overflow:hidden">{"".join(cells)}</div>'


def svg_data_uri(svg: str) -> str:
    """An SVG as an address that can stand in ``<img src=...>``."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def path_svg(path: np.ndarray, others: np.ndarray, groups: np.ndarray) -> str:
    """Places float (s, 2) of a sample at each snapshot as a line over the others' places (m, 2) at the end, groups int (m,)."""
    step = max(1, -(-len(others) // MOST_DOTS))
    others, groups = others[::step], groups[::step]
    reach = max(1e-9, float(np.abs(np.concatenate([path, others])).max()) * 1.06)

    def place(points: np.ndarray) -> list[list[float]]:
        unit = 0.5 + 0.5 * points / reach
        places: list[list[float]] = (SIDE * np.column_stack([unit[:, 0], 1 - unit[:, 1]])).tolist()
        return places

    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour(int(g))}" opacity=".45"/>'
        for (x, y), g in zip(place(others), groups, strict=True)
    )
    line = place(path)
    steps = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{TEXT}"/>' for x, y in line)
    route = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
    (x, y), (x0, y0) = line[-1], line[0]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">'
        f'<rect x=".5" y=".5" width="{SIDE - 1}" height="{SIDE - 1}" rx="6" fill="none" stroke="{GRID}"/>{dots}'
        f'<polyline points="{route}" fill="none" stroke="{TEXT}" stroke-width="1.8"/>{steps}'
        f'<circle cx="{x0:.1f}" cy="{y0:.1f}" r="4" fill="none" stroke="{TEXT}" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="{TEXT}" stroke-width="3"/></svg>'
    )
