"""Data sets: the catalog, files of one's own, and the checks that both go through."""

from __future__ import annotations

from deepclust.data.catalog import CATALOG, Entry, data_folder, load_dataset
from deepclust.data.dataset import Dataset, check_n_clusters, warnings_of
from deepclust.data.files import keep_dataset, list_own, open_dataset
from deepclust.data.published import Published
from deepclust.data.readers import MixedSizes, read_npz, read_picture_zip

__all__ = [
    "CATALOG",
    "Dataset",
    "Entry",
    "MixedSizes",
    "Published",
    "check_n_clusters",
    "data_folder",
    "keep_dataset",
    "list_own",
    "load_dataset",
    "open_dataset",
    "read_npz",
    "read_picture_zip",
    "warnings_of",
]
