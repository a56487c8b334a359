"""What LALNet's own figures are shown of: a sight, and what colours its samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.map.colouring import CLASS, CLUSTER
from pages.visit.sight import Sight


@dataclass(frozen=True, eq=False)
class Subject:
    """by_class is only true where labels are revealed; bar is the row of controls above the figure."""

    sight: Sight
    by_class: bool
    bar: DeltaGenerator

    def groups(self, ids: np.ndarray) -> np.ndarray:
        """Class or cluster int (m,) of samples int (m,)."""
        classes = self.sight.classes if self.by_class else None
        groups: np.ndarray = self.sight.outcome.by_k[self.sight.k] if classes is None else classes
        return np.asarray(groups[ids])

    @property
    def key(self) -> str:
        """Names the run and the groups of its samples."""
        return f"{self.sight.key}/{CLASS if self.by_class else CLUSTER}"

    @property
    def n_groups(self) -> int:
        """Number of classes or clusters."""
        return self.sight.n_classes if self.by_class else self.sight.k

    @property
    def names(self) -> Sequence[str] | None:
        """What the classes are called; None for clusters."""
        return self.sight.class_names if self.by_class else None

    def what_colours_mean(self, whose: Literal["found at the end", "of this run"]) -> str:
        """A sentence about the colours."""
        return "Colours are the classes." if self.by_class else f"Colours are the {self.sight.k:d} clusters {whose}."


def too_old() -> None:
    """Say that a run holds less than a figure needs."""
    st.info("This run was trained before these arrays were kept. Train it again to see this figure.")
