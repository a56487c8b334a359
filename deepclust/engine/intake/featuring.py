"""Features of pictures, made once by a process of its own and kept as a data set; it speaks in OWN_FOLDER/featuring/KEY.json."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.own import keep_dataset, key_of, small
from deepclust.data.picture_networks import STANDS_APART, PictureNetwork, find_network
from deepclust.data.references import open_dataset
from deepclust.disk import make_folder
from deepclust.engine.detached.process import reap, yield_to_the_page
from deepclust.engine.detached.work import Report, Work

COMPONENTS = 128  # directions of PCA that a method is given, at most


@dataclass(frozen=True)
class Featuring(Report):
    """How far the features of a data set are: pictures done, of all. ref: the data set that was made, where it is done."""

    done: int = 0
    total: int = 0
    ref: Mapping[str, Any] = field(default_factory=dict)


def featuring_of(dataset: Dataset, network: str, own_folder: Path) -> Work[Featuring]:
    """The place of this work: the same pictures, labels and network are the same work."""
    name = f"{key_of(dataset)}-{network}"
    return Work(own_folder.absolute() / "featuring" / f"{name}.json", "deepclust.engine.intake.featuring", Featuring)


def featuring(dataset: Dataset, network: str, own_folder: Path) -> Featuring:
    """How far it is. What was deleted since is missing, and what died without a word has failed."""
    reap()
    report = featuring_of(dataset, network, own_folder).read()
    if report.state == "done" and not (own_folder / f"{report.ref.get('own')}.npz").exists():
        return Featuring()
    if report.state == "lost":
        return replace(
            report, state="failed", error="The features were not finished, perhaps for want of memory. Try again."
        )
    return report


def start_features(ref: Mapping[str, Any], dataset: Dataset, network: str, own_folder: Path) -> Featuring:
    """See that the features of the data set of a reference are made. ValueError or OSError where that cannot be begun."""
    _check(dataset)
    find_network(network, own_folder)
    if (report := featuring(dataset, network, own_folder)).state == "done":
        return report
    work = featuring_of(dataset, network, own_folder)
    make_folder(work.path.parent)
    first = Featuring(doing="Starting", total=dataset.n_samples)
    return work.start(json.dumps(dict(ref)), network, str(own_folder.absolute()), first=first)


def features_here(
    dataset: Dataset, network: str, own_folder: Path, watch: Callable[[Featuring], object] | None = None
) -> dict[str, Any]:
    """The reference of the data set with features, made in this process unless it is there. ValueError if it cannot be."""
    _check(dataset)
    report = featuring(dataset, network, own_folder)
    if report.state != "done":
        work = featuring_of(dataset, network, own_folder)
        make_folder(work.path.parent)
        steps = _steps(dataset, find_network(network, own_folder), own_folder)
        report = work.carry_out(Featuring(total=dataset.n_samples), steps, watch)
    if report.state != "done":
        raise ValueError(report.error or "The features were not finished.")
    return dict(report.ref)


def _check(dataset: Dataset) -> None:
    if dataset.kind != "image":
        raise ValueError(
            f"Features of pictures need pictures, and {dataset.title} holds data of the kind {dataset.kind!r}."
        )


def _steps(dataset: Dataset, network: PictureNetwork, own_folder: Path) -> Iterator[dict[str, Any]]:
    """Make them batch by batch and keep them; what is yielded changes the report."""
    from deepclust.nets.picture_features import features, load_network

    blocks, done = [], 0
    yield {"doing": f"Loading {network.title}"}
    for block in features(dataset.X, network, load_network(network)):
        blocks.append(block)
        done += len(block)
        yield {"doing": "Looking at the pictures", "done": done}
    yield {"doing": "Keeping the features"}
    yield {"ref": _keep(with_features(dataset, np.concatenate(blocks), network.title), own_folder)}


def with_features(dataset: Dataset, X: np.ndarray, title: str) -> Dataset:
    """The data set with features (n, d) in the place of its pictures, which it keeps to be shown."""
    spread = float(np.sqrt(np.square(X - X.mean(axis=0)).sum(axis=1).mean() / COMPONENTS))
    X = X / np.float32(spread or 1.0)  # one factor, for networks that want directions of PCA of a spread of about 1
    pixels = small(dataset)
    if pixels.dtype != np.uint8:
        pixels = np.rint(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
    note = f"The numbers are {X.shape[1]:,} features that {title} sees in each picture. {STANDS_APART}"
    return replace(
        dataset,
        X=X,
        kind="vector",
        feature_names=(),
        pictures=pixels,
        features=title,
        title=f"{dataset.title}, features",
        notes=(*dataset.notes, note),
    )


def _keep(dataset: Dataset, own_folder: Path) -> dict[str, Any]:
    ref: dict[str, Any] = dict(keep_dataset(dataset, own_folder))
    components = min(COMPONENTS, dataset.n_samples, *dataset.feature_shape)
    return {**ref, "prepare": {"how": "pca", "n_components": components}}


def main() -> None:
    """Entry point of the process; a second one at the same work ends at once."""
    yield_to_the_page()
    ref, network, folder = sys.argv[1:4]
    own_folder = Path(folder)
    with suppress(ValueError):
        features_here(open_dataset(json.loads(ref), own_folder), network, own_folder)


if __name__ == "__main__":
    main()
