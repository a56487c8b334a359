"""What a run that has learned from a train part alone makes of the test part, beside what it makes of the train part."""

from __future__ import annotations

import streamlit as st

from deepclust.runs.table import HOW_TESTED
from pages.visit.sight import Sight

SCORES = {"acc": "ACC", "nmi": "NMI", "ari": "ARI"}


def test_part(sight: Sight) -> None:
    """A row for each part and way; scores against labels once they are revealed. Nothing for other runs."""
    metrics = sight.run.metrics()
    test = metrics.get("test_part")
    if test is None:
        return
    rows = [("Train part, learned from", sight.run.config.n_samples, metrics)]
    rows += [(f"Test part, {words}", test["n_samples"], test[how]) for how, words in HOW_TESTED.items()]
    shown = {"silhouette": "Silhouette"} | (SCORES if sight.revealed else {})
    table = {
        "": [name for name, _, _ in rows],
        "Samples": [f"{n:,}" for _, n, _ in rows],
        "Used clusters": [str(judged.get("n_used", "–")) for _, _, judged in rows],
    }
    for key, title in shown.items():
        table[title] = ["–" if judged.get(key) is None else f"{judged[key]:.3f}" for _, _, judged in rows]
    with st.container(key="test-part"):
        st.table(table, border="horizontal", hide_index=True)
        st.caption(
            f"At the k of the training, {sight.run.config.n_clusters}. Everything else on this page is of the train part"
            + ("." if sight.revealed else "; ACC, NMI and ARI of both parts appear when the labels are revealed.")
        )
