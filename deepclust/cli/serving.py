"""`app`: start the app and open it in the browser."""

from __future__ import annotations

import argparse
import importlib
import os
import runpy
import sys
from pathlib import Path

from deepclust.place import APP

# by name: the app floor above is not known here, only what will be asked for
FIRST_PAGE = (
    "pandas",
    "PIL.PngImagePlugin",
    "deepclust.engine.maps.projector",
    "deepclust.engine.training.standby",
    "deepclust.figures.pictures",
    "deepclust.metrics.exemplars",
    "deepclust.projections",
)


def app(asked: argparse.Namespace) -> int:
    """Become the Streamlit server. What the first page needs is loaded before the server answers anyone."""
    for variable in ("DEEPCLUST_RUNS", "DEEPCLUST_DATA", "DEEPCLUST_FOLDERS"):  # are seen from where the user stands
        named = os.environ.get(variable, "")
        folders = named.split(os.pathsep) if variable == "DEEPCLUST_FOLDERS" else [named]
        os.environ[variable] = os.pathsep.join(str(Path(f).expanduser().absolute()) for f in folders if f)
    os.chdir(APP)  # the app's .streamlit/config.toml is read from here
    for name in FIRST_PAGE:
        importlib.import_module(name)
    # Streamlit takes a folder called pages for a list of pages until app.py has run once (docs/decisions/0004)
    importlib.import_module("streamlit.runtime.pages_manager").PagesManager.uses_pages_directory = False
    headless = ["--server.headless", "true"] if asked.headless else []
    sys.argv = ["streamlit", "run", "app.py", "--server.port", str(asked.port), *headless]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0
