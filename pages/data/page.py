"""Data: pick a data set or bring your own, look at it, and press Train."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.catalog.table import CATALOG
from deepclust.data.dataset import Dataset
from deepclust.figures.live import small_map
from pages.data.catalog import catalog
from pages.data.closer import closer
from pages.data.own import own
from pages.data.upload import upload
from pages.parts.params_form import params_form
from pages.parts.start import start_run
from pages.parts.strip import strip
from pages.visit import cached, say, session
from pages.visit.say import plain

SHEET = 48
FIRST_METHOD, FIRST_PRESET = "DDLS", "quick"


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
        with st.container(horizontal=True):
            quick = entry is not None and st.button(
                "Train",
                type="primary",
                icon=":material/play_arrow:",
                shortcut="t",
                help=f"Starts {FIRST_METHOD} with its {FIRST_PRESET} settings, at once.",
            )
            if st.button("Choose a method…", type="secondary" if entry else "primary"):
                session.forget_run()
                st.switch_page("pages/train/page.py")
        if quick:
            from deepclust.engine.asking.ask import make_config  # loads scikit-learn, which the first page does without

            try:
                config = make_config(
                    st.session_state.dataset,
                    data,
                    FIRST_METHOD,
                    preset=FIRST_PRESET,
                    labels_seen=session.labels_revealed(data.fingerprint),
                )
            except ValueError as error:
                say.error(error)
            else:
                with say.failures():
                    run = start_run(config)
                    st.switch_page("pages/train/page.py", query_params=session.url_of(run))
        closer(data)
    with right:
        if data.feature_shape == (2,):
            points = (data.X - data.X.mean(axis=0)) / data.X.std()
            st.echarts_chart(
                small_map(points, np.zeros(len(points), int), 1),
                key=f"points-{data.fingerprint}",
                height=380,
                alt=f"The points of {data.title}",
            )
        else:
            st.image(cached.sheet(data, SHEET), alt=f"{min(SHEET, data.n_samples)} samples of {data.title}")
            st.caption(f"{min(SHEET, data.n_samples)} of {data.n_samples:,} samples, drawn at random")


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
st.divider()
tabs = st.tabs(["Catalog", "Upload", "Yours"])
for tab, part in zip(tabs, (catalog, upload, own), strict=True):
    with tab:
        part()
