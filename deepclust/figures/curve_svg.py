"""Loss curves as a small SVG that needs no script: one panel per loss term, one colour per stage."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

from deepclust.figures.live import thin
from deepclust.figures.theme import PETROFF_10

WIDTH, HEIGHT = 420, 190  # pixels of a panel
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 26, 26
MOST = 300  # points of a curve


def curves_svg(curves: Sequence[Mapping[str, Any]]) -> str:
    """Draw the curves of `deepclust.figures.live.loss_series`; an empty text where there are none."""
    terms = list(dict.fromkeys(c["term"] for c in curves))
    stages = list(dict.fromkeys(c["stage"] for c in curves))
    last = max((max(c["x"], default=0) for c in curves), default=0)
    panels = []
    for number, term in enumerate(terms):
        of_term = [c for c in curves if c["term"] == term]
        x0, y0 = WIDTH * (number % 2), HEIGHT * (number // 2)
        panels.append(f'<g transform="translate({x0},{y0})">{_panel(term, of_term, stages, last)}</g>')
    if not panels:
        return ""
    width, height = WIDTH * min(2, len(terms)), HEIGHT * -(-len(terms) // 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" style="max-width:{width}px" '
        f'font-size="11" fill="currentColor" role="img" aria-label="Loss curves">{"".join(panels)}</svg>'
    )


def _panel(term: str, curves: Sequence[Mapping[str, Any]], stages: Sequence[str], last: float) -> str:
    values = [y for c in curves for y in c["y"] if math.isfinite(y)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = high - low or max(abs(high), 1e-12)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + (right - LEFT) * x / max(last, 1), bottom - (bottom - TOP) * (y - low) / span

    parts = [f'<text x="{LEFT}" y="16" font-size="13" font-weight="600">{html.escape(term)}</text>']
    for value in (low, high) if high > low else (high,):
        y = place(0, value)[1]
        parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" opacity=".2"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" opacity=".75">{value:.3g}</text>')
    parts.append(f'<text x="{right}" y="{bottom + 17}" text-anchor="end" opacity=".75">epoch {last:g}</text>')
    for c in curves:
        thinned = zip(*thin(c["x"], c["y"], MOST), strict=True)
        line = [place(a, b) for a, b in thinned if math.isfinite(b)]
        shade = PETROFF_10[stages.index(c["stage"]) % 10]
        if len(line) == 1:
            parts.append(f'<circle cx="{line[0][0]:.1f}" cy="{line[0][1]:.1f}" r="2.5" fill="{shade}"/>')
        else:
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in line)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{shade}" stroke-width="2"/>')
        if len(stages) > 1 and line:
            parts.append(
                f'<text x="{line[-1][0]:.1f}" y="{TOP + 4}" text-anchor="end" fill="{shade}">{html.escape(c["stage"])}</text>'
            )
    return "".join(parts)
