"""What a run that has learned from a train part alone makes of the test part, beside what it makes of the train part."""

from __future__ import annotations

import streamlit as st

from deepclust.runs.table import HOW_TESTED
from pages.visit.sight import Sight

SCORES = {"acc": "ACC", "nmi": "NMI", "ari": "ARI"}


def both_parts(sight: Sight) -> None:
    """A row for each part and way; scores against labels once they are revealed. Nothing for other runs."""
    metrics = sight.outcome.metrics
    test = metrics.get("test_part")
    if test is None:
        return
    n_samples = [sight.run.config.n_samples, *(test["n_samples"] for _ in HOW_TESTED)]
    judged = [metrics, *(test[how] for how in HOW_TESTED)]
    shown = {"silhouette": "Silhouette"} | (SCORES if sight.revealed else {})
    table = {
        "": ["Train part", "Test part, placed", "Test part, by itself"],
        "Samples": [f"{n:,}" for n in n_samples],
        "Used clusters": [f"{scores.get('n_used', 0):d}" for scores in judged],
    }
    for key, title in shown.items():
        table[title] = ["–" if scores.get(key) is None else f"{scores[key]:.3f}" for scores in judged]
    with st.container(key="both-parts", width="stretch"):
        st.table(table, border="horizontal", hide_index=True)
        st.caption(
            "The train part was learned from, the test part was not: it is **placed** by what was learned, and clustered **by itself** "
            f"(k-means on the learned space, k = {sight.run.config.n_clusters} as in training). All else here is of the train part"
            + ("." if sight.revealed else "; ACC, NMI and ARI of both appear when the labels are revealed.")
        )
