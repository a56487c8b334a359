"""All criteria for k, found by discovery: a file of `criteria/` with `RANK`, `FACTS` and `judge` is one idea about k."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Protocol, cast

from deepclust.selection.k import criteria
from deepclust.selection.k.criterion import Criterion, Facts
from deepclust.selection.k.material import Material


class Idea(Protocol):
    """A file of criteria that are computed together. RANK: the quick ones have the lowest, and are shown first."""

    RANK: int
    FACTS: tuple[Facts, ...]

    def judge(self, m: Material) -> Iterator[Criterion]:
        """One criterion for each of FACTS, in their order."""


def discover() -> tuple[Idea, ...]:
    """The files of `criteria/` that judge, the quick ones first."""
    modules = [
        importlib.import_module(m.name) for m in pkgutil.iter_modules(criteria.__path__, f"{criteria.__name__}.")
    ]
    ideas = [cast(Idea, module) for module in modules if hasattr(module, "judge")]
    return tuple(sorted(ideas, key=lambda idea: idea.RANK))


IDEAS = discover()
#: By name, in the order in which the board fills in.
FACTS: dict[str, Facts] = {facts.name: facts for idea in IDEAS for facts in idea.FACTS}
