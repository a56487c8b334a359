"""A run while it learns: progress and buttons, loss curves, the small map, mean pictures and sizes of its clusters."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deepclust.disk import no_room
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.training.launch import discard, launch, resume
from deepclust.engine.training.queue import waiting_for
from deepclust.figures.live import loss_curves, loss_height, loss_series
from deepclust.methods import find_method
from deepclust.runs import Run, RunStatus
from deepclust.runs.run import ENDED
from pages.parts.events import events_of
from pages.train.device import device_facts, waiting_line
from pages.train.snapshot import latest_snapshot
from pages.visit import cached, say, session
from pages.visit.say import plain


def live_panel(run: Run) -> None:
    """Show a run; while it is live, the panel renews itself every second."""
    live = run.status().state not in ENDED
    st.fragment(_panel, run_every=1.0 if live else None)(run, live)


def _panel(run: Run, was_live: bool) -> None:
    if not run.folder.exists():
        st.rerun()
    status = run.status()
    if was_live and status.state in ENDED:
        if status.state == "done":
            st.toast("Done. The clusters are ready to be explored.", icon=":material/check_circle:")
        st.rerun()
    _progress(run, status)
    _buttons(run, status)
    rounds = find_method(run.config.method).round_name
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        curves = loss_series(events_of(run))
        log = st.toggle("Logarithmic", key=f"log-{run.id}", help="Loss axis in powers of ten; values above 0 only.")
        st.echarts_chart(
            loss_curves(curves, log=log, round_name=rounds),
            key=f"losses-{run.id}",
            height=loss_height(curves),
            alt=f"Loss of every {rounds}, one panel for each term and one curve for each stage",
        )
        _legend_of_terms(curves)
    with right:
        latest_snapshot(run)


def _progress(run: Run, status: RunStatus) -> None:
    if status.state == "queued":
        st.progress(0.0, text=waiting_line(*waiting_for(run, cached.store())))
        return
    if status.state == "failed":
        say.error(status.message)
        return
    if status.state == "lost":
        full = " The disk is full, which may be why: free some space first." if no_room(run.folder) else ""
        st.error(
            "This run was lost: its process ended without a word (killed, out of memory, or the computer was switched "
            "off). Nothing that was saved is gone: **Resume** goes on from its last checkpoint." + full,
            icon=":material/error:",
        )
        with st.expander("End of the worker's log"):
            st.code(run.log_tail() or "(the log is empty)", language=None)
        return
    facts = [f"**{plain(status.stage) or 'Preparing'}**"]
    if status.n_epochs:
        facts.append(f"{find_method(run.config.method).round_name} {status.epoch} of {status.n_epochs}")
    if status.message and status.state == "running":
        facts.append(plain(status.message))
    facts.append(f"{in_time(status.seconds)} so far")
    if status.eta is not None and status.state == "running":
        facts.append(f"about {in_time(status.eta)} left")
    facts += device_facts(status, "pictures" if run.config.kind == "image" else "samples")
    if status.state == "done":
        facts = ["**Done**", f"{in_time(status.seconds)} of training on {plain(status.where)}"]
    elif status.state == "stopped":
        facts = ["**Stopped early**", plain(status.message)]
    elif status.state == "paused":
        facts.insert(0, "Paused")
    st.progress(min(1.0, 1.0 if status.state == "done" else status.fraction), text=" · ".join(filter(None, facts)))


def _buttons(run: Run, status: RunStatus) -> None:
    command, send = run.command(), say.failures(say.toast)(run.send)
    with st.container(horizontal=True):
        if status.state in ("done", "stopped") and run.has_result:
            if st.button("Explore the clusters", type="primary", icon=":material/scatter_plot:", shortcut="e"):
                st.switch_page("pages/explore/page.py", query_params=session.url_of(run))
        if status.state == "running" and command == "run":
            st.button("Pause", icon=":material/pause:", on_click=send, args=("pause",), shortcut="p")
        if status.state == "paused" and command == "pause":
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                on_click=say.failures(say.toast)(resume),
                args=(run,),
                shortcut="p",
                type="primary",
            )
        if status.state in ("lost", "stopped", "failed"):
            if st.button(
                "Resume",
                icon=":material/play_arrow:",
                type="primary" if status.state == "lost" else "secondary",
                help="Goes on from the last checkpoint.",
            ):
                with say.failures():
                    launch(run)
                    st.rerun(scope="app")
        if status.state not in ENDED:
            stopping = command in ("stop", "discard")
            st.button(
                "Stopping…" if stopping else "Stop and keep",
                icon=":material/stop:",
                disabled=stopping,
                on_click=send,
                args=("stop",),
                help="Ends the training now; the clusters found so far can be explored.",
            )
        with st.popover("Discard", icon=":material/delete:"):
            st.write("Ends this run and deletes all that it found.")
            if st.button("Yes, delete this run", type="primary"):
                with say.failures():
                    discard(run, cached.store())
                    session.leave_deleted(run)
                    st.rerun(scope="app")


def _legend_of_terms(curves: list[dict[str, Any]]) -> None:
    explanations = {c["term"]: c["help"] for c in curves if c["help"]}
    if explanations:
        st.caption("  \n".join(f"**{plain(term)}**: {plain(text)}" for term, text in explanations.items()))
