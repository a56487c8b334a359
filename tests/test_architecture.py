"""The house rules that no linter knows: start-up stays light, private stays private, and no room is a lumber room.

The floors themselves are contracts of import-linter in pyproject.toml; `make check` keeps them.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from deepclust.projections import PROJECTIONS

REPOSITORY = Path(__file__).parents[1]
LIBRARY = sorted((REPOSITORY / "deepclust").rglob("*.py"))
PAGES = [REPOSITORY / "app.py", *sorted((REPOSITORY / "pages").rglob("*.py"))]
BENCHMARKS = sorted((REPOSITORY / "benchmarks").rglob("*.py"))
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))
#: What the app loads when it starts, and what it calls while pages are drawn.
LIGHT = (
    "deepclust",
    "deepclust.runs",
    "deepclust.data.catalog.table",
    "deepclust.engine.training.launch",
    "deepclust.engine.training.standby",
    "deepclust.engine.maps.projector",
    "deepclust.engine.training.worker",
    "deepclust.methods",
    "deepclust.engine.asking.ask",
    "deepclust.engine.estimating.estimate",
    "deepclust.cli",
)
HEAVY = ("torch", "sklearn.cluster", "streamlit", *{m for p in PROJECTIONS.values() for m in p.heavy})


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_by(path: Path) -> list[str]:
    """All that a module imports, as dotted names: ``package.module.name``."""
    dotted = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            dotted += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            dotted += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
    return dotted


def test_what_the_page_loads_is_light():
    script = f"""
import importlib, sys
for module in {LIGHT}:
    importlib.import_module(module)
    print(module, *[heavy for heavy in {HEAVY} if heavy in sys.modules])
"""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    found = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[:-1] == list(LIGHT)


def test_every_module_says_what_is_here():
    assert [named(path) for path in [*LIBRARY, *PAGES] if not ast.get_docstring(tree_of(path))] == []


def test_there_is_no_lumber_room():
    lumber = ("utils", "util", "helpers", "helper", "common", "misc")
    assert [named(path) for path in [*LIBRARY, *PAGES, *TESTS, *BENCHMARKS] if path.stem.strip("_") in lumber] == []


def test_pages_are_short():
    assert [named(path) for path in PAGES if len(path.read_text(encoding="utf-8").splitlines()) > 200] == []


def test_what_is_private_stays_in_its_package():
    """``_name``, a module or what is in it, is imported by modules of the folder that it lies in, or of one below."""
    offenders = []
    for path in [*LIBRARY, *PAGES, *BENCHMARKS]:
        package = ".".join(path.relative_to(REPOSITORY).parent.parts)
        for dotted in imported_by(path):
            owner = dotted[: match.start()] if (match := re.search(r"\._(?!_)", dotted)) else package
            if not f"{package}.".startswith(f"{owner}."):
                offenders.append(f"{named(path)} imports {dotted}")
    assert offenders == []
