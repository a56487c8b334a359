"""Two runs on one map: the points glide from the one to the other, and what changed its cluster is lit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from deepclust.engine.judging.pairing import Pair, same_samples
from deepclust.figures.webmap import digest
from deepclust.metrics.external import acc, ari, nmi
from deepclust.metrics.lineage import letter
from deepclust.runs import Run
from pages.compare.called import called
from pages.compare.differences import curves, flow, settings
from pages.compare.moves import moves_view
from pages.compare.two_map import map_controls, two_map
from pages.parts.opening import open_finished
from pages.parts.pick import in_address, pick
from pages.parts.strip import label_of
from pages.visit import cached
from pages.visit.say import plain
from pages.visit.sight import Sight

CLASSES = "The classes"


@dataclass(frozen=True, eq=False)
class Other:
    """What a run is held against: the clusters of another run, its own at another k, or the classes.

    run: the other run, whose map is shown; the same one where it is not another. k: its number of clusters, 0 for classes.
    """

    run: Run
    k: int
    labels: np.ndarray

    @property
    def key(self) -> str:
        """Names its clusters, for what is kept of them."""
        return digest(self.labels)


def two_runs() -> None:
    """The run of this visit, and the choice of what it is held against."""
    sight = open_finished(
        "It can be held against another when it ends.",
        "Two runs on one map",
        "Pick two runs of the same samples: the points glide from one map to the other, and those that changed cluster are lit.",
    )
    if sight is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        other = _other(sight)
        if other is None:
            return
        look = map_controls(sight)
    pair = Pair.of(sight.clusters.labels, other.labels)
    first, second = called([(sight.run, sight.k), (other.run, other.k)])
    names = (first, CLASSES if other.k == 0 else second)
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        two_map(sight, other.run, pair, names, look)
    with right:
        _agreement(sight, pair, names)
        moves_view(sight, pair, f"{sight.key}/{other.key}")
    flow(pair, names)
    if other.run.id != sight.run.id:
        curves((sight.run, other.run), names)
        settings((sight.run, other.run), names)


def _other(sight: Sight) -> Other | None:
    """What the run is held against, by the control; None where there is nothing."""
    run, by_k = sight.run, sight.outcome.by_k
    runs = {other.id: other for other in same_samples(run, cached.store().runs())}
    names = {run_id: label_of(other) for run_id, other in runs.items()}
    names |= {
        f"k={k}": f"The same run at k = {k}" for k in sorted(by_k, key=lambda k: abs(k - sight.k)) if k != sight.k
    }
    if sight.judged is not None:
        names[CLASSES] = CLASSES
    if not names:
        st.info("There is nothing to hold this run against: train another one on the same samples.")
        return None
    with st.container(width=400):
        chosen = pick(
            "Hold the run against",
            list(names),
            title=names.__getitem__,
            key=f"pair-{sight.key}-{len(names)}",
            many=True,
            help="Another run of the same samples, the same run at another number of clusters, or the classes once they are "
            "revealed. Type to find one.",
            kept=in_address("pair"),
        )
    if chosen == CLASSES and sight.judged is not None:
        return Other(run, 0, sight.judged)
    if chosen in runs:
        return Other(runs[chosen], runs[chosen].config.n_clusters, cached.own_labels(runs[chosen]))
    k = int(chosen.removeprefix("k="))
    return Other(run, k, by_k[k])


def _agreement(sight: Sight, pair: Pair, names: tuple[str, str]) -> None:
    """How far the two agree, in numbers; once revealed, how right each is."""
    changed = pair.changed
    st.markdown(
        f"**{int(changed.sum()):,} of {len(changed):,}** samples ({changed.mean():.0%}) are in another cluster once the "
        "clusters of both are matched."
    )
    sortings = {"With each other": (pair.before, pair.after)}
    y = sight.judged
    if y is not None and names[1] != CLASSES:
        sortings |= {
            f"{name}, with the classes": (y, labels)
            for name, labels in zip(names, (pair.before, pair.after), strict=True)
        }
    compared = list(sortings.values())
    st.table(
        {
            "": [plain(name) for name in sortings],
            "ARI": [f"{ari(*both):.3f}" for both in compared],
            "NMI": [f"{nmi(*both):.3f}" for both in compared],
            "ACC": [f"{acc(*both):.3f}" for both in compared],
        },
        border="horizontal",
        hide_index=True,
    )
    if y is not None and names[1] == CLASSES:
        letters = {sight.data.class_name(int(c)): letter(int(pair.after[y == c][0])) for c in np.unique(y) if c >= 0}
        told = ", ".join(f"{name}: {sign}" for name, sign in letters.items())
        st.caption(f"Each class has the letter of the cluster that it is matched with. {plain(told)}.")
