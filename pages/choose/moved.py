"""Which pictures moved between two runs: matched clusters, the flow between them, and galleries of what moved."""

from __future__ import annotations

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.judging.pairing import Pair
from deepclust.figures.flow import flow_chart
from deepclust.runs import Run
from pages.gallery.moves import move_row
from pages.parts.charts import chart
from pages.visit import cached

MOVES = 6  # galleries, of the largest moves


def moved_view(runs: list[Run], data: Dataset, order: list[str]) -> None:
    """Two runs of a group that are picked, and what differs between their clusters. order: run ids, the best ranked first."""
    st.subheader("Which samples moved between two runs", anchor=False)
    by_id = {r.id: r for r in runs}
    ids = [i for i in order if i in by_id] + [i for i in by_id if i not in order]
    first = ids[0]
    left, right = st.columns(2)
    one = by_id[str(left.selectbox("From", ids, format_func=lambda i: _name(by_id[i]), key=f"moved-from-{first}"))]
    two = by_id[
        str(right.selectbox("To", ids, index=1, format_func=lambda i: _name(by_id[i]), key=f"moved-to-{first}"))
    ]
    if one.id == two.id:
        st.caption("Pick two different runs.")
        return
    pair = Pair.of(cached.own_labels(one), cached.own_labels(two))
    changed = pair.changed
    st.markdown(
        f"**{int(changed.sum()):,} of {len(changed):,}** samples ({changed.mean():.0%}) are in another cluster once the clusters of "
        f"both are matched; adjusted Rand index {pair.ari:.2f}."
    )
    if not changed.any():
        return
    largest, key = pair.moves()[:MOVES], f"{one.id}/{two.id}"
    st.html("".join(move_row(data, key, pair.moved(f.source, f.target), f.source, f.target) for f in largest))
    chart(
        flow_chart({1: pair.before, 2: pair.after}, {1: _name(one), 2: _name(two)}),
        "moved-flow",
        f"Flow of samples from the clusters of {_name(one)} to those of {_name(two)}",
    )


def _name(run: Run) -> str:
    return f"{run.config.part}, seed {run.config.seed}"
