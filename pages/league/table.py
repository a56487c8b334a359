"""The league as a table in HTML: methods down, data across, in each cell the mean, its spread and what papers report."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from deepclust.data.catalog.reported import MEASURED_BY, Reported
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.judging.league import DATA, LINE, QUICK, SEEDS, Row, Standing
from deepclust.methods import METHODS

SHADE = 0.5  # of the strongest green, for a lead of FULL
FULL = 0.2


def league_table(rows: Sequence[Row], score: str) -> str:
    """The table by ``score``: "acc", "nmi" or "cpu"."""
    heads = "".join(f'<th scope="col">{escape(data)}</th>' for data in DATA)
    line = next((row for row in rows if _is_line(row)), None)
    body = "".join(_row(row, line, score) for row in rows)
    return (
        '<div class="league"><table><thead><tr><th scope="col">Method</th>'
        f'<th scope="col" title="Mean ACC above that of {escape(METHODS[LINE].title)} on the same data">Over the line</th>{heads}'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _is_line(row: Row) -> bool:
    return row.method == LINE and row.preset == QUICK


def _row(row: Row, line: Row | None, score: str) -> str:
    cells = "".join(_cell(row.standings.get(data), line.standings.get(data) if line else None, score) for data in DATA)
    lead = "the line" if _is_line(row) else "" if row.lead is None else f"{row.lead:+.3f}"
    family = escape(METHODS[row.method].family)
    kind = ' class="line"' if _is_line(row) else ""
    return f'<tr{kind}><th scope="row">{escape(row.title)}<small>{family}</small></th><td>{lead}</td>{cells}</tr>'


def _cell(standing: Standing | None, line: Standing | None, score: str) -> str:
    if standing is None:
        return '<td class="none" title="not measured">–</td>'
    value, spread = getattr(standing, score), getattr(standing, f"{score}_spread", None)
    if value is None:
        return f'<td class="none" title="{escape(standing.problem)}">{escape(standing.problem.split(": ")[0])}</td>'
    if spread is None:
        return f"<td>{in_time(value)}</td>"
    few = "" if standing.n_seeds == len(SEEDS) else f"<small>{standing.n_seeds} of {len(SEEDS)} seeds</small>"
    its = getattr(line, score) if line is not None else None
    lead = value - its if its is not None else 0.0
    green = f' style="background:rgba(46,160,67,{SHADE * min(lead / FULL, 1) + 0.12:.2f})"' if lead > 0.0005 else ""
    by = f"<i> ±{spread:.3f}</i>" if standing.n_seeds > 1 else ""
    return f"<td{green}>{value:.3f}{by}{few}{_paper(standing.published, score)}</td>"


def _paper(row: Reported | None, score: str) -> str:
    value = getattr(row, score) if row is not None else None
    if row is None or value is None:
        return ""
    source = f"{row.source}, measured by {MEASURED_BY[row.by]}. {row.note}"
    return f'<small title="{escape(source)}">paper {value:.3f}</small>'
