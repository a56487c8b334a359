"""Saved selections beside the gallery of what is selected: keep it under a name, select it again, delete it, undo."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from deepclust.runs.edit_kinds import LONGEST_NAME
from deepclust.runs.selections import can_be_undone, delete_selection, redo, save_selection, selections_of, undo
from pages.parts.pick import chosen_by_hand, key_of
from pages.visit import say, session
from pages.visit.say import plain
from pages.visit.sight import Sight


def saved_bar(sight: Sight, ids: np.ndarray) -> None:
    """The saved selections of the run, a name for what is selected now, and undo and redo."""
    run, saved, current = sight.run, selections_of(sight.run), session.part("selection")
    could_undo, could_redo = can_be_undone(run)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if saved:
            key = key_of(f"saved-{run.id}", current)
            names = [None, *saved]
            st.selectbox(
                "Saved selections",
                names,
                index=names.index(current) if current in saved else 0,
                format_func=lambda name: "–" if name is None else f"{plain(name)} ({len(saved[name]):,})",
                key=key,
                on_change=_select_saved,
                args=(sight, key),
                width=220,
            )
        with (
            st.popover("Save as…", icon=":material/bookmark_add:", disabled=not len(ids)),
            st.form(f"save-selection-{run.id}", border=False, clear_on_submit=True),
        ):
            name = st.text_input("Name of this selection", max_chars=LONGEST_NAME, placeholder="such as: slanted")
            if st.form_submit_button("Save", type="primary"):
                _change(lambda: session.select(run, ids, save_selection(run, name, ids)))
        if current in saved and st.button("Delete", icon=":material/bookmark_remove:", help="It can be undone."):
            _change(lambda: delete_selection(run, current), forget=sight)
        if could_undo and st.button(
            "Undo", icon=":material/undo:", key="undo-saved", help="What was saved or deleted last"
        ):
            _change(lambda: undo(run), forget=sight)
        if could_redo and st.button("Redo", icon=":material/redo:", key="redo-saved"):
            _change(lambda: redo(run), forget=sight)


def _select_saved(sight: Sight, key: str) -> None:
    name = chosen_by_hand(f"saved-{sight.run.id}", key)
    session.select(sight.run, selections_of(sight.run).get(name) if name else None, name)


def _change(change: Callable[[], object], forget: Sight | None = None) -> None:
    """Change what is saved and draw the page anew; ``forget``: what is selected is no longer known by a name."""
    try:
        change()
        if forget is not None:
            session.select(forget.run, session.selected(forget.run))
    except (ValueError, OSError) as error:
        say.error(error)
        return
    st.rerun()
