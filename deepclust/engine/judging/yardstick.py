"""What any network has to beat on some data: LocalMAP + k-means, in a process of its own that no page waits for.

`python -m deepclust.engine.judging.yardstick RUNS_FOLDER KEY REFERENCE K`. It writes yardsticks/<key>.json in the runs folder,
once for the samples of a data set (by their content) and a number of clusters; the map is kept beside it for other numbers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deepclust.disk import load_arrays, make_folder, save_arrays
from deepclust.engine.detached.process import yield_to_the_page
from deepclust.engine.detached.work import Report, Work, failure
from deepclust.owner import recent
from deepclust.records import Seconds
from deepclust.runs import RunStore
from deepclust.runs.run import ENDED, Judged

METHOD = "LocalMAPKMeans"
LARGEST = 100_000  # samples
BELIEVED = 600.0  # seconds for which a process that was killed is not tried again
WARM_UP = 200  # samples of a fit before the clock runs, which loads and compiles


@dataclass(frozen=True)
class Yardstick(Report):
    """Its clusters, judged as those of a run are (``judged``), and the seconds of map and clusters together (``took``)."""

    judged: Judged | None = None
    took: Seconds = 0.0


def yardstick_of(root: Path, fingerprint: str, n_clusters: int) -> Work[Yardstick]:
    """The place of the yardstick of samples with that fingerprint, sorted into n_clusters."""
    return Work(root / "yardsticks" / f"{fingerprint}-{n_clusters}.json", __name__, Yardstick)


def ask_for_yardstick(
    store: RunStore, ref: Mapping[str, Any], fingerprint: str, n_samples: int, n_clusters: int, may_start: bool = True
) -> Yardstick:
    """The yardstick if it is there, else see that it is measured: to be called again and again.

    It keeps out of the way: nothing is started while a run is going. Nothing is raised: what failed says why.
    """
    work = yardstick_of(store.root, fingerprint, n_clusters)
    last = work.read()
    if last.state == "lost" and recent(last.heartbeat, BELIEVED):
        return replace(last, state="failed")  # killed, maybe for lack of memory: the next one would be, too
    if last.state not in ("missing", "lost", "stopped"):
        return last
    if n_samples > LARGEST:
        return Yardstick("failed", error=f"It is measured on up to {LARGEST:,} samples, and these are {n_samples:,}.")
    if any(run.status().state not in ENDED for run in store.recent()):
        return Yardstick("missing", doing="when nothing trains here")
    if not may_start:
        return Yardstick("missing", doing="in a moment")
    try:
        make_folder(work.path.parent)
    except OSError as error:
        return Yardstick("failed", error=failure(error))
    return work.keep(str(store.root), fingerprint, json.dumps(dict(ref)), str(n_clusters))


def measure(store: RunStore, ref: Mapping[str, Any], fingerprint: str, n_clusters: int) -> Iterator[dict[str, Any]]:
    """Lay out the samples, or take the map that is there, and sort it, as changes of the `Yardstick`."""
    from deepclust.data.references import open_dataset
    from deepclust.engine.training.train import judge
    from deepclust.methods import find_method

    yield {"doing": "opening the data"}
    data = open_dataset(ref, store.datasets)
    if data.fingerprint != fingerprint:
        raise ValueError(f"{data.title} has changed: its samples are not the same any more.")
    kept = store.root / "yardsticks" / f"{fingerprint}.npz"
    before, X = 0.0, data.X
    if kept.exists():
        arrays = load_arrays(kept)
        before, X = float(arrays["seconds"]), arrays["points"]
        model = find_method("KMeans")(n_clusters=n_clusters, scaling="none")
    else:
        model = find_method(METHOD)(n_clusters=n_clusters)
        find_method(METHOD)(n_clusters=2).fit(X[:: max(1, len(X) // WARM_UP)])
    yield {"doing": "islands and their groups"}
    begun = time.perf_counter()
    model.fit(X)
    took = time.perf_counter() - begun
    if not kept.exists():
        save_arrays(kept, {"points": model.embedding_, "seconds": took})
    yield {"judged": judge(model.embedding_, model.labels_, data.judged), "took": before + took}


def main() -> None:
    """Entry point of the process; a second one for the same yardstick ends at once."""
    root, fingerprint, ref, n_clusters = sys.argv[1:5]
    yield_to_the_page()
    store, k = RunStore(root), int(n_clusters)
    with suppress(ValueError):  # another process is at it
        yardstick_of(store.root, fingerprint, k).carry_out(Yardstick(), measure(store, json.loads(ref), fingerprint, k))


if __name__ == "__main__":
    main()
