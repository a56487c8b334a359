"""The settings of a group of runs ranked without labels: the winner with its reason, the table, and what it rests on."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.detached.work import ENDED
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.judging.ranking import RankBoard, is_current, ranking_of, read_ranking, settings_of, start_ranking
from deepclust.runs import Run
from deepclust.runs.run import ENDED as RUN_ENDED
from deepclust.selection.k.record import ranking_track_record
from deepclust.selection.settings.measures import MEASURES
from deepclust.selection.settings.ranking import Ranking
from pages.choose.moved import moved_view
from pages.choose.table import settings_table
from pages.experiments.side_by_side import group_of
from pages.visit import cached, say, session
from pages.visit.say import plain
from pages.visit.sight import sight_of


def can_be_ranked(run: Run) -> bool:
    """Whether a run belongs to a group whose runs differ in more than their seeds."""
    return len({r.config.part for r in group_of(run)}) > 1


def settings_view(run: Run) -> None:
    """The page of a group: begin, follow, and read the ranking."""
    group, runs = run.config.group, group_of(run)
    if group is None:
        return
    n_ended = sum(r.has_result for r in runs)
    going = any(r.status().state not in RUN_ENDED for r in runs)
    if len(settings_of(runs)) < 2:
        st.info(f"{n_ended} of {len(runs)} runs have ended. A ranking needs results of two settings.")
        if st.button("Watch them train", type="primary"):
            st.switch_page("pages/train/page.py", query_params=session.url_of(run))
        return
    try:
        sight = sight_of(run)
    except ValueError as error:
        say.error(f"This run cannot be opened: {error}")
        return
    board = read_ranking(cached.store(), group.id)
    _start_row(group.id, runs, board, n_ended)
    if going:
        st.caption(f"{n_ended} of {len(runs)} runs have ended; the others join when the ranking is made again.")
    if board.state in ("failed", "lost"):
        say.error(board.error)
    if board.live or board.values:
        st.fragment(_live, run_every=1.0 if board.live else None)(group.id, runs, sight.revealed, board.live)
    st.divider()
    try:
        moved_view([r for r in runs if r.has_result], sight.data, _order(board))
    except ValueError as error:
        say.error(error)


def _order(board: RankBoard) -> list[str]:
    """Ids of typical runs, the first-ranked setting first."""
    ranking = board.ranking
    return (
        [] if ranking is None else [board.typical[s.setting] for s in ranking.standings if s.setting in board.typical]
    )


def _start_row(group_id: str, runs: list[Run], board: RankBoard, n_ended: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if board.live:
            if st.button("Stop and keep", icon=":material/stop:", key="rank-stop"):
                with say.failures():
                    ranking_of(cached.store(), group_id).stop()
            return
        n_settings, current = len(settings_of(runs)), is_current(board, runs)
        label = f"Rank {n_settings} settings" if board.state == "missing" else "Rank again"
        if st.button(
            label,
            type="secondary" if current and board.state == "done" else "primary",
            icon=":material/leaderboard:",
            key="rank",
        ):
            with say.failures():
                start_ranking(cached.store(), group_id)
                st.rerun()
        if board.state == "missing":
            st.caption(
                f"Compares {n_ended} finished runs of {n_settings} settings without labels: do seeds agree, do other runs' "
                "spaces agree, is there something to learn from the task. A minute or two; the page can be left."
            )
        elif not current:
            st.caption(f"Made from {len(board.runs)} runs; {n_ended} have ended by now.")
        else:
            st.caption(f"Made from {n_ended} runs in {in_time(board.seconds)}, without labels. It is kept with them.")


def _live(group_id: str, runs: list[Run], revealed: bool, was_live: bool) -> None:
    board = read_ranking(cached.store(), group_id)
    if was_live and board.state in ENDED:
        st.rerun()
    if board.live:
        share = board.done / max(board.n_steps, 1)
        st.progress(
            min(share, 1.0),
            text=f"{board.done} of {board.n_steps or '…'} steps · now: {plain(board.doing) or 'starting'} · {in_time(board.seconds)}",
        )
    ranking = board.ranking
    if ranking is None:
        return
    _verdict(ranking, board)
    settings_table(ranking, board, runs, revealed)
    with st.expander("What each measure looks at"):
        for name in ranking.standings[0].values:
            facts = MEASURES[name]
            voice = " It says nothing here." if facts.weight and name not in ranking.measures else ""
            st.markdown(f"**{facts.title}** ({facts.better} is good). {facts.sentence}{voice}")
        st.markdown(
            "**Score**: the mean over all measures with a voice of the share of other settings that it beats; what differs by "
            "less than a twentieth of the range counts as equal."
        )


def _verdict(ranking: Ranking, board: RankBoard) -> None:
    with st.container(border=True):
        left, right = st.columns([0.7, 0.3], vertical_alignment="center", gap="large")
        with left:
            st.markdown(f"### {'So far: ' if board.live else ''}{plain(ranking.sentence)}")
            for reason in ranking.reasons:
                st.markdown(f"- {plain(reason)}")
            foreign = [run_id for run_id, kept in board.kept.items() if not kept]
            if foreign:
                st.caption(
                    f"The spaces of {len(foreign)} of {len(board.kept)} runs rank the clusters unlike the rest and have no say."
                )
            st.caption(ranking_track_record())
        with right:
            settings = [s.setting for s in ranking.standings]
            chosen = st.selectbox("Setting", settings, key=f"setting-{settings[0]}")
            run_id = board.typical.get(str(chosen))
            if st.button(
                f"Use {plain(chosen)}",
                type="secondary" if ranking.winner is None else "primary",
                icon=":material/check:",
                key="use-setting",
                disabled=run_id is None,
                help="Shows on Explore the run that agrees most with the other seeds of this setting.",
            ):
                typical = cached.store().get(str(run_id))
                session.look_at(typical)
                st.switch_page("pages/explore/page.py", query_params=session.url_of(typical))
