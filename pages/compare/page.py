"""Runs: all runs in a table, any two of them on one map, and several side by side."""

from __future__ import annotations

from pages.compare.table import table_of_runs
from pages.parts.strip import strip
from pages.visit import session

session.begin()
strip()
table_of_runs()
