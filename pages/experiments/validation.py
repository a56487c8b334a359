"""Validation loss against ACC over the runs of a group, with the correlation, as SpectralNet's reviewers asked for."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from deepclust.figures.validation import correlation, validation_plot
from deepclust.runs import Run
from pages.parts.charts import chart

FEWEST = 3  # runs
TERM = "validation"


def validation_against_acc(runs: Sequence[Run]) -> None:
    """The plot, where enough runs have ended that judged themselves on samples they did not learn from. Tells labels."""
    points = [point for run in runs if (point := _point(run)) is not None]
    if len(points) < FEWEST:
        return
    losses, accuracies, names = zip(*points, strict=True)
    st.markdown("**Validation loss against ACC**")
    chart(
        validation_plot(losses, accuracies, names),
        f"validation-{runs[0].id}",
        "Validation loss and accuracy of every run",
        page_theme=True,
    )
    coefficient = correlation(losses, accuracies)
    sentence = (
        ""
        if coefficient is None
        else f"Correlation {coefficient:.2f} over {len(points)} runs (-0.77 in the answer of SpectralNet's authors to their reviewers). "
    )
    st.caption(
        sentence
        + "The loss asks for no label. Where it falls as ACC rises, it can choose among settings of the map. Compare runs on "
        "the same graph only: other neighbours or another affinity make another loss."
    )


def _point(run: Run) -> tuple[float, float, str] | None:
    """Loss, ACC and name of a run that has ended with both."""
    if not run.has_result:
        return None
    acc = run.metrics().get("acc")
    loss = _last_loss(run.id, run.events_size, run)
    name = f"{run.config.part}, seed {run.config.seed}".removeprefix(", ")
    return None if acc is None or loss is None else (loss, float(acc), name)


@st.cache_data(max_entries=1000, show_spinner=False)
def _last_loss(run_id: str, size: int, _run: Run) -> float | None:
    """The last validation loss that a run told of; ``size`` of its events tells whether it has told more since."""
    losses = [e["losses"][TERM] for e in _run.events()[0] if e["kind"] == "progress" and TERM in e["losses"]]
    return float(losses[-1]) if losses else None
