"""Opening the app costs little: no heavy library is loaded before something is trained or explored."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deepclust.projections import PROJECTIONS

HEAVY = ("torch", "sklearn.cluster", "sklearn.manifold", *{m for p in PROJECTIONS.values() for m in p.heavy})
OPEN = """
import sys
from streamlit.testing.v1 import AppTest
visitor = AppTest.from_file("app.py", default_timeout=60).run()
assert not visitor.exception, visitor.exception
assert any(button.label == "Train" for button in visitor.button)
print("loaded:", *[name for name in {heavy!r} if name in sys.modules])
"""


def test_first_page_loads_no_heavy_library(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", OPEN.format(heavy=HEAVY)],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "DEEPCLUST_RUNS": str(tmp_path), "DEEPCLUST_HELPERS": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip().splitlines()[-1] == "loaded:"
