"""The strip on top of every page: which run, on which data, how far; and the switch that uncovers the labels."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import streamlit as st

from deepclust.data.picture_networks import STANDS_APART
from deepclust.disk import obstacle
from deepclust.engine.detached.process import reap
from deepclust.place import ASSETS
from deepclust.runs import Run
from deepclust.runs.remarks import remarks_of
from deepclust.runs.run import ENDED
from pages.parts.damaged import damaged_runs
from pages.parts.open_run import open_run
from pages.visit import cached, say, session
from pages.visit.say import plain

PAGES = ("data", "lesson", "train", "explore", "choose", "compare", "try_it", "league")
STATE_COLOURS: dict[str, Any] = {
    "queued": "grey",
    "running": "blue",
    "paused": "orange",
    "done": "green",
    "stopped": "orange",
    "failed": "red",
    "lost": "red",
}


def groundwork() -> None:
    """What every page begins with, also one without the strip: its style, and the processes beside the app."""
    reap()
    cached.keep_helpers_alive()
    st.html(ASSETS / "app.css")
    with st.container(horizontal=True, gap="xxsmall", key="strip-pages"):
        for name in PAGES:  # seen in a narrow window only
            st.page_link(f"pages/{name}/page.py")


def strip() -> None:
    """Draw the strip."""
    groundwork()
    run = session.current_run()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="strip"):
        _run_picker(run)
        open_run()
        damaged_runs()
        if run is not None:
            config = run.config
            with st.container(key="strip-about", horizontal=True, gap="small", width="content"):
                # not on narrow windows: the list of runs says it, too
                say.badge(config.dataset_title, icon=":material/photo_library:", color="grey")
                say.badge(method_of(run), icon=":material/model_training:", color="grey")
                st.badge(f"seed {config.seed}", color="grey")
            if config.features:
                say.badge("features", icon=":material/visibility:", color="violet", help=STANDS_APART)
            say.badge(f"k = {session.current_k(run)}", color="grey", help="The number of clusters that is shown.")
            live = run.status().state not in ENDED
            st.fragment(_status, run_every=2.0 if live else None)(run)
        st.badge("Local only", icon=":material/lock:", color="green", help="Your data stay on this computer.")
        _reveal_switch()
    if problem := obstacle(cached.store().root):
        say.warning(problem)


def label_of(run: Run) -> str:
    """How a run is called in lists: by the name that it was given, its tags, and what was asked of it."""
    config, remarks = run.config, remarks_of(run)
    when = time.strftime("%d %b %H:%M", time.localtime(config.created))
    called = " · ".join(filter(None, [remarks.name, *(f"#{tag}" for tag in remarks.tags)]))
    label = f"{method_of(run)} on {config.dataset_title}, k = {config.n_clusters}, seed {config.seed} · {when}"
    return f"{called} · {label}" if called else label


def method_of(run: Run) -> str:
    """The method, and in a group what tells the run from the others."""
    return run.config.method + (f" ({run.config.part})" if run.config.part else "")


def _run_picker(run: Run | None) -> None:
    runs = cached.store().runs()  # all: an old one is found by typing
    by_id = {r.id: r for r in runs} | ({run.id: run} if run is not None else {})
    if not by_id:
        st.badge("No runs yet", color="grey")
        return
    options = list(by_id)
    labels = {run_id: label_of(listed) for run_id, listed in by_id.items()}
    often = Counter(labels.values())  # Streamlit takes an option by its words: two runs of a minute need different ones
    labels = {run_id: label if often[label] == 1 else f"{label} ({run_id[-4:]})" for run_id, label in labels.items()}
    chosen = st.selectbox(
        "Run",
        options,
        index=options.index(run.id) if run is not None else None,
        format_func=labels.__getitem__,
        placeholder="Open a run",
        label_visibility="collapsed",
        width=410,
    )
    if chosen is not None and (run is None or chosen != run.id):
        session.look_at(by_id[chosen])
        st.rerun()


def _status(run: Run) -> None:
    """The status pill; it keeps itself up to date while the run is live."""
    status = run.status()
    text = status.state + (f" {status.fraction:.0%}" if status.state in ("running", "paused") else "")
    if status.state in ("queued", "running"):
        text += f" · {status.device or run.config.device}"
    elif status.device:
        text += f" on {status.device}"
    say.badge(text, color=STATE_COLOURS[status.state], help=plain(status.message) or None)


def _reveal_switch() -> None:
    try:
        data = cached.dataset(st.session_state.dataset)
    except ValueError:
        return  # the page itself says what is wrong with the data
    if data.y is None:
        st.badge("No labels", color="grey", help="This data set has no true classes to compare with.")
        return
    fingerprint = data.fingerprint
    shown = st.toggle(
        "Reveal labels",
        value=session.labels_revealed(fingerprint),
        help="Uncovers the true classes: scores, the confusion matrix and colours by class. "
        "Runs that are started afterwards say that the labels had been seen.",
    )
    if shown != session.labels_revealed(fingerprint):
        session.reveal_labels(fingerprint, shown)
        st.rerun()
