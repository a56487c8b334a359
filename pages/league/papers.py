"""The papers' tables: what each of the four papers reports, what our presets reached, and what an empty cell would take."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from deepclust.data.catalog.reported import MEASURED_BY, Reported
from deepclust.data.catalog.table import find_entry
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.measured.papers import PAPERS, THIS_CPU, Cell, Line, Ours, Paper, lines_of, measured_here
from deepclust.methods import METHODS
from pages.parts.pick import pick


@st.fragment
def papers_tables() -> None:
    """One of the four tables at a time."""
    by_method = {METHODS[paper.method].title: paper for paper in PAPERS}
    paper = by_method[pick("Paper", list(by_method), key="league-paper", unlabelled=True)]
    st.html(papers_table(paper, lines_of(paper, measured_here())))
    st.caption(
        f"{paper.table} of {' and '.join(paper.sources)}. ACC, and NMI after the bar where it is known to have the max normaliser; "
        "in bold ours, by preset: mean ± standard deviation over the seeds, seconds of a fit. Point at a figure for its protocol, "
        "its machine and the command that repeats it; * marks samples or a last step that are not the paper's. What is not run says how long it would take, by the rule of thumb that is "
        "also on the page Train. No fit saw labels."
    )


def papers_table(paper: Paper, lines: Sequence[Line]) -> str:
    """The table in HTML: methods down, data across."""
    heads = "".join(f'<th scope="col">{escape(find_entry(data).title)}</th>' for data in paper.data)
    body = "".join(_row(paper, line) for line in lines)
    return (
        f'<div class="league"><table><thead><tr><th scope="col">Method</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(paper: Paper, line: Line) -> str:
    here = "not in this program"
    if line.method:
        here = METHODS[line.method].title + (f", {line.rung}" if line.rung else "")
    note = "" if here == line.title else f"<small>{escape(here)}</small>"
    kind = ' class="line"' if line.method == paper.method and not line.rung else ""
    cells = "".join(_cell(line.cells[data]) for data in paper.data)
    return f'<tr{kind}><th scope="row">{escape(line.title)}{note}</th>{cells}</tr>'


def _cell(cell: Cell) -> str:
    parts = [_published(cell.published), *(_ours(row) for row in cell.ours)]
    if cell.needs:
        parts.append("".join(f"<small>{escape(part)}</small>" for part in cell.needs.split(": ")))
    return f"<td>{'<br>'.join(filter(None, parts))}</td>" if any(parts) else '<td class="none">–</td>'


def _published(row: Reported | None) -> str:
    if row is None:
        return ""
    scores = " | ".join(f"{value:.3f}" for value in (row.acc, row.nmi) if value is not None)
    source = f"{row.source}, measured by {MEASURED_BY[row.by]}. {row.note}"
    return f'<span title="{escape(source)}">{scores}</span>'


def _ours(row: Ours) -> str:
    spread = f"<i> ±{row.acc_spread:.3f}</i>" if row.n_seeds > 1 else ""
    nmi = "" if row.nmi is None else f" | {row.nmi:.3f}"
    seconds = "" if row.seconds is None else f", {in_time(row.seconds)}"
    seeds = "one seed" if row.n_seeds == 1 else f"mean of {row.n_seeds} seeds"
    machine = "" if row.machine == THIS_CPU else f", {row.machine}"
    protocol = row.protocol or "all samples of the column"
    title = f"Measured here, {seeds}; {protocol}; {row.machine}. {row.command}"
    return (
        f'<span title="{escape(title)}"><b>{row.acc:.3f}</b>{spread}{nmi}'
        f"<small>{escape(row.preset + seconds + machine)}{'*' if row.protocol else ''}</small></span>"
    )
