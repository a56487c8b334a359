"""Many new samples at once: which of them are unusual, where each belongs, and how many are right where classes are told."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from deepclust.data.dataset import Dataset
from deepclust.data.drawn import Style, drawn_like, grey, ink_of
from deepclust.data.intake import receive
from deepclust.engine.placing.finished import FinishedRun, names_of
from deepclust.engine.placing.placements import Placements
from deepclust.engine.placing.reading import new_samples
from deepclust.exports.placements import write_placements
from deepclust.figures.pictures import png_bytes, png_data_uri, sprite
from deepclust.metrics.external import acc
from pages.parts.packing import packing
from pages.try_it.style import alike
from pages.visit import cached, say
from pages.visit.say import plain
from pages.visit.sight import Sight

MOST_SHOWN = 1_000  # rows of the table; the file has all
FINER = 4  # times the size of the run's pictures at which new ones are read that are then drawn alike, unless they are
LARGE = 40  # pixels a side
HIGH = 46  # pixels of a row with a picture
PUBLISHED = (
    "Published for MNIST, clusters learned on one part and new samples given to the nearest centre (Shaham et al. 2018, answer to the "
    "reviewers): k-means on pixels 0.546, on the code of VaDE 0.776."
)


@dataclass(frozen=True, eq=False)
class Batch:
    """What was brought, float32 (m, *feature_shape) as the run's data are, and where it belongs."""

    data: Dataset
    placed: Placements


def chosen_of_many(run: FinishedRun, sight: Sight, style: Style | None) -> NDArray[np.float32] | None:
    """Ask for many samples and show them, strangest first; the one (feature_shape) that is selected in the table, if any.

    style: how the run's pictures are drawn, if they are; new ones of another size may then be drawn alike.
    """
    key = f"try-many-{run.run.id}"
    batch: Batch | None = st.session_state.get(key)
    if batch is None:
        place = st.empty()
        with place.container():
            batch = _ask(run, sight, key, style)
        if batch is not None:
            st.session_state[key] = batch
            place.empty()
    if batch is None:
        return None
    placed, data = batch.placed, batch.data
    order = placed.strangest_first()
    names = names_of(run.run)
    _summary(batch)
    if sight.revealed and data.judged is not None:
        _score(run, data.X, data.judged, placed.labels)
    rows = order[:MOST_SHOWN]
    table = _table(batch, rows, names)
    event: Any = st.dataframe(
        table,
        key=f"{key}-table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        row_height=HIGH if data.pictured else None,
        height=420 if len(rows) > 8 else "auto",
        column_config={
            "picture": st.column_config.ImageColumn("Picture", width=60),
            "name": st.column_config.TextColumn("Name", width=100),
            "cluster": st.column_config.TextColumn("Cluster", width=90),
            "verdict": st.column_config.TextColumn("Verdict", width=80),
            "distance": st.column_config.NumberColumn("Distance to the centre", format="%.3g"),
            "stranger than": st.column_config.ProgressColumn(
                "Stranger than", format="percent", min_value=0, max_value=1
            ),
        },
    )
    more = f"The strangest {MOST_SHOWN:,} of {len(placed):,}; the file has all. " if len(placed) > MOST_SHOWN else ""
    st.caption(f"{more}Select a row to see the sample on the map, with its neighbours.")
    with st.container(horizontal=True):
        text = io.StringIO()
        write_placements(placed, names, [data.name_of(row) for row in range(len(placed))], text)
        name = f"{run.run.id}-placed.csv"
        st.download_button("Table (CSV)", text.getvalue(), name, "text/csv", icon=":material/download:")
        st.button("Other samples", on_click=_forget, args=(key,))
    selected = event.selection.rows
    return np.asarray(data.X[rows[selected[0]]], np.float32) if selected else None


