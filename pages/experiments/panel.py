"""What the panel of one run of a group says whatever is drawn in it: title and state, how far it is, and the ways on."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.estimating.estimate import in_time
from deepclust.methods import find_method
from deepclust.runs import Run, RunStatus
from deepclust.runs.run import ENDED
from pages.parts.strip import STATE_COLOURS
from pages.visit import say, session
from pages.visit.say import plain


def panel_head(member: Run, title: str, was_live: bool, help: str | None = None) -> RunStatus:
    """Title and state of a run, and its status; the page runs again if it has ended since or is gone."""
    if not member.folder.exists():
        st.rerun()
    status = member.status()
    if was_live and status.state in ENDED:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(title)}**", help=plain(help or "") or None)
        say.badge(status.state, color=STATE_COLOURS[status.state])
    return status


def name_in_group(member: Run) -> str:
    """What a panel is headed with: the seed tells runs apart that differ in nothing else."""
    group, part = member.config.group, member.config.part
    only_seeds = group is not None and group.words == "Seeds"
    return f"{part}, seed {member.config.seed}" if only_seeds else part


def where(member: Run, status: RunStatus, remark: str = "") -> None:
    """How far the run is, or how long it took, with a remark about its map."""
    if status.state in ("running", "paused"):
        rounds = find_method(member.config.method).round_name
        text = (
            f"{rounds} {status.epoch} of {status.n_epochs}" if status.n_epochs else plain(status.stage) or "Preparing"
        )
        if status.eta is not None and status.state == "running":
            text += f" · {in_time(status.eta)} left"
        st.progress(min(1.0, status.fraction), text=text)
    elif status.state == "queued":
        st.progress(0.0, text="waiting for its turn")
    elif status.seconds and status.state in ("done", "stopped"):
        st.caption(" · ".join(filter(None, (f"{in_time(status.seconds)} of training", plain(remark)))))
    else:
        st.caption(plain(status.message))


def ways_on(member: Run, shown: bool) -> None:
    with st.container(horizontal=True):
        if st.button("Shown below" if shown else "Details", key=f"details-{member.id}", disabled=shown):
            session.look_at(member)
            st.rerun(scope="app")
        if member.has_result and st.button("Explore", key=f"explore-{member.id}"):
            session.look_at(member)
            st.switch_page("pages/explore/page.py", query_params=session.url_of(member))
