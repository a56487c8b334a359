"""A run as a zip: what goes along, what another machine makes of it, and that no path of this one is in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.references import open_dataset
from deepclust.engine.training.train import train
from deepclust.exports.bundle import own_data_size, size_of, write_bundle
from deepclust.exports.unpacking import open_bundle
from deepclust.exports.view import data_of
from deepclust.runs import Run, RunStore
from deepclust.runs.edits import Rename, add, edited
from deepclust.runs.remarks import Remarks, remarks_of, say_of


def bundle(run: Run, store: RunStore, with_data: bool = True) -> io.BytesIO:
    target = io.BytesIO()
    write_bundle(run, store, target, with_data=with_data)
    return target


@pytest.fixture
def elsewhere(tmp_path: Path) -> RunStore:
    """The runs of another machine."""
    return RunStore(tmp_path / "elsewhere")


def test_another_machine_has_the_same_run_with_edits_maps_and_data(
    vectors: Run, store: RunStore, elsewhere: RunStore
) -> None:
    add(vectors, 3, Rename(1, "Zebras"))
    there = open_bundle(bundle(vectors, store), elsewhere)
    assert there.id == vectors.id
    assert [r.id for r in elsewhere.runs()] == [there.id]
    for name in ("labels", "embedding", "cluster_centers"):
        np.testing.assert_array_equal(getattr(there.result(), name), getattr(vectors.result(), name))
    assert {k: v.tolist() for k, v in there.labels_by_k().items()} == {
        k: v.tolist() for k, v in vectors.labels_by_k().items()
    }
    assert there.metrics() == vectors.metrics()
    assert there.events()[0] == vectors.events()[0]
    assert there.n_snapshots == vectors.n_snapshots
    assert edited(there, 3)[1] == edited(vectors, 3)[1]
    assert sorted(p.name for p in (there.folder / "projections").iterdir()) == sorted(
        p.name for p in (vectors.folder / "projections").glob("*.npz")
    )
    status = there.status()
    assert (status.state, status.pid, status.host) == ("done", None, "")
    mine, theirs = data_of(vectors, store), data_of(there, elsewhere)
    np.testing.assert_array_equal(mine.X, theirs.X)
    assert mine.ids.tolist() == theirs.ids.tolist()
    assert mine.class_names == theirs.class_names
    assert [p.name for p in elsewhere.root.iterdir() if p.name.startswith(".")] == []


def test_what_was_said_of_a_run_is_taken_along(vectors: Run, store: RunStore, elsewhere: RunStore) -> None:
    said = say_of(vectors, Remarks("the best", ("keep",), "look at D"))
    assert remarks_of(open_bundle(bundle(vectors, store), elsewhere)) == said


def test_a_taken_id_gets_another_ending_and_both_stay(vectors: Run, store: RunStore) -> None:
    packed = bundle(vectors, store)
    second, third = open_bundle(packed, store), open_bundle(packed, store)
    assert len({vectors.id, second.id, third.id}) == 3
    assert second.id.startswith(vectors.id)
    assert len(store.runs()) == 3


def test_without_its_data_the_run_still_opens_and_finds_them_once_they_are_there(
    vectors: Run, store: RunStore, elsewhere: RunStore
) -> None:
    assert own_data_size(vectors, store) > 1_000
    there = open_bundle(bundle(vectors, store, with_data=False), elsewhere)
    assert there.has_result
    assert data_of(there, elsewhere) is None
    with pytest.raises(ValueError, match="There is no own data set"):
        open_dataset(there.config.dataset, elsewhere.datasets)
    open_bundle(bundle(vectors, store), elsewhere)
    assert data_of(there, elsewhere).n_samples == 60


def test_a_file_of_this_machine_becomes_a_data_set_and_its_path_stays_here(
    pictures: Run, store: RunStore, elsewhere: RunStore, tmp_path: Path
) -> None:
    packed = bundle(pictures, store)
    with zipfile.ZipFile(packed) as archive:
        for member in archive.infolist():
            assert str(tmp_path).encode() not in archive.read(member), member.filename
    there = open_bundle(packed, elsewhere)
    assert set(there.config.dataset) == {"own"}
    data = data_of(there, elsewhere)
    assert data.fingerprint == pictures.config.fingerprint
    assert data.y.tolist() == data_of(pictures, store).y.tolist()


def test_a_train_part_stays_one_with_its_scores_of_the_test_part(
    store: RunStore, elsewhere: RunStore, ask: Callable[..., Run], split_file: Path
) -> None:
    run = ask("KMeans", ref={"file": str(split_file), "part": "train"}, n_init=1)
    assert train(run, store).state == "done"
    there = open_bundle(bundle(run, store), elsewhere)
    assert there.config.dataset["part"] == "train"
    assert there.metrics()["test_part"] == run.metrics()["test_part"]
    assert data_of(there, elsewhere).fingerprint == run.config.fingerprint
    assert open_dataset(there.config.test_part, elsewhere.datasets).n_samples == 30


def test_what_serves_this_machine_only_stays_here(vectors: Run, store: RunStore) -> None:
    for name in ("checkpoint.pt", "worker.log", "worker.lock", "command.json", "choose_k.lock"):
        (vectors.folder / name).write_text("x")
    with zipfile.ZipFile(bundle(vectors, store)) as archive:
        names = archive.namelist()
        config = json.loads(archive.read("run/config.json"))
    assert {"run/config.json", "run/result.npz", "run/labels_by_k.npz", "run/metrics.json", "run/events.jsonl"} <= set(
        names
    )
    assert not [n for n in names if any(word in n for word in ("checkpoint", "worker", "command", "lock"))]
    assert config["dataset"] == dict(vectors.config.dataset)
    assert size_of(vectors) == sum((vectors.folder / n[4:]).stat().st_size for n in names if n.startswith("run/"))


def test_data_of_the_catalog_do_not_travel(store: RunStore, ask: Callable[..., Run], pictures: Run) -> None:
    run = ask("KMeans", ref={"name": "blobs"}, n_init=1)
    assert own_data_size(run, store) is None
    with pytest.raises(ValueError, match="has found nothing yet"):
        bundle(run, store)
