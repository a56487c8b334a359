"""What the Data page keeps between reruns: what stands out in a data set, and what there is to choose in an upload."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from deepclust.data.intake import Incoming
from deepclust.data.look import Facts, facts_of
from deepclust.data.reading.read import Look, look_at_file
from pages.visit import cached


def facts(ref: Mapping[str, Any]) -> Facts:
    """What stands out in the data set of a reference."""
    return _facts(json.dumps(dict(ref), sort_keys=True))


@st.cache_resource(max_entries=16, show_spinner="Counting")
def _facts(ref: str) -> Facts:
    return facts_of(cached.dataset(json.loads(ref)))


def choices_in(incoming: Incoming, chosen: Mapping[str, Any]) -> Look | None:
    """What there is to choose in data that wait to be read. ValueError, in plain words, if they cannot be read.

    chosen: the file of an archive, the sheet of a workbook and whether a table has a header, where someone has said so.
    """
    settled = json.dumps(dict(chosen), sort_keys=True)
    return _choices_in(str(incoming.path), incoming.path.stat().st_mtime_ns, incoming.title, settled)


@st.cache_resource(max_entries=8, show_spinner=False)
def _choices_in(path: str, written: int, title: str, settled: str) -> Look | None:
    return look_at_file(Path(path), title, json.loads(settled))
