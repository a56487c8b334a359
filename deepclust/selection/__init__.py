"""Choosing the number of clusters without labels: criteria over k on a frozen latent space, and their common verdict."""

from __future__ import annotations

from deepclust.selection.k.board import judge_k
from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.verdict import Verdict, give_verdict

__all__ = ["Criterion", "Verdict", "give_verdict", "judge_k"]
