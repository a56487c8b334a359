"""The Time machine view of Explore: how the clusters came about, from the first snapshot of a run to its last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.maps.run_maps import reel_job, reel_numbers
from deepclust.figures import webreel
from deepclust.figures.confusion import confusion_map
from deepclust.figures.live import loss_curves, loss_height
from deepclust.metrics.matching import confusion
from deepclust.projections import PROJECTIONS
from deepclust.projections.maps.reel import REELS
from deepclust.runs import Run
from pages.gallery.gallery import galleries
from pages.map.colouring import CLASS, CLUSTER, painted
from pages.map.map import Shown, in_webgl, show_map
from pages.map.projections import ask_for, wait_for
from pages.parts.charts import SAVED
from pages.visit import cached, cached_frames, session
from pages.visit.cached_frames import Moments

THEN, AT_THE_END = "Cluster then", "Cluster at the end"
HEIGHT = 520  # pixels of the map


def time_machine(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """The map at every snapshot of the run, with all that goes with it."""
    seen = cached_frames.moments(run)
    if seen is None:
        st.info(
            f"There is nothing to travel through: {run.config.method} found these clusters in one step, or was stopped "
            "before it had told twice what it saw. Methods that learn in epochs tell about 20 times in each stage."
        )
        return
    known = revealed and data.y is not None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        method = _projection()
        by = _colour(known)
    method, maps, numbers = _maps(run, seen, method)
    at = _moment(run, seen, numbers)
    _map(Shown(run, data, k, revealed), seen, method, maps, numbers, by, at)
    if at is not None:
        _plain_story(seen, data if known else None, numbers[at])
    _words(run, seen, method, len(numbers), k)
    if len(session.selected(run)):
        galleries(run, data, k, revealed)


def _projection() -> str:
    chosen = st.segmented_control(
        "Projection",
        list(REELS),
        format_func=lambda m: PROJECTIONS[m].title,
        default="pca",
        required=True,
        key="time-method",
        help="All snapshots on one map, made for the last. PCA looks along the same axes at each of them; the others go back "
        "from the last snapshot, and each map starts from the one that follows it.",
    )
    return str(chosen)


def _colour(known: bool) -> str:
    options = [THEN, AT_THE_END, *([CLASS] if known else [])]
    chosen = st.segmented_control(
        "Colour by",
        options,
        default=THEN,
        required=True,
        key=f"time-colour-{len(options)}",
        help="The clusters at the epoch that is shown, or those of the end: the second shows where each one came from. A "
        "cluster keeps its number and colour for as long as it can be followed back.",
    )
    return str(chosen)


def _maps(run: Run, seen: Moments, method: str) -> tuple[str, np.ndarray, list[int]]:
    """Maps float (s, m, 2), by what, and the numbers of the snapshots they are of; PCA while others are on their way."""
    if method != "pca":
        job = reel_job(run, method)
        if ask_for(job)["state"] == "done":
            return method, cached.projection(job["out"]).points, reel_numbers(len(seen.texts))
        wait_for(job, f"{PROJECTIONS[method].title} of the snapshots", "Meanwhile: PCA.")
    return "pca", seen.planes, list(range(len(seen.texts)))


def _moment(run: Run, seen: Moments, numbers: Sequence[int]) -> int | None:
    """Which map is shown, where the browser cannot step through them by itself; None where it can."""
    if in_webgl():
        return None
    texts = [seen.texts[number] for number in numbers]
    places = range(len(numbers))
    chosen = st.select_slider(
        "Epoch", places, value=len(numbers) - 1, format_func=texts.__getitem__, key=f"time-at-{run.id}-{len(numbers)}"
    )
    return int(chosen)


def _map(
    shown: Shown, seen: Moments, method: str, maps: np.ndarray, numbers: list[int], by: str, at: int | None
) -> None:
    """The map of all moments, or, with ``at``, of that one only."""
    run, data, key = shown.run, shown.data, f"time-{shown.run.id}"
    labels = seen.labels[numbers]
    colours = (
        {"groups": labels[-1 if at is None else at], "values": None, "names": None}
        if by == THEN
        else painted(run, data, shown.k, CLASS if by == CLASS else CLUSTER, seen.sample)
    )
    x = [seen.x[number] for number in numbers]
    reel = {
        "reel": webreel.reel(key, maps, [seen.texts[number] for number in numbers], x),
        "groups": webreel.groups(key, labels),
        "play": webreel.play(key, by == THEN),
        "story": _story(shown, seen, numbers, x, key),
    }
    picked = show_map(
        maps[-1 if at is None else at],
        seen.sample,
        **colours,
        selected=session.selected(run),
        key=key,
        shown=shown,
        space=f"time-{method}",
        height=HEIGHT,
        reel=reel,
    )
    if picked is not None:
        session.select(run, picked)
        st.rerun()


def _story(shown: Shown, seen: Moments, numbers: list[int], x: list[float], key: str) -> bytes:
    data = shown.data
    if shown.revealed and data.y is not None:
        scores = cached_frames.scores(shown.run, seen, data)
        then = {name: [values[number] for number in numbers] for name, values in scores.items()}
        against, words, names = data.y[seen.sample], "classes", data.class_names
    else:
        then, against, words, names = {}, seen.final, "clusters at the end", None
    return webreel.story(key, seen.curves, x, then, seen.labels[numbers], against, words, names)


def _plain_story(seen: Moments, data: Dataset | None, number: int) -> None:
    """Curves, scores and counts of a moment as charts of the page, where the component does not draw them."""
    labels = seen.labels[number]
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(f"Losses of the run; the map shows epoch {seen.x[number]:.0f} of it.")
        st.echarts_chart(
            loss_curves(seen.curves), key="time-losses", height=loss_height(seen.curves), alt="Loss of every epoch"
        )
    with right:
        if data is None:
            against, words, name = seen.final, "clusters at the end", str
        else:
            against, words = np.asarray(data.y)[seen.sample], "classes"
            names = data.class_names
            name = str if names is None else lambda c: names[c]
        st.caption(f"Clusters then against {words}")
        matrix, clusters, columns = confusion(against, labels)
        st.plotly_chart(
            confusion_map(matrix, [int(c) for c in clusters], [name(int(c)) for c in columns]),
            key="time-confusion",
            alt=f"Number of samples in each cluster then, against {words}",
            config=SAVED,
        )


def _words(run: Run, seen: Moments, method: str, n_maps: int, k: int) -> None:
    """What may and what may not be read from these maps."""
    words = f"{PROJECTIONS[method].note} {n_maps} of {len(seen.texts)} snapshots of {len(seen.sample):,} samples, always the same."
    if method == "pca":
        words += (
            " Every space is brought to the same spread, and all are seen along the axes of the last: a map is small where "
            "what tells the clusters apart at the end is not yet there."
        )
    else:
        words += (
            " Each map starts from the one that follows it, so a point moves only as far as its neighbours have changed; "
            "an early map therefore looks a little more like the end than a map of its own would."
        )
    if k != run.config.n_clusters:
        words += f" The clusters then are those of the training, k = {run.config.n_clusters}."
    st.caption(words)
