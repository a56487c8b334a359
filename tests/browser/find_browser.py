"""Find a Chromium or Chrome for the browser tests, or install one, or say how to get one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
HOW = (
    "The browser tests need Chromium or Chrome, and none could be found or installed. On Debian or Ubuntu: "
    "sudo apt-get install chromium. Elsewhere: .venv/bin/python -m playwright install --with-deps chromium, or set "
    "DEEPCLUST_BROWSER to the path of a browser."
)


def installed() -> str | None:
    """The browser named by DEEPCLUST_BROWSER, or one that is installed on this machine."""
    named = os.environ.get("DEEPCLUST_BROWSER")
    found = [named] if named else [path for path in map(shutil.which, NAMES) if path]
    found += [path for path in APPLICATIONS if Path(path).exists()]
    return found[0] if found else None


def browser() -> str:
    """Path of a browser; it is installed if need be (Debian's package as root, else Playwright's own).

    RuntimeError with the line that tells how to get one.
    """
    path = installed()
    if path is None and shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(["apt-get", "install", "--yes", "chromium"], **quiet)
        path = installed()
    if path is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        path = _playwrights_own()
    if path is None:
        raise RuntimeError(HOW)
    return path


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    print(browser())
