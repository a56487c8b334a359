"""One projection job: its checks, where its data come from, eigenvectors kept and used again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deepclust.engine.maps.jobs import make_job, read_job, read_state, run_job, write_state
from deepclust.projections import PROJECTIONS, Cancelled, Projection


@pytest.fixture
def latent(tmp_path):
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    embedding = generator.normal(size=(3, 5))[labels] * 4 + generator.normal(size=(120, 5))
    np.savez(tmp_path / "result.npz", embedding=embedding.astype(np.float32), labels=labels)
    return tmp_path / "result.npz"


def job_for(latent, **choices):
    asked = {"fingerprint": "f", "space": "latent", "method": "pca", "out_folder": latent.parent / "projections"}
    return read_job(make_job(**{**asked, "array": (latent, "embedding"), **choices}))


def quiet(fraction, text):
    return None


def test_a_job_goes_through_json_unchanged(latent):
    job = make_job(fingerprint="f", space="eigen", method="umap", out_folder=latent.parent, array=(latent, "embedding"))
    assert read_job(json.loads(json.dumps(job))) == read_job(job)


def test_the_map_of_a_sample_is_saved_with_its_ids(latent):
    job = job_for(latent, sample=30, labels=(latent, "labels"))
    run_job(job, quiet)
    projection = Projection.load(job.out)
    assert projection.points.shape == (30, 2)
    assert projection.key == job.key
    assert np.bincount(projection.ids // 40).tolist() == [10, 10, 10]
    assert read_state(job)["state"] == "done"


def test_a_sample_of_everything_has_no_ids(latent):
    assert run_job(job_for(latent, sample=500), quiet).ids is None


def test_eigenvectors_are_kept_beside_and_used_again(latent, monkeypatch):
    job = job_for(latent, space="eigen", n_components=3)
    points = run_job(job, quiet).points
    with np.load(job.eigen_path) as kept:
        assert kept["values"].shape == (21,)
        assert kept["values"][0] == 0
        np.testing.assert_allclose(points, kept["vectors"][:, 1:4] / kept["vectors"][:, 1:4].std(axis=0), rtol=1e-4)
    monkeypatch.setattr("deepclust.graphs.spectral_embedding", None)
    sample = run_job(job_for(latent, space="eigen", sample=20), quiet)
    np.testing.assert_allclose(sample.points, points[sample.ids, :2])


def test_input_space_comes_from_the_data_set(tmp_path):
    job = make_job(
        fingerprint="f",
        space="input",
        method="pca",
        out_folder=tmp_path,
        dataset={"name": "blobs", "options": {"n_samples": 60}},
        own_folder=tmp_path / "datasets",
    )
    assert run_job(read_job(job), quiet).points.shape == (60, 2)


def test_ids_from_a_list_and_from_a_file(latent):
    ids = np.array([3, 50, 119])
    np.save(latent.parent / "ids.npy", ids)
    values = make_job(
        fingerprint="f", space="latent", method="pca", out_folder=latent.parent, array=(latent, "embedding")
    )
    for place, given in (("a", ids.tolist()), ("b", str(latent.parent / "ids.npy"))):
        job = read_job({**values, "ids": given, "out": str(latent.parent / f"{place}.npz")})
        np.testing.assert_array_equal(run_job(job, quiet).ids, ids)
    for wrong, words in (([5, 120], "from 0 to 119"), ([[1]], "in one row"), ([], "in one row")):
        with pytest.raises(ValueError, match=words):
            run_job(read_job({**values, "ids": wrong}), quiet)


def test_what_a_job_needs_and_does_not_find_is_said(latent):
    with pytest.raises(ValueError, match="holds no array 'codes', only embedding, labels"):
        run_job(job_for(latent, array=(latent, "codes")), quiet)
    with pytest.raises(ValueError, match="is not in"):
        run_job(job_for(latent, array=(latent.parent / "gone.npz", "x")), quiet)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": "outer"}, "choose one of input, latent, eigen"),
        ({"method": "mds"}, f"choose one of {', '.join(PROJECTIONS)}"),
        ({"array": None}, "names no data"),
        ({"array": None, "dataset": {"name": "digits"}}, "latent space needs the array"),
        ({"colour": "red"}, "no field 'colour'"),
    ],
)
def test_senseless_jobs_are_refused_in_words(latent, change, words):
    values = make_job(
        fingerprint="f", space="latent", method="pca", out_folder=latent.parent, array=(latent, "embedding")
    )
    with pytest.raises(ValueError, match=words):
        read_job({**values, **change})
    with pytest.raises(ValueError, match="not complete"):
        read_job({"key": "k"})
    with pytest.raises(ValueError, match="JSON object"):
        read_job([1])


def test_the_same_map_of_two_runs_is_two_jobs_of_one_key(latent):
    one, other = job_for(latent), job_for(latent, out_folder=latent.parent / "other")
    assert one.key == other.key
    assert one.name != other.name


def test_lanes_and_priorities_let_quick_and_small_ones_pass(latent):
    assert [job_for(latent, method=m).lane for m in PROJECTIONS] == ["quick", *["slow"] * (len(PROJECTIONS) - 1)]
    assert job_for(latent, space="eigen").lane == "eigen"
    assert job_for(latent, sample=500).priority < job_for(latent, sample=2000).priority < job_for(latent).priority


def test_state_is_written_read_and_stopped(latent):
    job = job_for(latent, method="tsne")
    assert read_state(job) is None
    Path(job.out).parent.mkdir()
    write_state(job, "running", 0.25, "t-SNE")
    assert read_state(job) == {"state": "running", "fraction": 0.25, "text": "t-SNE", "error": None}
    with pytest.raises(Cancelled):
        run_job(job, lambda fraction, text: True)
    assert read_state(job)["state"] == "running"  # the process says how it ended


@pytest.mark.slow
def test_whatever_is_mapped_the_projection_process_loads_neither_torch_nor_faiss(latent):
    code = f"""
import sys
import deepclust.engine.maps.projector
from deepclust.engine.maps.jobs import make_job, read_job, run_job
from deepclust.projections import PROJECTIONS
for method in PROJECTIONS:
    for space in ("input", "latent", "eigen"):
        where = dict(dataset={{"name": "digits"}}) if space == "input" else dict(array=({str(latent)!r}, "embedding"))
        job = make_job(fingerprint=space, space=space, method=method, sample=60, out_folder={str(latent.parent)!r}, **where)
        run_job(read_job(job), lambda fraction, text: None)
print(*[m for m in sys.modules if m.startswith(("faiss", "torch"))])
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
