"""Data sets: the catalog, files of one's own, and the checks that both go through."""

from __future__ import annotations

from deepclust.data.catalog.reported import Reported
from deepclust.data.catalog.table import CATALOG, Entry, data_folder, load_dataset
from deepclust.data.dataset import Dataset, check_n_clusters
from deepclust.data.look import Facts, facts_of, warnings_of
from deepclust.data.own import delete_own, keep_dataset, list_own, rename_own
from deepclust.data.reading.arrays.npz import read_npz
from deepclust.data.reading.pictures.collection import MixedSizes, read_pictures
from deepclust.data.reading.read import read_file
from deepclust.data.references import open_dataset

__all__ = [
    "CATALOG",
    "Dataset",
    "Entry",
    "Facts",
    "MixedSizes",
    "Reported",
    "check_n_clusters",
    "data_folder",
    "delete_own",
    "facts_of",
    "keep_dataset",
    "list_own",
    "load_dataset",
    "open_dataset",
    "read_file",
    "read_npz",
    "read_pictures",
    "rename_own",
    "warnings_of",
]
