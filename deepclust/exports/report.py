"""A run as one HTML file that asks nothing of the network: no script, no link, every picture inside it."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import deepclust
from deepclust.data.catalog.reported import MEASURED_BY
from deepclust.data.catalog.table import reported_on
from deepclust.data.picture_networks import STANDS_APART
from deepclust.exports.gallery_rows import cluster_rows
from deepclust.exports.map_view import believed, drawn, finished_map
from deepclust.exports.view import View
from deepclust.figures.curve_svg import curves_svg
from deepclust.figures.flat_map import map_svg
from deepclust.figures.live import loss_series
from deepclust.methods import find_method
from deepclust.metrics.external import scores
from deepclust.metrics.matching import confusion
from deepclust.params import params_of
from deepclust.runs import RunStore
from deepclust.runs.table import HOW_TESTED

LARGEST_TABLE = 30  # classes and clusters of a confusion matrix that can still be read

# The policy makes the browser keep the promise, whatever a name in the data may hold.
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --faint: #606870; --line: #d9dbd3; --soft: #f1f2ee; }}
@media (prefers-color-scheme: dark) {{ :root {{ --faint: #a0a8b0; --line: #39414c; --soft: #1f242c; }} body {{ background: #14171c; color: #e8eaed; }} }}
body {{ font: 16px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; max-width: 1100px; margin: 2rem auto 4rem; padding: 0 1.2rem; }}
h1 {{ font-size: 1.7rem; margin-bottom: .2rem; }} h2 {{ font-size: 1.2rem; margin: 2.2rem 0 .6rem; }}
p.faint, .faint {{ color: var(--faint); }}
table {{ border-collapse: collapse; font-size: .92rem; }} td, th {{ padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }}
td.n, th.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
.tiles {{ display: flex; flex-wrap: wrap; gap: .7rem; }} .tile {{ background: var(--soft); border-radius: .6rem; padding: .5rem .9rem; }} .tile b {{ display: block; font-size: 1.35rem; }}
.two {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 0 2rem; }}
.map {{ max-width: 100%; border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; }} .map svg, .curves svg {{ display: block; width: 100%; height: auto; }}
.cluster {{ border-top: 1px solid var(--line); padding: .7rem 0; break-inside: avoid; }} .cluster img {{ max-width: 100%; image-rendering: pixelated; display: block; margin-top: .15rem; }}
.bar {{ background: var(--soft); border-radius: 4px; height: .55rem; max-width: 420px; margin: .2rem 0 .5rem; }} .bar i {{ display: block; height: 100%; border-radius: 4px; }}
.matrix td {{ text-align: right; padding: .2rem .5rem; border: 0; }} .scroll {{ overflow-x: auto; }}
</style></head><body>
"""


def write_report(view: View, store: RunStore, target: IO[bytes]) -> None:
    """Write the report, part after part."""
    for part in _parts(view, store):
        target.write(part.encode("utf-8", "replace"))


def _parts(view: View, store: RunStore) -> Iterator[str]:
    config = view.run.config
    title = f"{config.dataset_title} · {config.method} · k = {view.k}"
    when = time.strftime("%d %B %Y, %H:%M", time.localtime(config.created))
    yield _HEAD.format(title=_e(title))
    yield f"<h1>{_e(title)}</h1><p class='faint'>Trained on {when} with DeepClust {deepclust.__version__}. Run {_e(view.run.id)}."
    yield " The labels had been seen before this run.</p>" if config.labels_seen else "</p>"
    yield f"<p>{_e(find_method(config.method).summary)}</p>"
    yield "<h2>Numbers</h2>" + _tiles(view)
    yield _both_parts(view)
    yield "<h2>What was asked</h2>" + _asked(view)
    curves = curves_svg(loss_series(view.run.events()[0]))
    if curves:
        yield f"<h2>How it learned</h2><div class='curves'>{curves}</div>"
    found = finished_map(view, store)
    if found is not None:
        yield f"<h2>Map</h2><div class='map'>{map_svg(drawn(view, found))}</div><p class='faint'>{_e(believed(view, found))}</p>"
    yield "<h2>Clusters</h2>"
    if view.data is None:
        yield "<p class='faint'>The data were not at hand when this report was written, so there are no pictures.</p>"
    yield from cluster_rows(view)
    if view.classes is not None:
        yield _against_classes(view, view.classes)
    yield _others(view)
    yield "<p class='faint'>This file is whole: it holds its pictures, runs no script, and loads nothing from the network.</p>"
    yield "</body></html>\n"


def _tiles(view: View) -> str:
    at_k = view.run.metrics().get("by_k", {}).get(str(view.k), {})
    counts = np.unique(view.labels, return_counts=True)[1]
    tiles = [
        ("Samples", f"{len(view.labels):,}"),
        ("Clusters", f"{len(counts):,}"),
        ("Sizes", f"{counts.min():,} – {counts.max():,}"),
    ]
    if at_k.get("silhouette") is not None:
        tiles.append(("Silhouette", f"{at_k['silhouette']:.2f}"))
    words = ""
    if view.classes is not None and "acc" in at_k:
        tiles += [(name.upper(), f"{at_k[name]:.3f}") for name in ("acc", "nmi", "ari")]
        words = "ACC, NMI (divided by the larger entropy) and ARI judge the clusters as they were found."
    if view.is_edited:
        words += " Clusters were merged or split by hand; the map, sizes and pictures show them so."
        if view.judged is not None:
            edited = scores(view.judged, view.labels)
            words += f" With these edits: ACC {edited['acc']:.3f}, NMI {edited['nmi']:.3f}, ARI {edited['ari']:.3f}."
    if view.run.config.features:
        words += f" The method was given features of the pictures by {view.run.config.features}. {STANDS_APART}"
    if view.k != view.run.config.n_clusters:
        words += (
            f" These clusters are {view.run.regrouping}; the run was trained with k = {view.run.config.n_clusters}."
        )
    boxes = "".join(f"<div class='tile'>{_e(name)}<b>{_e(value)}</b></div>" for name, value in tiles)
    return f"<div class='tiles'>{boxes}</div>" + (f"<p class='faint'>{_e(words.strip())}</p>" if words else "")


