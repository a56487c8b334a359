"""The clusters of a report: for each its size, how sure it is, and the pictures that stand for it."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.exports.view import View
from deepclust.figures.pictures import SMALL, ValueRange, png_bytes, png_data_uri, sprite
from deepclust.figures.theme import colour, text_mark
from deepclust.metrics.external import majorities

PER_ROW = 14
QUALITY = 80  # of WebP, for pictures that are more than some pixels wide
MANY = 60  # clusters; of more, only the typical samples are shown


def cluster_rows(view: View) -> Iterator[str]:
    """The HTML of the clusters, one after the other."""
    clusters, counts = np.unique(view.labels, return_counts=True)
    charts = view.data is not None and not view.data.pictured
    value_range = (view.data.X.min(axis=0), view.data.X.max(axis=0)) if charts and view.data is not None else None
    classes = {} if view.classes is None else majorities(view.classes, view.labels)
    lists = {"Most typical": view.best.typical}
    if len(clusters) <= MANY:
        lists["Borderline"] = view.best.borderline
    for cluster, n in zip(clusters.tolist(), counts.tolist(), strict=True):
        members = view.labels == cluster
        words = f"{n:,} samples ({n / len(members):.1%}) · confidence {view.best.confidence[members].mean():.2f}"
        if cluster in classes:
            most, share = classes[cluster]
            words += f" · mostly {view.class_name(most)} ({share:.0%})"
        pictures = ""
        if view.data is not None:
            for kind, samples in lists.items():
                address = _address(view.data, samples[cluster][:PER_ROW], value_range)
                alt = html.escape(f"{kind} samples of {view.name(cluster)}")
                pictures += f'<span class="faint">{kind}</span><img src="{address}" alt="{alt}">'
        yield (
            f'<div class="cluster"><span style="color:{colour(cluster)};font-size:1.2rem">{text_mark(cluster)}</span> '
            f"<b>{html.escape(view.name(cluster))}</b> <span class='faint'>{html.escape(words)}</span>"
            f'<div class="bar"><i style="width:{100 * n / counts.max():.1f}%;background:{colour(cluster)}"></i></div>'
            f"{pictures}</div>\n"
        )


def _address(data: Dataset, rows: np.ndarray, value_range: ValueRange | None) -> str:
    """Samples side by side as an address for ``<img>``: PNG with hard pixels for small pictures, else WebP."""
    image = sprite(data.shown(rows), columns=PER_ROW, value_range=value_range)
    if not data.pictured or max(data.shown_shape[:2]) <= SMALL:
        return png_data_uri(png_bytes(image if data.pictured else image.quantize(64)))
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=QUALITY)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
