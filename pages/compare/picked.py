"""What can be done with the runs that are picked in the table: open, compare, name, tag, note, delete; and undo that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from deepclust.engine.judging.pairing import same_samples
from deepclust.runs import Run
from deepclust.runs.remarks import LONGEST_NOTE, Remarks, remarks_of, say_of
from deepclust.runs.store import DAYS_ASIDE
from pages.visit import cached, say, session

TABLE, TWO, SIDE = "All runs", "Two on one map", "Side by side"  # the views of the page
MOST = 8  # runs side by side
DELETED = "runs-deleted"  # in the session: the ids of the runs that were deleted last


def picked_bar(runs: Sequence[Run], rows: Sequence[dict[str, Any]], shown: str) -> None:
    """The buttons for the runs that are picked. rows: of all runs, whose tags are offered; shown: what the table holds."""
    one = runs[0] if len(runs) == 1 else None
    if st.button("Open", icon=":material/scatter_plot:", type="primary", key="runs-open", disabled=one is None) and one:
        session.look_at(one)
        st.switch_page(f"pages/{'explore' if one.has_result else 'train'}/page.py", query_params=session.url_of(one))
    _compare_buttons(runs)
    with st.popover("Edit", icon=":material/edit:", key="runs-edit", disabled=not runs):
        if runs:
            _edit(runs, sorted({tag for row in rows for tag in row["tags"]}, key=str.casefold))
    st.button(
        "Delete",
        icon=":material/delete:",
        key="runs-delete",
        disabled=not runs,
        on_click=_delete,
        args=(runs,),
        help=f"They can be brought back for {DAYS_ASIDE} days.",
    )
    st.caption(
        f"{len(runs):d} picked of {shown}"
        if runs
        else f"{shown}. Pick rows at their left edge; a click on a head sorts.",
        width="content",
    )


def _compare_buttons(runs: Sequence[Run]) -> None:
    """On one map, or side by side: for runs that have sorted the same samples."""
    alike = len(same_samples(runs[0], runs)) == len(runs) - 1 and runs[0].has_result if runs else False
    st.button(
        TWO,
        icon=":material/animation:",
        key="runs-two",
        disabled=not (alike and len(runs) == 2),
        on_click=_two,
        args=(runs,),
        help="Pick two runs of the same samples that have ended.",
    )
    st.button(
        SIDE,
        icon=":material/grid_view:",
        key="runs-side",
        disabled=not (alike and 3 <= len(runs) <= MOST),
        on_click=_side,
        args=(runs,),
        help=f"Pick three to {MOST} runs of the same samples that have ended.",
    )


def _two(runs: Sequence[Run]) -> None:
    session.look_at(runs[0])
    session.keep_part("pair", runs[1].id)
    session.keep_part("runs", TWO)


def _side(runs: Sequence[Run]) -> None:
    session.look_at(runs[0])
    session.keep_part("side", ",".join(run.id for run in runs[1:]))
    session.keep_part("runs", SIDE)


def _edit(runs: Sequence[Run], tags: Sequence[str]) -> None:
    """Name, tags and note of one run, or tags that several get in addition."""
    alone = remarks_of(runs[0]) if len(runs) == 1 else None
    with st.form(f"runs-edit-{runs[0].id}-{len(runs)}", border=False):
        name = "" if alone is None else st.text_input("Name", value=alone.name, placeholder="As its method is called")
        chosen = st.multiselect(
            "Tags" if alone else f"Tags that all {len(runs):d} get",
            sorted({*tags, *(alone.tags if alone else ())}, key=str.casefold),
            default=list(alone.tags) if alone else [],
            accept_new_options=True,
            placeholder="Type a new one, or choose",
        )
        note = "" if alone is None else st.text_area("Note", value=alone.note, max_chars=LONGEST_NOTE)
        if st.form_submit_button("Save", type="primary"):
            with say.failures():
                for run in runs:
                    before = remarks_of(run)
                    more = Remarks(before.name, (*before.tags, *chosen), before.note)
                    say_of(run, Remarks(name, tuple(chosen), note) if alone else more)
                st.rerun()


def _delete(runs: Sequence[Run]) -> None:
    """Set aside those that have ended; the others are named."""
    gone = []
    for run in runs:
        with say.failures(say.toast):
            cached.store().set_aside(run)
            gone.append(run.id)
    if gone:
        st.session_state[DELETED] = gone
    if st.session_state.run_id in gone:
        session.forget_run()


def put_back_bar() -> None:
    """Bring back what was deleted last, or any other that is still there."""
    aside = cached.store().aside()
    if not aside:
        return
    last = [run_id for run_id in st.session_state.get(DELETED, []) if run_id in aside]
    if last:
        st.button(
            f"Undo: bring back {len(last):d}",
            icon=":material/undo:",
            key="runs-undo",
            on_click=_bring_back,
            args=(last,),
        )
    with st.popover(f"Deleted ({len(aside):d})", icon=":material/auto_delete:", key="runs-aside"):
        st.caption(
            f"Deleted runs are kept for {DAYS_ASIDE} days, and then go for good when the app starts. Their room on the disk is "
            "free only then."
        )
        chosen = st.multiselect("Deleted runs", aside, key=f"runs-aside-{len(aside)}", placeholder="All of them")
        which = f"{len(chosen):d}" if chosen else f"all {len(aside):d}"
        st.button(f"Bring back {which}", key="runs-back", on_click=_bring_back, args=(chosen or aside,))
        st.button(f"Delete {which} for good", key="runs-for-good", on_click=_delete_for_good, args=(chosen or aside,))


def _delete_for_good(run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        with say.failures(say.toast):
            cached.store().delete_aside(run_id)


def _bring_back(run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        with say.failures(say.toast):
            cached.store().bring_back(run_id)
