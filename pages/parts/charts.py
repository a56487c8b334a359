"""What Plotly charts offer besides themselves: a camera that saves them as SVG, made in the browser."""

from __future__ import annotations

from typing import Any

SAVED: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "deepclust-figure"},
}
