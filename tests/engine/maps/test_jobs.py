"""One projection job: its checks, where its data come from, eigenvectors kept and used again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from deepclust.engine.maps.jobs import (
    FilmJob,
    JobState,
    MapJob,
    Samples,
    StoredArray,
    read_job,
    read_state,
    run_job,
    write_state,
)
from deepclust.projections import PROJECTIONS, Cancelled, Projection
from deepclust.spaces import EIGEN, INPUT, LATENT, Space

KEYS = [
    "4a61ef5a98e166ca",
    "7739b0d3a6387747",
    "727d9019de7cf731",
    "be354d6bb70fa530",
    "8dae76a352a813a8",
    "1b016f4a2dbe4f8a",
]
EIGEN_FILE = "eigen_9dba823d72833576.npz"


@pytest.fixture
def latent(tmp_path):
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    embedding = generator.normal(size=(3, 5))[labels] * 4 + generator.normal(size=(120, 5))
    np.savez(tmp_path / "result.npz", embedding=embedding.astype(np.float32), labels=labels)
    return tmp_path / "result.npz"


def job_for(latent, member="embedding", **choices):
    source = StoredArray(str(latent), member)
    asked = {"fingerprint": "f", "space": LATENT, "method": "pca", "folder": str(latent.parent / "projections")}
    return MapJob(**{**asked, "source": source, **choices})


def eigen_for(latent, **choices):
    return job_for(latent, space=EIGEN, graph=True, **choices)


def quiet(fraction, text):
    return None


@pytest.mark.parametrize("factor", [1e36, 1e-36])
@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_space_that_float32_cannot_square_is_mapped_as_any_other(latent, tmp_path, method, factor):
    arrays = dict(np.load(latent))
    (tmp_path / "huge").mkdir()
    huge = tmp_path / "huge" / "result.npz"
    np.savez(huge, embedding=arrays["embedding"] * np.float32(factor), labels=arrays["labels"])
    usual, far = (run_job(job_for(path, method=method, sample=60), quiet) for path in (latent, huge))
    assert np.isfinite(far.points).all()
    assert far.trustworthiness == pytest.approx(usual.trustworthiness, abs=0.02)


def test_a_job_goes_through_json_unchanged(latent):
    film = FilmJob(fingerprint="f", method="tsne", folder="maps", snapshots="snapshots", numbers=(0, 3), points=30)
    for job in (
        eigen_for(latent, method="umap", sample=30, labels=StoredArray(str(latent), "labels")),
        job_for(latent, space=Space("space", "F: the last"), params={"n_iter": 300}, seed=2, n_components=3),
        job_for(latent, space=INPUT, source=Samples({"name": "blobs", "options": {"n_samples": 60}}, "own")),
        film,
        replace(film, backwards=True),
    ):
        again = read_job(json.loads(json.dumps(job.to_json())))
        assert again == job
        assert (again.key, again.name, again.lane, again.priority) == (job.key, job.name, job.lane, job.priority)


def test_keys_are_those_under_which_maps_lie_on_disk(latent):
    """Runs of earlier versions keep their maps: these keys were computed by the version that wrote them."""
    film = FilmJob(fingerprint="f", method="tsne", folder="maps", snapshots="snapshots", numbers=(0, 3), points=30)
    jobs = (
        job_for(latent),
        job_for(latent, method="umap", sample=2000, n_components=3),
        job_for(latent, space=Space("space", "F")),
        eigen_for(latent),
        film,
        replace(film, backwards=True),
    )
    assert [job.key for job in jobs] == KEYS
    assert eigen_for(latent).eigen_path.name == EIGEN_FILE


def test_a_job_that_ends_while_it_is_looked_at_is_done(latent, monkeypatch):
    job = job_for(latent)

    def ends_now(path):
        job.out.parent.mkdir()
        job.out.touch()
        return JobState()

    monkeypatch.setattr(JobState, "load", ends_now)
    assert read_state(job).state == "done"


def test_the_map_of_a_sample_is_saved_with_its_ids(latent):
    job = job_for(latent, sample=30, labels=StoredArray(str(latent), "labels"))
    run_job(job, quiet)
    projection = Projection.load(job.out)
    assert projection.points.shape == (30, 2)
    assert projection.key == job.key
    assert np.bincount(projection.ids // 40).tolist() == [10, 10, 10]
    assert read_state(job).state == "done"


def test_samples_that_were_not_laid_out_stand_among_their_nearest(latent):
    job = job_for(latent, sample=30, placed=True, labels=StoredArray(str(latent), "labels"))
    assert job.key != job_for(latent, sample=30).key
    run_job(job, quiet)
    projection = Projection.load(job.out)
    assert (projection.points.shape, projection.ids, projection.laid_out) == ((120, 2), None, 30)
    alone = run_job(job_for(latent, sample=30, labels=StoredArray(str(latent), "labels")), quiet)
    np.testing.assert_array_equal(projection.points[alone.ids], alone.points)
    middles = projection.points.reshape(3, 40, 2).mean(axis=1)
    to_middles = np.linalg.norm(projection.points[:, None] - middles, axis=2)
    assert (to_middles.argmin(axis=1) == np.repeat(np.arange(3), 40)).mean() > 0.95


def test_a_sample_of_everything_has_no_ids(latent):
    assert run_job(job_for(latent, sample=500), quiet).ids is None


def test_eigenvectors_are_kept_beside_and_used_again(latent, monkeypatch):
    job = eigen_for(latent, n_components=3)
    points = run_job(job, quiet).points
    with np.load(job.eigen_path) as kept:
        assert kept["values"].shape == (21,)
        assert kept["values"][0] == 0
        np.testing.assert_allclose(points, kept["vectors"][:, 1:4] / kept["vectors"][:, 1:4].std(axis=0), rtol=1e-4)
    monkeypatch.setattr("deepclust.graphs.spectral_embedding", None)
    sample = run_job(eigen_for(latent, sample=20), quiet)
    np.testing.assert_allclose(sample.points, points[sample.ids, :2])


def test_input_space_comes_from_the_data_set(tmp_path):
    source = Samples({"name": "blobs", "options": {"n_samples": 60}}, str(tmp_path / "datasets"))
    job = MapJob(fingerprint="f", space=INPUT, method="pca", folder=str(tmp_path), source=source)
    assert run_job(job, quiet).points.shape == (60, 2)


def test_what_a_job_needs_and_does_not_find_is_said(latent):
    with pytest.raises(ValueError, match="holds no array 'codes', only embedding, labels"):
        run_job(job_for(latent, "codes"), quiet)
    with pytest.raises(ValueError, match="is not in"):
        run_job(job_for(latent.parent / "gone.npz"), quiet)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": "outer"}, "choose one of latent, input, eigen, space:NAME"),
        ({"method": "mds"}, f"choose one of {', '.join(PROJECTIONS)}"),
        ({"source": None}, "not complete"),
        ({"source": {"path": "x"}}, "not complete.*member"),
        ({"colour": "red"}, "no field 'colour'"),
        ({"kind": "globe"}, "the kind map or film"),
        ({"kind": []}, "the kind map or film"),
    ],
)
def test_senseless_jobs_are_refused_in_words(latent, change, words):
    values = job_for(latent).to_json()
    with pytest.raises(ValueError, match=words):
        read_job({**values, **change})
    with pytest.raises(ValueError, match="not complete"):
        read_job({"kind": "map"})
    with pytest.raises(ValueError, match="JSON object"):
        read_job([1])


def test_the_same_map_of_two_runs_is_two_jobs_of_one_key(latent):
    one, other = job_for(latent), job_for(latent, folder=str(latent.parent / "other"))
    assert one.key == other.key
    assert one.name != other.name


def test_lanes_and_priorities_let_quick_and_small_ones_pass(latent):
    assert [job_for(latent, method=m).lane for m in PROJECTIONS] == ["quick", *["slow"] * (len(PROJECTIONS) - 1)]
    assert eigen_for(latent).lane == "eigen"
    assert job_for(latent, sample=500).priority < job_for(latent, sample=2000).priority < job_for(latent).priority


def test_state_is_written_read_and_stopped(latent):
    job = job_for(latent, method="tsne")
    assert read_state(job) == JobState()
    job.out.parent.mkdir()
    write_state(job, JobState("running", 0.25, "t-SNE"))
    assert read_state(job) == JobState("running", 0.25, "t-SNE")
    assert read_state(job).under_way
    with pytest.raises(Cancelled):
        run_job(job, lambda fraction, text: True)
    assert read_state(job).state == "running"  # the process says how it ended


@pytest.mark.parametrize(
    "text", ["", "[]", '{"state": "done", "text": 3}', '{"state": [], "fraction": 0, "text": "", "error": ""}']
)
def test_a_damaged_state_is_none(latent, text):
    job = job_for(latent)
    job.out.parent.mkdir()
    job.out.with_name(f"{job.out.name}.progress.json").write_text(text)
    assert read_state(job) == JobState()


@pytest.mark.slow
def test_whatever_is_mapped_the_projection_process_loads_neither_torch_nor_faiss(latent):
    code = f"""
import sys
import deepclust.engine.maps.projector
from deepclust.engine.maps.jobs import MapJob, Samples, StoredArray, run_job
from deepclust.projections import PROJECTIONS
from deepclust.spaces import Space
for method in PROJECTIONS:
    for space in ("input", "latent", "eigen"):
        source = Samples({{"name": "digits"}}, "") if space == "input" else StoredArray({str(latent)!r}, "embedding")
        where = dict(folder={str(latent.parent)!r}, source=source, graph=space == "eigen")
        job = MapJob(fingerprint=space, space=Space(space), method=method, sample=60, **where)
        run_job(job, lambda fraction, text: None)
print(*[m for m in sys.modules if m.startswith(("faiss", "torch"))])
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