def _ask(run: FinishedRun, sight: Sight, key: str, style: Style | None) -> Batch | None:
    """The uploader; what comes is read, placed and kept for this visit."""
    as_drawn = style if style is not None and alike(style, many=True) else None
    whole = st.toggle("A whole folder", key=f"{key}-whole", help="Send all files of a folder and its sub-folders.")
    turn = st.session_state.get(f"{key}-turn", 0)
    several: Any = "directory" if whole else True
    files: Any = st.file_uploader("New samples", accept_multiple_files=several, key=f"{key}-{turn}-{whole}")
    packing(key=f"{key}-pack")
    wanted = "Many pictures, a folder or a zip of them" if sight.data.kind == "image" else "A table or an array"
    st.caption(f"{wanted}: which are unlike all that the run has seen?")
    if not files:
        if problem := st.session_state.get(f"{key}-problem"):
            say.error(problem)
        return None
    st.session_state.pop(f"{key}-problem", None)
    try:
        with st.spinner("Placing the new samples"):
            incoming = receive([(file.name, file) for file in files], cached.store().datasets)
            try:
                data = new_samples(incoming.path, run.run.config, finer=_finer(run, as_drawn))
            finally:
                incoming.discard()
            X = run.bring(data.X) if as_drawn is None else _as_drawn(run, data.X, as_drawn)
            data = replace(data, X=X, title=incoming.title, n_train=None, pictures=None, feature_names=())
            return Batch(data, run.place(X))
    except (ValueError, OSError) as error:
        st.session_state[f"{key}-problem"] = str(error)
        _empty(key)
        st.rerun()


def _finer(run: FinishedRun, style: Style | None) -> int:
    return 1 if style is None else FINER if max(run.run.config.feature_shape[:2]) < LARGE else 2


def _as_drawn(run: FinishedRun, X: np.ndarray, style: Style) -> NDArray[np.float32]:
    """Pictures X (m, h, w) or (m, h, w, 3), each drawn as the run's are; those of the same size as they are."""
    shape = run.run.config.feature_shape
    if X.ndim < 3 or X.shape[1:3] == shape[:2]:
        return run.bring(X)
    return np.stack([drawn_like(ink_of(picture), style, shape) for picture in grey(X)])


def _forget(key: str) -> None:
    del st.session_state[key]
    _empty(key)


def _empty(key: str) -> None:
    st.session_state[f"{key}-turn"] = st.session_state.get(f"{key}-turn", 0) + 1  # a new key empties the uploader


def _summary(batch: Batch) -> None:
    placed, n = batch.placed, len(batch.placed)
    samples = f"{n:,} new sample{'s' * (n != 1)} of {plain(batch.data.title)}"
    if placed.unusual is None:
        st.markdown(f"**{samples}.** Which are unusual cannot be told: {plain(placed.why_not())}.")
    else:
        st.markdown(
            f"**{samples}: {int(placed.unusual.sum()):,} unusual.** Of usual ones 1 in 20 is called so as well."
        )
    left_out = batch.data.left_out
    if left_out:
        st.caption(f"{len(left_out):,} could not be read, the first: {plain(left_out[0])}")


def _score(run: FinishedRun, X: np.ndarray, y: np.ndarray, labels: np.ndarray) -> None:
    """ACC of the new samples beside what k-means on the run's data would give them."""
    with st.spinner("k-means, to compare with"):
        raw = run.by_nearest_centres(X)
    line = f"ACC **{acc(y, labels):.3f}** of the new samples"
    beside = "" if raw is None else f"; k-means on the run's data with nearest centres **{acc(y, raw):.3f}**"
    st.markdown(f"{line}{beside}.")
    if str(run.run.config.dataset.get("name", "")).startswith("mnist"):
        st.caption(PUBLISHED)


def _table(batch: Batch, rows: NDArray[np.int64], names: dict[int, str]) -> pd.DataFrame:
    data, placed = batch.data, batch.placed
    table: dict[str, list[Any]] = {}
    if data.kind == "image":
        cell = max(data.feature_shape[:2])
        table["picture"] = [png_data_uri(png_bytes(sprite(data.X[row : row + 1], 1, cell, gap=0))) for row in rows]
    table["name"] = [data.name_of(row) for row in rows.tolist()]
    judge = placed.judge
    if judge is not None:
        table["stranger than"] = placed.percentiles[str(judge.space)][rows].tolist()
    table["cluster"] = [names[label] for label in placed.labels[rows].tolist()]
    if judge is not None:
        table["verdict"] = [placed.verdict(row) for row in rows.tolist()]
    table["distance"] = placed.distances[rows].tolist()
    return pd.DataFrame(table)
