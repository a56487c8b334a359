"""Where the app lies: the folder of app.py, pages, assets and .streamlit."""

from __future__ import annotations

from pathlib import Path

_LIBRARY = Path(__file__).resolve().parent

#: Inside the library where a wheel was installed, beside it in a checkout.
APP = _LIBRARY / "_app" if (_LIBRARY / "_app").is_dir() else _LIBRARY.parent
ASSETS = APP / "assets"