def _both_parts(view: View) -> str:
    """Where the run has learned from a train part alone: what it makes of both parts."""
    metrics = view.run.metrics()
    test = metrics.get("test_part")
    if test is None:
        return ""
    rows = [("Train part, learned from", view.run.config.n_samples, metrics)]
    rows += [(f"Test part, {words}", test["n_samples"], test[how]) for how, words in HOW_TESTED.items()]
    shown = ("silhouette", *(("acc", "nmi", "ari") if view.classes is not None else ()))
    lines = "".join(
        f"<tr><td>{_e(name)}</td><td class='n'>{n:,}</td>{''.join(f'<td class=n>{_share(judged.get(key))}</td>' for key in shown)}</tr>"
        for name, n, judged in rows
    )
    head = "".join(f"<th class='n'>{_e(key.upper() if len(key) == 3 else key.title())}</th>" for key in shown)
    return (
        f"<h2>Train part and test part</h2><div class='scroll'><table><tr><th></th><th class='n'>Samples</th>{head}</tr>{lines}</table></div>"
        "<p class='faint'>Everything else in this report is of the train part.</p>"
    )


def _asked(view: View) -> str:
    config, status = view.run.config, view.run.status()
    shape = " × ".join(map(str, config.feature_shape))
    data = {
        "Data": config.dataset_title,
        "Samples": f"{config.n_samples:,} of {shape}",
        "Fingerprint": config.fingerprint,
        **({"Features": config.features} if config.features else {}),
        "Method": find_method(config.method).title,
        "Preset": config.preset or "–",
        "Seed": str(config.seed),
        "Device": status.where or config.device,
        "Seconds of training": f"{status.seconds:,.0f}",
    }
    labels = params_of(find_method(config.method))
    params = {labels[name].label if name in labels else name: str(value) for name, value in config.params.items()}
    return f"<div class='two'>{_facts(data)}{_facts(params)}</div>"


def _facts(values: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><td class='faint'>{_e(name)}</td><td>{_e(value)}</td></tr>" for name, value in values.items())
    return f"<div><table>{rows}</table></div>"


def _against_classes(view: View, y: NDArray[np.int64]) -> str:
    """How many samples of each class are in each cluster, matched pairs on the diagonal."""
    counts, clusters, classes = confusion(y, view.labels)
    if max(counts.shape) > LARGEST_TABLE:
        return ""
    head = "".join(f"<td>{_e(view.class_name(int(c)))}</td>" for c in classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    lines = []
    for row, cluster in enumerate(clusters.tolist()):
        cells = "".join(
            f"<td style='background:rgba(63,144,218,{0.75 * share:.2f})'>{n:,}</td>"
            if n
            else "<td class='faint'>·</td>"
            for n, share in zip(counts[row].tolist(), shares[row].tolist(), strict=True)
        )
        lines.append(f"<tr><td class='faint'>{_e(view.name(cluster))}</td>{cells}</tr>")
    table = f"<table class='matrix'><tr class='faint'><td></td>{head}</tr>{''.join(lines)}</table>"
    return f"<h2>Clusters against classes</h2><div class='scroll'>{table}</div>"


def _others(view: View) -> str:
    """What was reported on these data, and who measured it; the run's own accuracy beside them only where classes may be told."""
    features = view.data is not None and view.data.features
    reported = reported_on(view.run.config.dataset, view.data)
    if not reported:
        return ""
    at_k: dict[str, Any] = view.run.metrics().get("by_k", {}).get(str(view.k), {}) if view.classes is not None else {}
    rows = [(p.method, p.acc, p.nmi, MEASURED_BY[p.by], p.source, p.note) for p in reported]
    if features:  # its own accuracy stands apart, among the numbers above
        return "<h2>Others on the same data, without such features</h2>" + _table(rows)
    if "acc" in at_k:
        note = "labels had been seen" if view.run.config.labels_seen else "one seed"
        rows.insert(
            0,
            (
                f"{view.run.config.method} (this run{'' if view.run.config.test_part is None else ', train part'})",
                at_k["acc"],
                at_k["nmi"],
                "you",
                f"seed {view.run.config.seed}",
                note,
            ),
        )
    return "<h2>Others on the same data</h2>" + _table(rows)


def _table(rows: Sequence[tuple[str, float | None, float | None, str, str, str]]) -> str:
    lines = "".join(
        f"<tr><td>{_e(method)}</td><td class='n'>{_share(acc)}</td><td class='n'>{_share(nmi)}</td><td>{_e(by)}</td><td>{_e(source)}</td>"
        f"<td class='faint'>{_e(note)}</td></tr>"
        for method, acc, nmi, by, source, note in rows
    )
    head = "<tr><th>Method</th><th class='n'>ACC</th><th class='n'>NMI</th><th>Measured by</th><th>Source</th><th></th></tr>"
    return f"<div class='scroll'><table>{head}{lines}</table></div>"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _e(text: str) -> str:
    return html.escape(text)
