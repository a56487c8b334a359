"""Runs: all runs in a table, any two of them on one map, and several side by side."""

from __future__ import annotations

from pages.compare.picked import SIDE, TABLE, TWO
from pages.compare.side import several_runs
from pages.compare.table import table_of_runs
from pages.compare.two import two_runs
from pages.parts.pick import in_address, pick
from pages.parts.strip import strip
from pages.visit import session

VIEWS = {TABLE: table_of_runs, TWO: two_runs, SIDE: several_runs}

session.begin()
strip()
VIEWS[pick("View", list(VIEWS), key="runs-view", unlabelled=True, kept=in_address("runs"))]()
