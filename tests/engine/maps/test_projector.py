"""The real projection process: started once, serving in lanes, cancelling, surviving bad jobs, ending by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from deepclust.engine.detached.process import reap
from deepclust.engine.maps.jobs import JobState, MapJob, StoredArray
from deepclust.engine.maps.projector import cancel, ensure_projector, job_state, projector_of, request
from deepclust.projections import Projection
from deepclust.spaces import EIGEN, LATENT


def wait_for(happens, seconds: float = 60.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {seconds} s")


def kill_projector(root):
    projector_of(root).read().kill()
    reap()


def ended(root, job):
    return wait_for(lambda: (s := job_state(root, job)).state in ("done", "failed", "cancelled") and s, seconds=120)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    X = np.random.default_rng(0).normal(size=(6_000, 6)).astype(np.float32)
    np.savez(folder / "result.npz", embedding=X)
    ensure_projector(folder)
    yield folder
    kill_projector(folder)


def job_for(root, result="result.npz", run="run", **choices):
    (root / run).mkdir(exist_ok=True)
    asked = {"fingerprint": "f", "space": LATENT, "method": "pca", "folder": str(root / run / "projections")}
    return MapJob(**{**asked, "source": StoredArray(str(root / result), "embedding"), **choices})


def test_the_apps_side_loads_nothing_heavy():
    code = (
        "import sys, deepclust.engine.maps.projector; from deepclust.projections import PROJECTIONS; "
        "heavy = {m for projection in PROJECTIONS.values() for m in projection.heavy}; "
        "print([m for m in (*heavy, 'torch', 'sklearn', 'scipy', 'plotly') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_pca_and_eigenvectors_while_umap_still_compiles(root):
    wanted = [job_for(root), job_for(root, n_components=3), job_for(root, space=EIGEN, graph=True, sample=200)]
    assert {request(root, job).state for job in wanted} == {"queued"}
    names = [job.name for job in wanted]
    assert [ended(root, job).state for job in wanted] == ["done"] * 3
    assert Projection.load(wanted[0].out).points.shape == (6_000, 2)
    assert Projection.load(wanted[2].out).points.shape == (200, 2)
    wait_for(lambda: not any((root / "projector" / "jobs" / f"{name}.json").exists() for name in names))


def test_there_is_one_process_however_often_it_is_asked_for(root):
    report = wait_for(lambda: (r := ensure_projector(root)).state == "running" and r)
    assert {ensure_projector(root).pid for _ in range(5)} == {report.pid}
    second = subprocess.run(
        [sys.executable, "-m", "deepclust.engine.maps.projector", str(root)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert "Another projection process serves this folder" in second.stdout
    if hasattr(os, "nice"):
        assert psutil.Process(report.pid).nice() > psutil.Process().nice()


def test_what_is_done_is_done_at_once(root):
    job = job_for(root, seed=3)
    job.out.parent.mkdir(parents=True, exist_ok=True)
    Projection("pca", {}, np.zeros((1, 2), np.float32)).save(job.out)
    assert request(root, job).state == "done"
    assert job_state(root, job).state == "done"
    assert not (root / "projector" / "jobs" / f"{job.name}.json").exists()


def test_bad_jobs_fail_in_words_and_the_process_lives_on(root):
    jobs = root / "projector" / "jobs"
    missing = job_for(root, "gone.npz", fingerprint="gone")
    request(root, missing)
    broken = job_for(root, fingerprint="broken")
    (jobs / f"{broken.name}.json").write_text('{"key": ')
    (jobs / "list.json").write_text("[1, 2]")
    (jobs / "deep.json").write_text(json.dumps({**broken.to_json(), "params": 7}))
    assert "gone.npz is not in" in ended(root, missing).error
    assert "cannot be read" in ended(root, broken).error.replace(
        "not a projection job that can be read", "cannot be read"
    )
    wait_for(lambda: not (jobs / "list.json").exists() and not (jobs / "deep.json").exists())
    after = job_for(root, fingerprint="after")
    request(root, after)
    assert ended(root, after).state == "done"
    request(root, broken)  # asked again
    assert ended(root, broken).state == "done"


def test_a_job_that_killed_the_process_is_not_tried_for_ever(root):
    job = job_for(root, fingerprint="deadly")
    jobs = root / "projector" / "jobs"
    name = job.name
    (jobs / f"{name}.attempts").write_text("xx")
    (jobs / f"{name}.part").write_text(json.dumps(job.to_json()))
    os.replace(jobs / f"{name}.part", jobs / f"{name}.json")
    assert "ended 2 times" in ended(root, job).error


def test_a_map_of_a_deleted_run_does_not_bring_its_folder_back(root):
    job = job_for(root, run="deleted")
    jobs = root / "projector" / "jobs"
    request(root, job)
    name = job.name
    wait_for(lambda: job_state(root, job).state == "done")
    wait_for(lambda: not (jobs / f"{name}.json").exists())
    shutil.rmtree(root / "deleted")
    (jobs / f"{name}.part").write_text(json.dumps(job.to_json()))
    os.replace(jobs / f"{name}.part", jobs / f"{name}.json")
    wait_for(lambda: not (jobs / f"{name}.json").exists())
    assert not (root / "deleted").exists()


def test_a_job_never_asked_for_is_missing(root):
    assert job_state(root, job_for(root, fingerprint="never")) == JobState()


@pytest.mark.slow
def test_tsne_is_cancelled_while_it_runs_and_while_it_waits(root):
    running = job_for(root, method="tsne", params={"n_iter": 20_000}, sample=2_000)
    waiting = job_for(root, method="tsne", params={"n_iter": 20_000})
    request(root, running)
    request(root, waiting)
    names = [running.name, waiting.name]
    wait_for(lambda: job_state(root, running).fraction > 0.1, seconds=120)
    assert job_state(root, running).state == "running"
    wait_for(lambda: "t-SNE of 2,000 points" in projector_of(root).read().doing)
    cancel(root, waiting)
    assert ended(root, waiting).state == "cancelled"
    assert job_state(root, running).state == "running"
    cancel(root, running)
    assert ended(root, running).state == "cancelled"
    left = [path for name in names for path in (root / "projector" / "jobs").glob(f"{name}.*")]
    assert left == [] or wait_for(lambda: not any(path.exists() for path in left))
    assert not running.out.exists()


@pytest.mark.slow
def test_umap_once_it_is_warm(root):
    job = job_for(root, method="umap", sample=500)
    request(root, job)
    assert ended(root, job) == JobState("done", 1.0)
    projection = Projection.load(job.out)
    assert projection.points.shape == (500, 2)
    assert projection.trustworthiness > 0.6


def test_a_killed_process_is_replaced_and_its_jobs_are_done(tmp_path):
    np.savez(tmp_path / "result.npz", embedding=np.eye(50, dtype=np.float32))
    projector = projector_of(tmp_path)
    ensure_projector(tmp_path)
    first = wait_for(lambda: (r := projector.read()).state == "running" and r)
    kill_projector(tmp_path)
    assert projector.read().state == "lost"
    job = job_for(tmp_path)
    request(tmp_path, job)
    assert job_state(tmp_path, job).state == "queued"
    ensure_projector(tmp_path)
    assert ended(tmp_path, job).state == "done"
    assert projector.read().pid != first.pid
    kill_projector(tmp_path)
    assert not projector.read().live


def test_it_ends_by_itself_when_no_app_is_heard_of(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "deepclust.engine.maps.projector", str(tmp_path), "--idle-minutes", "0.01"],
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert ended.returncode == 0
    assert not projector_of(tmp_path).read().live


def test_a_folder_that_cannot_be_used_is_said_and_no_page_falls(tmp_path, started):
    (tmp_path / "file").write_text("")
    report = ensure_projector(tmp_path / "file" / "runs")
    assert (report.state, started) == ("failed", [])
    assert "cannot be written" in report.error


def test_a_job_that_the_disk_does_not_take_has_failed_and_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    job = job_for(tmp_path)
    state = request(tmp_path / "file" / "runs", job)
    assert state.state == "failed"
    assert "cannot be written" in state.error
    assert job_state(tmp_path / "file" / "runs", job) == JobState()


def test_a_map_of_a_run_that_was_removed_is_not_begun(tmp_path):
    job = job_for(tmp_path, run="removed")
    (tmp_path / "removed").rmdir()
    assert request(tmp_path, job).state == "failed"
    assert not (tmp_path / "removed").exists()
