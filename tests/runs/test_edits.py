"""The edits in the folder of a run: undo and redo of anything, damage, other windows, and a result that stays."""

from __future__ import annotations

import json
import threading
import zlib
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest

from deepclust.disk import save_arrays
from deepclust.results import ClusterResult
from deepclust.runs import Run, RunConfig, RunStore, edits
from deepclust.runs.edit_kinds import Edit, Gather, Merge, Rename, Reset, Split, split

LABELS = np.repeat([0, 1, 2], [20, 30, 10]).astype(np.int64)
EMBEDDING = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    config = RunConfig({"name": "blobs"}, "Blobs", "0", "vector", 60, (2,), "KMeans", {"n_clusters": 3})
    made = RunStore(tmp_path).create(config)
    ClusterResult(LABELS, EMBEDDING).save(made.folder / "result.npz")
    save_arrays(made.folder / "labels_by_k.npz", {"2": (LABELS > 0).astype(np.int16), "3": LABELS.astype(np.int16)})
    return made


def state(run: Run, k: int = 3) -> tuple[list[int], tuple[str, ...]]:
    labels, names = edits.edited(run, k)
    return labels.tolist(), names


def some_edits() -> list[Edit]:
    return [
        Rename(0, 'Zebras <i>"🦓"</i>'),
        split(LABELS, EMBEDDING, 1, 3),
        Merge((0, 2)),
        Gather(np.array([1, 2, 59])),
        Reset(),
        Rename(2, "Owls"),
        Merge((0, 1, 2)),
    ]


def test_without_edits_the_labels_and_names_are_those_that_were_found(run: Run) -> None:
    labels, names = edits.edited(run, 3)
    assert labels.dtype == np.int64
    assert labels.tolist() == LABELS.tolist()
    assert names == ("Cluster A", "Cluster B", "Cluster C")
    assert not (run.folder / "edits").exists()
    with pytest.raises(ValueError, match=r"no clusters at k = 9\. Choose 2 to 3"):
        edits.edited(run, 9)


def test_undo_restores_every_state_and_redo_makes_it_again(run: Run) -> None:
    states = [state(run)]
    for edit in some_edits():
        edits.add(run, 3, edit)
        states.append(state(run))
    assert len({str(s) for s in states}) == len(states) - 1, "every edit shows; only the reset is as at first"
    for before in reversed(states[:-1]):
        edits.undo(run, 3)
        assert state(run) == before
    edits.undo(run, 3)
    assert state(run) == states[0], "there is nothing left to undo"
    for after in states[1:]:
        edits.redo(run, 3)
        assert state(run) == after
    edits.redo(run, 3)
    assert state(run) == states[-1]


def test_an_edit_after_an_undo_forgets_what_was_undone(run: Run) -> None:
    edits.add(run, 3, Merge((0, 1)))
    edits.undo(run, 3)
    now = edits.add(run, 3, Rename(0, "new"))
    assert now.undone == ()
    edits.redo(run, 3)
    assert state(run)[0] == LABELS.tolist()


def test_every_k_has_edits_of_its_own_and_the_result_stays(run: Run) -> None:
    before = {name: (run.folder / name).read_bytes() for name in ("result.npz", "labels_by_k.npz")}
    edits.add(run, 3, Merge((0, 1)))
    assert state(run, 2)[0] == (LABELS > 0).astype(int).tolist()
    edits.add(run, 2, Rename(1, "two"))
    assert state(run, 3)[1][1] == "Cluster B"
    assert before == {name: (run.folder / name).read_bytes() for name in before}


def test_what_is_changed_is_known(run: Run) -> None:
    assert not edits.look(run, 3).changed
    assert edits.add(run, 3, Rename(0, "x")).changed
    now = edits.add(run, 3, Reset())
    assert not now.changed
    assert [edit.words for edit in now.done] == ["name of cluster A: x", "return to what the method found"]


def test_a_refused_edit_leaves_the_others_as_they_were(run: Run) -> None:
    edits.add(run, 3, Merge((0, 1)))
    kept = edits.stored(run, 3)
    with pytest.raises(ValueError, match="no cluster A any more"):
        edits.add(run, 3, Rename(0, "gone"))
    assert edits.stored(run, 3) == kept


def damaged(text: str, **changes: object) -> bytes:
    return json.dumps(json.loads(text) | changes).encode()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"",
        lambda text: text[:40].encode(),
        lambda text: b"\xff\xfe\x00",
        lambda text: b"[]",
        lambda text: b"[" * 100_000,
        lambda text: damaged(text, done=99),
        lambda text: damaged(text, done=True),
        lambda text: damaged(text, edits=[{"what": "rename", "cluster": "0", "name": 1}]),
        lambda text: damaged(text, edits=[{"what": "explode"}]),
        lambda text: damaged(text, edits=[{"what": "merge", "clusters": [0, 77]}]),
        lambda text: damaged(text, edits=[{"what": "rename", "cluster": 10**30, "name": "x"}]),
        lambda text: damaged(text, edits=[{"what": "split", "cluster": 1, "parts": "?"}]),
        lambda text: damaged(text, edits=[{"what": "split", "cluster": 1, "parts": bomb()}]),
    ],
)
def test_a_damaged_file_gives_a_message_and_the_unedited_clusters(run: Run, damage: object) -> None:
    edits.add(run, 3, Merge((0, 1)))
    path = run.folder / "edits" / "3.json"
    spoilt = damage(path.read_text()) or b" "  # type: ignore[operator]
    path.write_bytes(spoilt)
    now = edits.look(run, 3)
    assert "damaged" in now.trouble
    assert now.labels.tolist() == LABELS.tolist()
    after = edits.add(run, 3, Rename(2, "again"))
    assert (after.trouble, after.names[2]) == ("", "again")
    assert (run.folder / "edits" / "3.damaged").read_bytes() == spoilt


def bomb() -> str:
    return b64encode(zlib.compress(bytes(50_000_000))).decode()


def test_edits_of_clusters_that_were_found_anew_are_left_aside(run: Run) -> None:
    edits.add(run, 3, Merge((0, 1)))
    save_arrays(run.folder / "labels_by_k.npz", {"3": LABELS[::-1].astype(np.int16)})
    now = edits.look(run, 3)
    assert "found other clusters" in now.trouble
    assert now.labels.tolist() == LABELS[::-1].tolist()


def test_two_windows_lose_none_of_their_edits(run: Run) -> None:
    def rename(cluster: int) -> None:
        for turn in range(10):
            edits.add(run, 3, Rename(cluster, f"{cluster} {turn}"))

    windows = [threading.Thread(target=rename, args=(cluster,)) for cluster in (0, 1)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    now = edits.look(run, 3)
    assert len(now.done) == 20
    assert now.names == ("0 9", "1 9", "Cluster C")


def test_a_run_without_labels_of_other_k_can_be_edited_at_its_own(run: Run) -> None:
    (run.folder / "labels_by_k.npz").unlink()
    edits.add(run, 3, Rename(1, "own"))
    assert state(run)[1][1] == "own"


def test_parts_and_samples_come_back_as_they_were_kept(run: Run) -> None:
    parts = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], 10)).astype(np.uint8)
    edits.add(run, 3, Split(1, parts))
    edits.add(run, 3, Gather(np.array([0, 7, 59])))
    found, gathered = edits.look(run, 3).done
    assert isinstance(found, Split)
    assert isinstance(gathered, Gather)
    assert found.parts.tolist() == parts.tolist()
    assert gathered.samples.tolist() == [0, 7, 59]
