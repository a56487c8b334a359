"""Loss on samples that were not learned from against accuracy, one point per run: can the one stand for the other?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from deepclust.figures.theme import GRID, PETROFF_10


def correlation(losses: Sequence[float], accuracies: Sequence[float]) -> float | None:
    """Pearson's correlation in [-1, 1] of two lists (n,); None with fewer than three, or where one is all equal."""
    if len(losses) < 3 or np.ptp(losses) == 0 or np.ptp(accuracies) == 0:
        return None
    return float(np.corrcoef(losses, accuracies)[0, 1])


def validation_plot(
    losses: Sequence[float], accuracies: Sequence[float], names: Sequence[str], height: int = 320
) -> go.Figure:
    """A point for each run, with its name: validation loss to the right, ACC upwards."""
    figure = go.Figure(
        go.Scatter(
            x=losses,
            y=accuracies,
            mode="markers",
            marker=dict(color=PETROFF_10[0], size=9),
            text=names,
            name="runs",
            hovertemplate="%{text}<br>validation loss %{x:.4g}, ACC %{y:.3f}<extra></extra>",
        )
    )
    figure.update_layout(
        height=height,
        showlegend=False,
        margin=dict(l=50, r=10, t=6, b=44),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis=dict(title="validation loss at the end", gridcolor=GRID),
        yaxis=dict(title="ACC", gridcolor=GRID),
    )
    return figure
