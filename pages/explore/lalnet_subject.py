"""What the paper's figures are shown of: a run, its data, k, and what colours its samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from deepclust.data.dataset import Dataset
from deepclust.runs import Run
from pages.visit import cached

CLUSTER, CLASS = "Cluster", "Class"
COLOURS = (CLUSTER, CLASS)


@dataclass(frozen=True, eq=False)
class Subject:
    """by_class is only true where labels are revealed; bar is the row of controls above the figure."""

    run: Run
    data: Dataset
    k: int
    revealed: bool
    by_class: bool
    bar: DeltaGenerator

    def groups(self, ids: np.ndarray) -> np.ndarray:
        """Class or cluster int (m,) of samples int (m,)."""
        if self.by_class and self.data.y is not None:
            return self.data.y[ids]
        return cached.found(self.run).by_k[self.k][ids]

    @property
    def key(self) -> str:
        """Names the run and the groups of its samples."""
        return f"{self.run.id}/{CLASS if self.by_class else self.k}"

    @property
    def n_groups(self) -> int:
        return self.data.n_classes if self.by_class else self.k

    @property
    def names(self) -> Sequence[str] | None:
        """Words for the groups; None for clusters and for classes without names."""
        return self.data.class_names if self.by_class else None

    def what_colours_mean(self, whose: str) -> str:
        """A sentence about the colours."""
        return "Colours are the classes." if self.by_class else f"Colours are the {self.k} clusters {whose}."


def too_old() -> None:
    """Say that a run holds less than a figure needs."""
    st.info("This run was trained before these arrays were kept. Train it again to see this figure.")
