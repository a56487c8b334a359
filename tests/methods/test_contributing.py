"""The method that CONTRIBUTING.md shows is one: it fits, resumes and places new samples."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from deepclust.events import Progress
from deepclust.methods import DeepMethod


@pytest.fixture
def my_method(monkeypatch: pytest.MonkeyPatch) -> type[DeepMethod]:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    module = types.ModuleType("my_method")
    monkeypatch.setitem(sys.modules, "my_method", module)  # where a dataclass looks up its types
    exec(compile(code[1], "CONTRIBUTING.md", "exec"), vars(module))
    return module.MyMethod


def test_it_fits_and_resumes(my_method):
    X = np.random.default_rng(0).random((60, 8, 8)).astype(np.float32)
    whole = my_method(n_clusters=3, max_epochs=3, device="cpu").fit(X)
    part = my_method(n_clusters=3, max_epochs=3, device="cpu")
    events = part.fit_events(X)
    next(e for e in events if isinstance(e, Progress))
    checkpoint = part.checkpoint()
    events.close()
    resumed = my_method(n_clusters=3, max_epochs=3, device="cpu")
    assert sum(isinstance(e, Progress) for e in resumed.fit_events(X, checkpoint=checkpoint)) == 2
    np.testing.assert_array_equal(resumed.labels_, whole.labels_)
    assert resumed.predict(X[:7]).shape == (7,)
    assert resumed.cost(60, (8, 8)).flops > 0
