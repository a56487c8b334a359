"""Of hundreds of hostile zips each opens as a run whose files all load, or is refused in one sentence."""

from __future__ import annotations

import io
import zipfile
from itertools import islice

import numpy as np
import pytest

from deepclust.events import Progress, Snapshot, Stage
from deepclust.exports.bundle import write_bundle
from deepclust.exports.unpacking import open_bundle
from deepclust.runs import Run, RunStore
from tests.hostile import Members, hostile, packed

PARTS = 16


@pytest.fixture
def members(vectors: Run, store: RunStore) -> Members:
    vectors.rewind(0, 0)  # to a single snapshot: every zip is read whole
    vectors.record(Stage("Clusters", 1, {"loss": "falls"}))
    vectors.record(Progress("Clusters", 1, {"loss": 1.0}, 0.1))
    space, labels = vectors.result().embedding, vectors.result().labels
    vectors.record(Snapshot("Clusters", 1, np.arange(60), space, labels), space[:, :2])
    target = io.BytesIO()
    write_bundle(vectors, store, target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
def test_every_zip_opens_whole_or_is_refused_in_a_sentence(members, tmp_path, part):
    elsewhere = RunStore(tmp_path / "elsewhere")
    n_opened, refusals = 0, []
    for name, zipped in islice(hostile(members), part, None, PARTS):
        try:
            run = open_bundle(packed(zipped), elsewhere)
        except ValueError as error:
            refusals.append(str(error))
            continue
        n_opened += 1
        assert [run.id] == [run.id for run in elsewhere.runs()], name
        assert run.status().state in ("done", "stopped"), name
        result, by_k = run.result(), run.labels_by_k()
        assert np.isfinite(result.embedding).all(), name
        assert run.config.n_clusters in by_k, name
        assert all(len(labels) == run.config.n_samples for labels in by_k.values()), name
        for number in range(run.n_snapshots):
            shot = run.snapshot(number)
            assert np.isfinite(shot["embedding"]).all(), name
            assert int(shot["epoch"]) >= 0, name
            assert "[" not in str(shot["stage"]), name
        for event in run.events()[0]:
            assert event["kind"] in ("stage", "progress", "note"), name
        elsewhere.delete(run)
    assert n_opened > 10
    assert all(sentence.strip() and "\n" not in sentence for sentence in refusals)
    assert not [path for path in elsewhere.root.glob("*/*") if path.is_file() and path.parent.name != "datasets"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("run/metrics.json", b" " * (200 * 2**20)),
        ("run/events.jsonl", b"{}\n" * (20 * 2**20 // 3)),
        ("run/status.json", b"[" * (17 * 2**20)),
    ],
)
def test_what_unpacks_to_far_more_than_it_is_costs_nothing(members, tmp_path, monkeypatch, file, content):
    zipped = packed(members | {file: content})
    assert len(zipped.getvalue()) < 2**20
    monkeypatch.setattr("deepclust.exports.unpacking._unpacked", None)  # refused by the sizes alone
    with pytest.raises(ValueError, match="would unpack to"):
        open_bundle(zipped, RunStore(tmp_path / "elsewhere"))


def test_many_events_are_read_one_by_one_and_kept(members, tmp_path):
    line = '{{"kind": "progress", "stage": "Clusters", "epoch": {}, "losses": {{"loss": {}}}, "seconds": {}}}\n'
    dice = np.random.default_rng(0)
    lines = "".join(line.format(epoch, dice.random(), dice.random()) for epoch in range(10_000))
    run = open_bundle(packed(members | {"run/events.jsonl": lines.encode()}), RunStore(tmp_path / "elsewhere"))
    assert [event["epoch"] for event in run.events()[0]] == list(range(10_000))
