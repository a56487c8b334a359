"""Choosing the number of clusters without labels: criteria over k on a frozen latent space, and their common verdict."""

from __future__ import annotations

from deepclust.selection.board import judge_k
from deepclust.selection.criterion import Criterion
from deepclust.selection.verdict import Verdict, give_verdict

__all__ = ["Criterion", "Verdict", "give_verdict", "judge_k"]
