"""The house keeps its floors: imports go down only, start-up stays light, and no room is a lumber room."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
LIBRARY = sorted((REPOSITORY / "deepclust").rglob("*.py"))
PAGES = sorted((REPOSITORY / "pages").rglob("*.py"))
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
HEAVY = ("torch", "umap", "openTSNE", "sklearn.cluster", "numba", "streamlit")


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def test_modules_import_from_lower_floors_only():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    found = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


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


@pytest.mark.parametrize("path", [*LIBRARY, *PAGES], ids=named)
def test_every_module_says_what_is_here(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{named(path)} has no docstring"


def test_there_is_no_lumber_room():
    rooms = [*LIBRARY, *PAGES, *(REPOSITORY / "tests").rglob("*.py"), *(REPOSITORY / "benchmarks").rglob("*.py")]
    assert [
        named(p) for p in rooms if p.stem.strip("_") in ("utils", "util", "helpers", "helper", "common", "misc")
    ] == []


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_pages_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("path", [*LIBRARY, *PAGES], ids=named)
def test_only_the_pages_know_streamlit(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    if path in LIBRARY:
        assert not imported & {"streamlit", "pages"}
    else:
        assert "torch" not in imported
