"""The ranked settings as a table: every measure, and once labels are revealed the accuracy and who foretold it."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.judging.compare import with_spread
from deepclust.engine.judging.ranking import RankBoard
from deepclust.runs import Run
from deepclust.runs.table import Row, table
from deepclust.selection.settings.measures import MEASURES
from deepclust.selection.settings.ranking import Ranking, Standing, foretold
from pages.visit.say import plain

DIGITS = {"task": 2, "cross_space": 2}  # else 3


def settings_table(ranking: Ranking, board: RankBoard, runs: list[Run], revealed: bool) -> None:
    """A row for each setting in the order of the ranking; ACC, and how well each measure foretold it, once revealed."""
    rows = {row.part: row for row in table([r for r in runs if r.id in board.runs])}
    lines = [_cells(s, rows.get(s.setting), revealed) for s in ranking.standings]
    st.table({name: [line[name] for line in lines] for name in lines[0]}, border="horizontal", hide_index=True)
    if not revealed:
        st.caption("ACC appears when the labels are revealed, with how well each measure foretold it.")
        return
    correlations = foretold(ranking, {name: row.mean("acc") for name, row in rows.items()})
    if correlations["place"] is None:
        st.caption("How well the order was foretold can be said of three settings or more.")
        return
    titles = {"place": "this order", **{name: facts.title for name, facts in MEASURES.items()}}
    values = [f"{titles[name]} {'–' if value is None else f'{value:.2f}'}" for name, value in correlations.items()]
    st.info(
        f"Spearman's correlation with ACC over the {len(lines)} settings: {', '.join(values)}.",
        icon=":material/visibility:",
    )


def _cells(standing: Standing, row: Row | None, revealed: bool) -> dict[str, str]:
    mark = " :orange[:material/warning:]" if standing.problem else ""
    cells = {"Place": f"{standing.place:d}", "Setting": f"**{plain(standing.setting)}**{mark}"}
    cells["Score"] = with_spread(standing.score, None, 2)
    for name, value in standing.values.items():
        cells[MEASURES[name].title] = with_spread(value, None, DIGITS.get(name, 3))
    cells["Runs"] = str(row.n_ended) if row is not None else "–"
    if revealed:
        cells["ACC"] = with_spread(row.mean("acc"), row.spread("acc")) if row is not None else "–"
    return cells
