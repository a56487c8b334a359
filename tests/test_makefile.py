"""`make` finds the newest Python that really runs, among shims, old ones and none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
TOOLS = ("sh", "sort", "tail", "cut", "rm", "mkdir", "cp")
SHIM = """#!/bin/sh
echo "pyenv: $0: command not found" >&2
exit 127
"""
PYTHON = """#!/bin/sh
echo "asked $0" >> {log}
if [ "$1" = -c ]; then
    exec {real} -c 'import sys; sys.version_info = (3, {minor}, 0); sys.executable = sys.argv[2]; exec(sys.argv[1])' "$2" "$0"
fi
echo "made by $0" >> {log}
{then}
"""
MADE = 'mkdir -p "$3/bin" && cp "$0" "$3/bin/python"'

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., tuple[subprocess.CompletedProcess[str], list[str]]]:
    """Make the environment where the PATH holds these Pythons: name -> minor version, or None for a shim of nothing.

    Returns what make answered, and the log of the Pythons.
    """
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    folder, log = tmp_path / "a bin", tmp_path / "log"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))

    def run(*words: str, then: str = MADE, **pythons: int | None):
        for name, minor in pythons.items():
            text = PYTHON.format(log=log, real=sys.executable, minor=minor, then=then) if minor else SHIM
            path = folder / name.replace("_", ".")
            path.write_text(text)
            path.chmod(0o755)
        command = [str(shutil.which("make")), ".venv/bin/python", *(word.replace("BIN", str(folder)) for word in words)]
        answer = subprocess.run(
            command, cwd=tmp_path, env={"PATH": str(folder)}, capture_output=True, text=True, timeout=60, check=False
        )
        return answer, [line.replace(f"{folder}/", "") for line in log.read_text().splitlines()] if log.exists() else []

    return run


def test_the_newest_that_runs_and_each_is_asked_once(make, tmp_path):
    answer, log = make(python3=12, python=12, python3_14=None, python3_13=13, python3_11=None)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert log == ["asked python3", "asked python", "asked python3.13", "asked python3.13", "made by python3.13"]
    assert (tmp_path / ".venv" / "bin" / "python").is_file()


def test_a_plain_name_may_be_the_newest(make):
    assert make(python3=13, python3_11=11, python3_12=12)[1][-1] == "made by python3"


def test_one_that_the_pinned_packages_know_comes_before_a_newer_one(make):
    assert make(python3=15, python3_12=12)[1][-1] == "made by python3.12"
    assert make("-B", python3=15, python3_12=None)[1][-1] == "made by python3"


def test_one_that_is_named_is_the_one(make):
    answer, log = make("PYTHON=BIN/python3.11", python3=13, python3_11=11)
    assert answer.returncode == 0
    assert log[-1] == "made by python3.11"
    assert "asked python3" not in log


@pytest.mark.parametrize("pythons", [{}, {"python3": None, "python3_12": None}, {"python3": 10, "python3_9": 9}])
def test_none_is_said_with_what_to_do(make, pythons):
    answer, _ = make(**pythons)
    assert answer.returncode != 0
    assert answer.stdout == "DeepClust needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3.\n"
    assert "pyenv" not in answer.stderr


def test_half_an_environment_is_not_taken_for_one(make, tmp_path):
    """Debian's Python without python3-venv links the interpreter and then gives up."""
    answer, _ = make(then=f"{MADE}; exit 1", python3=13)
    assert answer.returncode != 0
    assert "apt install python3-venv" in answer.stdout
    assert not (tmp_path / ".venv" / "bin" / "python").exists()
