"""The Time machine view of Explore: how the clusters came about, from the first snapshot of a run to its last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import reel_job, reel_numbers
from deepclust.figures import webreel
from deepclust.figures.confusion import confusion_map
from deepclust.figures.live import loss_curves, loss_height
from deepclust.metrics.lineage import letter
from deepclust.metrics.matching import confusion
from deepclust.projections import PROJECTIONS
from deepclust.projections.maps.reel import REELS
from deepclust.runs import Run
from pages.gallery.gallery import galleries
from pages.map.choice import projection_control
from pages.map.colouring import CLASS, CLUSTER, Paint, colour_control, painted
from pages.map.map import in_webgl, show_map
from pages.map.projections import request_job, wait_for
from pages.parts.charts import chart
from pages.parts.pick import in_address
from pages.visit import cached, cached_frames, session
from pages.visit.cached_frames import Moments
from pages.visit.say import plain
from pages.visit.sight import Sight

THEN, AT_THE_END = "Cluster then", "Cluster at the end"
HEIGHT = 520  # pixels of the map


def time_machine(sight: Sight) -> None:
    """The map at every snapshot of the run, with all that goes with it."""
    run = sight.run
    moments = cached_frames.moments(run)
    if moments is None:
        st.info(
            f"There is nothing to travel through: {plain(run.config.method)} found these clusters in one step, or was stopped "
            "before it had told twice what it saw. Methods that learn in epochs tell about 20 times in each stage."
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        method = projection_control(
            key="time-method",
            methods=REELS,
            help="All snapshots on one map, made for the last. PCA looks along the same axes at each of them; the others go "
            "back from the last snapshot, and each map starts from the one that follows it.",
            kept=in_address("time"),
        )
        by = colour_control(
            [THEN, AT_THE_END, *([CLASS] if sight.revealed else [])],
            key="time-colour",
            help="The clusters at the epoch that is shown, or those of the end: the second shows where each one came from. A "
            "cluster keeps its letter and colour for as long as it can be followed back.",
            kept=in_address("then"),
        )
    method, maps, numbers = _maps(run, moments, method)
    at = _moment(run, moments, numbers)
    _map(sight, moments, method, maps, numbers, by, at)
    if at is not None:
        _plain_story(sight, moments, numbers[at])
    _caption(sight, moments, method, len(numbers))
    if len(session.selected(run)):
        galleries(sight)


def _maps(run: Run, moments: Moments, method: str) -> tuple[str, np.ndarray, list[int]]:
    """Maps float (s, m, 2), by what, and the numbers of the snapshots they are of; PCA while others are on their way."""
    if method != "pca":
        job = reel_job(run, method)
        if request_job(job).state == "done":
            return method, cached.projection(str(job.out)).points, reel_numbers(len(moments.texts))
        wait_for(job, f"{PROJECTIONS[method].title} of the snapshots")
    return "pca", moments.planes, list(range(len(moments.texts)))


def _moment(run: Run, moments: Moments, numbers: Sequence[int]) -> int | None:
    """Which map is shown, where the browser cannot step through them by itself; None where it can."""
    if in_webgl():
        return None
    texts = [moments.texts[number] for number in numbers]
    places = range(len(numbers))
    chosen = st.select_slider(
        "Epoch",
        places,
        value=len(numbers) - 1,
        format_func=lambda place: plain(texts[place]),
        key=f"time-at-{run.id}-{len(numbers)}",
    )
    return int(chosen)


def _map(
    sight: Sight, moments: Moments, method: str, maps: np.ndarray, numbers: list[int], by: str, at: int | None
) -> None:
    """The map of all moments, or, with ``at``, of that one only."""
    key = f"time-{sight.run.id}"
    labels = moments.labels[numbers]
    paint = (
        Paint(labels[-1 if at is None else at])
        if by == THEN
        else painted(sight, CLASS if by == CLASS else CLUSTER, moments.sample)
    )
    x = [moments.x[number] for number in numbers]
    reel = {
        "reel": webreel.reel(key, maps, [moments.texts[number] for number in numbers], x),
        "groups": webreel.groups(key, labels),
        "play": webreel.play(key, by == THEN),
        "story": _story(sight, moments, numbers, x, key),
    }
    show_map(
        maps[-1 if at is None else at],
        moments.sample,
        paint,
        key=key,
        sight=sight,
        space=f"time-{method}",
        height=HEIGHT,
        reel=reel,
    )


def _story(sight: Sight, moments: Moments, numbers: list[int], x: list[float], key: str) -> bytes:
    against, title = _reference(sight, moments)
    scores = cached_frames.scores(sight.run, moments, sight.data) if sight.revealed else {}
    then = {name: [values[number] for number in numbers] for name, values in scores.items()}
    names = sight.data.class_names if sight.revealed else [letter(c) for c in range(int(against.max(initial=-1)) + 1)]
    return webreel.story(key, moments.curves, x, then, moments.labels[numbers], against, title, names)


def _reference(sight: Sight, moments: Moments) -> tuple[np.ndarray, str]:
    """What the clusters of a moment are held against, int64 (m,), and what that is called."""
    if sight.classes is None:
        return moments.final, "clusters at the end"
    return sight.classes[moments.sample], "classes"


def _plain_story(sight: Sight, moments: Moments, number: int) -> None:
    """Curves, scores and counts of a moment as charts of the page, where the component does not draw them."""
    labels = moments.labels[number]
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(f"Losses of the run; the map shows epoch {moments.x[number]:.0f} of it.")
        st.echarts_chart(
            loss_curves(moments.curves),
            key="time-losses",
            height=loss_height(moments.curves),
            alt="Loss of every epoch",
        )
    with right:
        against, title = _reference(sight, moments)
        name = sight.data.class_name if sight.revealed else str
        st.caption(f"Clusters then against {title}")
        matrix, clusters, columns = confusion(against, labels)
        chart(
            confusion_map(matrix, [int(c) for c in clusters], [name(int(c)) for c in columns]),
            "time-confusion",
            f"Number of samples in each cluster then, against {title}",
            page_theme=True,
        )


def _caption(sight: Sight, moments: Moments, method: str, n_maps: int) -> None:
    """What may and what may not be read from these maps."""
    sentences = f"{PROJECTIONS[method].note} {n_maps} of {len(moments.texts)} snapshots of {len(moments.sample):,} samples, always the same."
    if method == "pca":
        sentences += (
            " Every space is brought to the same spread, and all are seen along the axes of the last: a map is small where "
            "what tells the clusters apart at the end is not yet there."
        )
    else:
        sentences += (
            " Each map starts from the one that follows it, so a point moves only as far as its neighbours have changed; "
            "an early map therefore looks a little more like the end than a map of its own would."
        )
    if sight.k != sight.run.config.n_clusters:
        sentences += f" The clusters then are those of the training, k = {sight.run.config.n_clusters}."
    st.caption(sentences)
