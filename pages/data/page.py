"""Data: pick a data set or bring your own, look at it, and press Train."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.catalog.table import CATALOG
from deepclust.data.dataset import Dataset
from deepclust.figures.live import small_map
from pages.data.at_once import FIRST_METHOD, FIRST_PRESET, train_at_once
from pages.data.catalog import catalog
from pages.data.closer import closer
from pages.data.own import own
from pages.data.shelf import shelf
from pages.data.upload import upload
from pages.parts.params_form import params_form
from pages.parts.strip import strip
from pages.visit import cached, say, session
from pages.visit.say import plain

SHEET = 48


def look(data: Dataset) -> None:
    """The chosen data set: what it is, 48 of its samples, and the way on."""
    entry = CATALOG.get(str(st.session_state.dataset.get("name")))
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        st.subheader(plain(data.title))
        st.write(plain(data.describe()))
        if entry is not None:
            st.caption(entry.summary)
            _options(entry.name)
        labels = "no labels" if data.y is None else f"{data.n_classes} true classes, hidden until you reveal them"
        st.caption(f"{labels[0].upper()}{labels[1:]}. Everything stays on this computer.")
        _way_on(data, known=entry is not None)
        closer(data)
    with right:
        if data.feature_shape == (2,):
            points = data.X - data.X.mean(axis=0)
            points /= points.std() or 1.0
            st.echarts_chart(
                small_map(points, np.zeros(len(points), int), 1),
                key=f"points-{data.fingerprint}",
                height=380,
                alt=f"The points of {data.title}",
            )
        else:
            st.image(cached.sheet(data, SHEET), alt=f"{min(SHEET, data.n_samples)} samples of {data.title}")
            st.caption(f"{min(SHEET, data.n_samples)} of {data.n_samples:,} samples, drawn at random")
        with st.container(border=True, key="own-data"):
            st.markdown("**Your own pictures, tables, embeddings or texts**")
            upload()


def _way_on(data: Dataset, known: bool) -> None:
    """Train at once, or choose a method first. known: the catalog says how many classes there are."""
    n_clusters = None if known else _how_many(data)
    with st.container(horizontal=True):
        if st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="t",
            key="train",
            help=f"Starts {FIRST_METHOD} with its {FIRST_PRESET} settings, at once.",
        ):
            with say.failures():
                train_at_once(data, n_clusters)
        if st.button("Choose a method…"):
            session.forget_run()
            st.switch_page("pages/train/page.py")


def _how_many(data: Dataset) -> int:
    """How many clusters to begin with; folders of the data's owner are a question, not an answer."""
    from deepclust.engine.asking.ask import guess_n_clusters

    key = f"first-k-{data.fingerprint}"
    st.session_state.setdefault(key, guess_n_clusters(data.n_samples))
    n = st.number_input(
        "How many clusters?",
        1,
        min(data.n_samples, 1000),
        key=key,
        width=200,
        help="A guess will do: other numbers can be looked at afterwards without training, and advice is given.",
    )
    n_folders = data.n_classes or 0
    if 1 < n_folders <= data.n_samples and n_folders != n:
        st.button(
            f"Your data come in {n_folders} groups. Are these {n_folders} kinds what you look for? Then begin with {n_folders}",
            type="tertiary",
            icon=":material/help:",
            on_click=st.session_state.update,
            args=({key: n_folders},),
        )
    return int(n)


def _options(name: str) -> None:
    """Number of points, noise and seed of the data sets that are drawn on demand."""
    cls = CATALOG[name].drawn
    if cls is None:
        return
    values = params_form(cls, st.session_state.dataset.get("options", {}), key=f"options-{name}")
    drawn = st.session_state.dataset.get("options") or {p.name: p.default for p in CATALOG[name].options.values()}
    if values != drawn and st.button("Draw again"):
        session.choose_dataset({"name": name, "options": values})
        st.rerun()


session.begin()
strip()
st.header("Let a network sort your data by itself. Nobody tells it the answer.")
try:
    look(cached.dataset(st.session_state.dataset))
except ValueError as error:
    say.error(error)
    if st.button("Back to the digits"):
        session.choose_dataset(session.DEFAULT_DATASET)
        st.rerun()
st.subheader("Lessons", anchor=False)
shelf()
st.divider()
tabs = st.tabs(["Catalog", "Yours"])
for tab, part in zip(tabs, (catalog, own), strict=True):
    with tab:
        part()
