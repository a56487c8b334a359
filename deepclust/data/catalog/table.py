"""The data sets that can be picked by name, gathered from the files of their families."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from deepclust.data.catalog import digits, drawn, faces, mnist, objects, photos, tables, texts
from deepclust.data.catalog.entry import Entry, data_folder
from deepclust.data.catalog.reported import LADDERS_OF, RUNGS, Reported, best_first
from deepclust.data.dataset import Dataset

__all__ = ["CATALOG", "Entry", "data_folder", "find_entry", "load_dataset", "published_rungs", "reported_on"]

_FAMILIES = (mnist, digits, drawn, photos, objects, faces, tables, texts)

#: Every entry by its name: first what needs no file, then family by family.
CATALOG: dict[str, Entry] = {
    entry.name: entry
    for entry in sorted((e for family in _FAMILIES for e in family.ENTRIES), key=lambda entry: bool(entry.file))
}


def find_entry(name: str) -> Entry:
    """An entry of the catalog by name; ValueError, with the names that come close, if there is none."""
    entry = CATALOG.get(name)
    if entry is None:
        close = difflib.get_close_matches(str(name).lower(), CATALOG, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
        raise ValueError(f"There is no data set {name!r}. {hint}There are: {', '.join(CATALOG)}.")
    return entry


def load_dataset(name: str, **options: Any) -> Dataset:
    """Load a data set of the catalog by name. ValueError for an unknown name, option or value, or a missing file."""
    return find_entry(name).load(**options)


def reported_on(ref: Mapping[str, Any], dataset: Dataset | None = None) -> tuple[Reported, ...]:
    """Results on the data that a reference names; none for a subset or data that were prepared otherwise.

    Features of the pictures of a whole catalog data set, if ``dataset`` holds such, are still of that. For the train part of
    an official split they are those on its test part that have not learned from it.
    """
    entry = CATALOG.get(str(ref.get("name")))
    if dataset is not None and dataset.features:
        entry = CATALOG.get(dataset.name)
        return entry.reported if entry is not None and entry.n_samples == dataset.n_samples else ()
    if entry is None or ref.get("subset") or ref.get("prepare"):
        return ()
    if "part" not in ref:
        return entry.reported
    same_file = [other for other in CATALOG.values() if entry.file and other.file == entry.file]
    return best_first(row for other in same_file for row in other.reported if row.held_out)


def published_rungs(ref: Mapping[str, Any], method: str) -> dict[str, Reported]:
    """What was published on the data that a reference names for the rungs of a method's ladder, by rung; maybe nothing.

    Of LALNet, which has no ladder, by the set of transformations that it learned from.
    """
    rows = {row.method: row for row in reported_on(ref) if row.source == LADDERS_OF.get(method)}
    return {rung: rows[row] for rung, row in RUNGS.get(method, {}).items() if row in rows}
