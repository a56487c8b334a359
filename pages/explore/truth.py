"""What the labels say, once they are revealed: scores, the confusion matrix, and the numbers of others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from deepclust.data.catalog.reported import MEASURED_BY
from deepclust.data.catalog.table import reported_on
from deepclust.data.picture_networks import STANDS_APART
from deepclust.figures.confusion import confusion_map
from deepclust.metrics.matching import confusion
from deepclust.runs.table import HOW_TESTED
from pages.gallery.edits import with_your_edits
from pages.parts.charts import chart
from pages.visit.clusters import Clusters
from pages.visit.say import plain
from pages.visit.sight import Sight


def numbers(sight: Sight) -> None:
    """Scores of the clusters at k: without labels always, with labels once they are revealed."""
    at_k = sight.outcome.metrics.get("by_k", {}).get(str(sight.k), {})
    sizes = [n for n in at_k.get("sizes", []) if n]
    tiles = [("Clusters", str(len(sizes)), "Clusters that hold at least one sample.")]
    if sizes:
        tiles.append(
            ("Sizes", f"{min(sizes):,} – {max(sizes):,}", "Samples in the smallest and in the largest cluster.")
        )
    if at_k.get("silhouette") is not None:
        tiles.append(
            (
                "Silhouette",
                f"{at_k['silhouette']:.2f}",
                "How much nearer a sample is to its own cluster than to the next, -1 to 1, "
                "in this latent space (1,000 samples). Comparable between the k of one run, not between runs.",
            )
        )
    if sight.revealed and "acc" in at_k:
        tiles += [
            (
                "ACC",
                f"{at_k['acc']:.3f}",
                "Share of samples in the right cluster, clusters matched one to one (Hungarian).",
            ),
            (
                "NMI",
                f"{at_k['nmi']:.3f}",
                f"Divided by the larger entropy, as the dual-autoencoder paper does. "
                f"With the arithmetic mean, as scikit-learn does: {at_k['nmi_arithmetic']:.3f}.",
            ),
            ("ARI", f"{at_k['ari']:.3f}", "Agreement over pairs of samples; 0 is chance."),
            ("Purity", f"{at_k['purity']:.3f}", "Share of samples that are of their cluster's majority class."),
        ]
    with st.container(horizontal=True, gap="medium"):
        for label, value, explanation in tiles:
            st.metric(label, value, help=explanation, width="content")
    with_your_edits(sight)


def truth(sight: Sight) -> None:
    """The confusion matrix, and the published numbers of the same data set; nothing until the labels are revealed."""
    if sight.classes is None:
        return
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        clusters = sight.clusters
        st.subheader("Clusters against classes" + (", with your edits" if clusters.edited.changed else ""))
        matrix, cluster_numbers, classes = confusion(sight.classes, clusters.labels)
        names = [sight.data.class_name(c) for c in classes]
        chart(
            confusion_map(matrix, [int(c) for c in cluster_numbers], names, _own_names(clusters, cluster_numbers)),
            f"confusion-{sight.k}",
            "Number of samples of each class in each cluster",
            page_theme=True,
        )
    with right:
        st.subheader("Others on the same data")
        _reported(sight)


def _own_names(clusters: Clusters, numbers: np.ndarray) -> list[str] | None:
    """What the clusters are called, if any has a name of its own."""
    return None if clusters.on_the_map() is None else [clusters.named(int(c)) for c in numbers]


def _reported(sight: Sight) -> None:
    config = sight.run.config
    features = sight.data.features
    rows = reported_on(config.dataset, sight.data)
    at_k = sight.outcome.metrics.get("by_k", {}).get(str(sight.k), {})
    part = "" if config.test_part is None else ", train part"
    table = [
        {
            "Method": f"{config.method} (this run, k = {sight.k}{part})",
            "ACC": at_k.get("acc"),
            "NMI": at_k.get("nmi"),
            "Measured by": "you",
            "Source": f"seed {config.seed}",
            "Note": ", ".join(
                [f"features: {features}"] * bool(features) + ["labels had been seen"] * config.labels_seen
            ),
        }
    ]
    for how, words in HOW_TESTED.items():
        if (judged := sight.outcome.metrics.get("test_part", {}).get(how)) is not None:
            of_test = {
                "Method": f"{config.method} (this run, test part)",
                "ACC": judged.get("acc"),
                "NMI": judged.get("nmi"),
                "Note": "; ".join(filter(None, (words, table[0]["Note"]))),
            }
            table.append({**table[0], **of_test})
    if features:
        _scores(table)
        st.caption(plain(STANDS_APART) + (" Those are below." if rows else ""))
        table = []
    table += [
        {
            "Method": p.method,
            "ACC": p.acc,
            "NMI": p.nmi,
            "Measured by": MEASURED_BY[p.by],
            "Source": p.source,
            "Note": p.note,
        }
        for p in rows
    ]
    if table:
        _scores(table)
    if config.test_part is not None and rows:
        st.caption("The results of others are of the test part, by methods that had not seen it.")
    if not rows:
        st.caption("No results of others are known for these data.")


def _scores(table: list[dict[str, Any]]) -> None:
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="%.3f") for name in ("ACC", "NMI")},
    )
