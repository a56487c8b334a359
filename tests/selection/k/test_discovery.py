"""A criterion is one file: its facts and what computes it."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from deepclust.selection.k import board, discovery


def test_every_criterion_has_a_name_of_its_own_and_words() -> None:
    names = [facts.name for idea in discovery.IDEAS for facts in idea.FACTS]
    assert len(names) == len(set(names)) == len(discovery.FACTS) == 9
    assert all(facts.title and facts.sentence.endswith(".") for facts in discovery.FACTS.values())


def test_the_file_that_contributing_shows_is_a_criterion(tmp_path, groups, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (code,) = (c for c in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "RANK" in c)
    (tmp_path / "gini.py").write_text(code, encoding="utf-8")
    package = discovery.criteria
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    ideas = discovery.discover()
    sys.modules.pop(f"{package.__name__}.gini")
    monkeypatch.setattr(board, "IDEAS", ideas)
    halves = np.repeat([0, 1], len(groups[0]) // 2)
    titles, curves = zip(
        *((c.title, c.curve) for c in itertools.islice(board.judge_k(groups[0], [2, 3], {2: halves}), 6)), strict=True
    )
    assert titles.index("Gini of sizes") == 5  # after what is quicker
    assert curves[5][0] == pytest.approx(0, abs=1e-6)
    assert [facts.name for idea in ideas for facts in idea.FACTS].index("gini") == 5
