"""The catalog on the Data page: a card for every data set, and its download where it is not here yet."""

from __future__ import annotations

import html
import os

import streamlit as st

from deepclust.data.catalog.table import CATALOG, Entry
from deepclust.engine.intake.fetching import fetching, forget_fetch, start_fetch
from deepclust.engine.intake.thumbnails import keep_thumbnails, thumbnail
from deepclust.figures.pictures import png_data_uri
from pages.data.at_once import FIRST_METHOD, FIRST_PRESET, train_at_once
from pages.visit import cached, say, session
from pages.visit.say import plain

KINDS = {"image": "Pictures", "vector": "Tables and points", "text": "Texts"}


def catalog() -> None:
    """Cards of all data sets that can be picked by name."""
    kind = st.segmented_control(
        "Show", list(KINDS), format_func=KINDS.__getitem__, label_visibility="collapsed", key="catalog-kind"
    )
    _failures()
    making = _pictures_are_made()
    st.fragment(_cards, run_every=2.0 if making else None)(kind, making)


def _pictures_are_made() -> bool:
    """Whether pictures for the cards are being made; with DEEPCLUST_HELPERS=0 none are."""
    return os.environ.get("DEEPCLUST_HELPERS") != "0" and keep_thumbnails(cached.store().root).live


def _cards(kind: str | None, making: bool) -> None:
    """The cards; while pictures for them are made, they renew themselves."""
    if making and not _pictures_are_made():
        st.rerun()
    with st.grid(min_column_width=210):
        for entry in CATALOG.values():
            if kind in (None, entry.kind):
                with st.container(border=True, height="stretch"):
                    _card(entry)


def _card(entry: Entry) -> None:
    shape = " × ".join(map(str, entry.feature_shape))
    about = "  \n".join(filter(None, (entry.citation, f"Licence: {entry.licence}")))
    st.markdown(f"**{entry.title}**", help=about)
    if picture := thumbnail(entry.name, cached.store().root):
        st.html(
            f'<img src="{png_data_uri(picture.read_bytes())}" alt="Samples of {html.escape(entry.title)}" '
            'style="width:100%;height:3rem;object-fit:cover;object-position:left;border-radius:4px">'
        )
    st.caption(f"{entry.n_samples:,} × {shape} · {entry.n_classes} class{'es' * (entry.n_classes > 1)}")
    st.caption(entry.summary)
    chosen = st.session_state.dataset.get("name") == entry.name
    if entry.available():
        with st.container(horizontal=True, gap="small"):
            if st.button("Chosen" if chosen else "Use", key=f"use-{entry.name}", disabled=chosen):
                session.choose_dataset({"name": entry.name})
                st.rerun()
            if st.button(
                "Train",
                key=f"train-{entry.name}",
                icon=":material/play_arrow:",
                help=f"Starts {FIRST_METHOD} with its {FIRST_PRESET} settings on these data, at once.",
            ):
                session.choose_dataset({"name": entry.name})
                with say.failures():
                    train_at_once(cached.dataset({"name": entry.name}))
    elif entry.can_be_fetched:
        download = fetching(entry.name, cached.store().root)
        if download.live:
            st.fragment(_progress, run_every=1.0)(entry)
        else:
            _download_button(entry)
    else:
        st.button("Not here", key=f"use-{entry.name}", disabled=True, help=entry.unavailable_reason())


def _failures() -> None:
    """What went wrong with downloads, above the cards: the sentences are too long for a card."""
    root = cached.store().root
    for entry in CATALOG.values():
        download = fetching(entry.name, root)
        if download.state == "failed" and entry.can_be_fetched:
            say.error(download.error)
            if st.button("Dismiss", key=f"dismiss-{entry.name}"):
                forget_fetch(entry.name, root)
                st.rerun()


def _progress(entry: Entry) -> None:
    """How far a download is. It goes on in a process of its own, whatever the page does."""
    download = fetching(entry.name, cached.store().root)
    if not download.live:
        st.rerun()
        return
    parts = [plain(download.doing)] + ([f"{download.done / 1e6:,.0f} MB"] if download.done else [])
    parts += [f"of {download.total / 1e6:,.0f} MB"] if download.total else []
    st.progress(download.fraction or 0.0, text=" ".join(parts))


def _download_button(entry: Entry) -> None:
    size = entry.source.megabytes if entry.source is not None else 0
    if st.button(
        f"Download · {size:,} MB",
        key=f"fetch-{entry.name}",
        icon=":material/download:",
        help=f"From the publishers of the data, kept on this computer. {entry.unavailable_reason()}.",
    ):
        try:
            start_fetch(entry.name, cached.store().root)
        except (ValueError, OSError) as error:
            say.error(error)
        else:
            st.rerun()
