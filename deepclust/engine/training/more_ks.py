"""More steps for the k slider of a finished run: clusters, sizes and scores at further k."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from deepclust.data.references import open_dataset
from deepclust.disk import save_arrays, write_json
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.train import judge
from deepclust.results import BY_KMEANS
from deepclust.runs import Run, RunStore
from deepclust.selection.k.every_k import recluster


def add_ks(run: Run, ks: Iterable[int]) -> dict[int, np.ndarray]:
    """Labels int64 (n,) of a run at every k of ``ks`` and of its slider; those that were missing are added to its folder.

    They are made as the run made those of its slider. New clusters have the numbers of those of the nearest k that was
    there, or fresh ones. The data set is opened for the scores of metrics.json only; where it has gone, they are left out.
    """
    known = run.labels_by_k()
    missing = sorted(k for k in set(ks) if k not in known)
    if known and not missing:
        return known
    result = run.result()
    embedding = result.embedding
    known = known or {run.config.n_clusters: result.labels}
    anchor = min(known, key=lambda k: abs(k - missing[0]))
    taken = np.unique(np.concatenate([*known.values()])).tolist()
    regroup = None if run.regrouping == BY_KMEANS else load_model(run).regrouping(embedding)
    new = recluster(embedding, missing, base=known[anchor], base_k=anchor, taken=taken, regroup=regroup)
    both = dict(sorted({**known, **new}.items()))
    y = _labels(run)
    metrics = run.metrics()
    by_k = metrics.get("by_k", {}) | {str(k): judge(embedding, new[k], y) for k in missing}
    write_json(run.folder / "metrics.json", metrics | {"by_k": by_k}, sync=True)
    save_arrays(
        run.folder / "labels_by_k.npz", {str(k): labels.astype(np.int16) for k, labels in both.items()}, sync=True
    )
    return both


def _labels(run: Run) -> np.ndarray | None:
    try:
        data = open_dataset(run.config.dataset, RunStore(run.folder.parent).datasets)
    except (ValueError, OSError):
        return None
    return data.judged if data.fingerprint == run.config.fingerprint else None
