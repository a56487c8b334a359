"""Driving one run in this process: what it leaves on disk, how it obeys commands, fails, and goes on from a checkpoint."""

from __future__ import annotations

import json
import shutil
import threading
import time

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

import deepclust.engine.training.train
from deepclust.data.references import open_dataset
from deepclust.engine.detached.work import Report, Work
from deepclust.engine.maps.jobs import read_job, read_state
from deepclust.engine.maps.run_maps import map_job, telling_projection
from deepclust.engine.training.more_ks import add_ks
from deepclust.engine.training.saved import load_checkpoint, load_model
from deepclust.engine.training.train import train
from deepclust.events import Progress, Stage
from deepclust.spaces import LATENT

LISTENS_WITHIN = 0.5  # seconds; the control thread looks for commands every 0.1


class Killed(BaseException):
    """As if the process had ended here."""


def told(run) -> list[tuple[str, int]]:
    """Stages and epochs in the order in which the run told of them."""
    return [(e["stage"], e["epoch"]) for e in run.events()[0] if e["kind"] == "progress"]


def at(stage: str, epoch: int, do):
    """A watcher that does something when an epoch has ended."""

    def watch(event):
        if isinstance(event, Progress) and (event.stage, event.epoch) == (stage, epoch):
            do()

    return watch


def send_and_wait(run, command: str) -> None:
    run.send(command)
    time.sleep(LISTENS_WITHIN)


# -- to the end -------------------------------------------------------------------------------------------------------


def test_clusters_at_every_k_are_read_as_the_method_reads_its_own(ask, store):
    run = ask("LALNet")
    train(run, store)
    embedding = run.result().embedding
    regroup = load_model(run).regrouping(embedding)
    assert run.regrouping == "the graph cut of the latent space"
    by_k = add_ks(run, range(2, 23))
    for k in (2, 5, 20, 22):
        assert adjusted_rand_score(by_k[k], regroup(k)) == 1.0
    np.testing.assert_array_equal(by_k[3], run.result().labels)
    by_kmeans = ask("LALNet", last_step="k-means")
    train(by_kmeans, store)
    assert by_kmeans.regrouping == "k-means on the latent space"


@pytest.mark.parametrize("method", ["KMeans", "AEKMeans", "DDLS"])
def test_a_run_leaves_everything_that_the_pages_need(ask, store, method):
    run = ask(method)
    status = train(run, store)
    assert (status.state, status.message, status.device) == ("done", "", "cpu")
    assert status == run.status()
    result, metrics, by_k = run.result(), run.metrics(), run.labels_by_k()
    assert (metrics.get("n_parameters", 0) > 0) == (method != "KMeans")
    assert result.labels.shape == (90,)
    assert list(by_k) == list(range(2, 21))
    np.testing.assert_array_equal(by_k[3], result.labels)
    assert metrics["seconds"] > 0
    assert metrics["n_clusters"] == 3
    assert {"acc", "nmi", "nmi_arithmetic", "ari", "purity", "silhouette"} <= set(metrics)
    assert list(metrics["by_k"]) == [str(k) for k in by_k]
    assert sum(metrics["by_k"]["7"]["sizes"]) == 90
    assert metrics["acc"] == metrics["by_k"]["3"]["acc"]
    assert run.n_snapshots >= 1
    assert run.snapshot(-1)["points"].shape == (90, 2)
    first_map = map_job(run, store, LATENT, "pca")
    assert read_state(first_map).state == "done"
    data = open_dataset(run.config.dataset, store.datasets)
    np.testing.assert_array_equal(load_model(run).predict(data.X), result.labels)


@pytest.mark.parametrize("app_is_open", [True, False])
def test_the_map_that_separates_is_made_while_the_run_ends_where_an_app_is_open(ask, store, monkeypatch, app_is_open):
    report = Report("running" if app_is_open else "missing")
    monkeypatch.setattr(Work, "read", lambda work: report)
    run = ask("KMeans")
    train(run, store)
    jobs = [read_job(json.loads(path.read_text())) for path in (store.root / "projector" / "jobs").glob("*.json")]
    wanted = map_job(run, store, LATENT, telling_projection(run.result().embedding.shape[1]))
    assert jobs == ([wanted] if app_is_open else [])


def test_k_means_finds_groups_that_are_plain_to_see(ask, store):
    run = ask("KMeans")
    train(run, store)
    assert run.metrics()["acc"] == 1.0


def test_without_labels_there_are_no_scores(ask, store, small_file):
    with np.load(small_file) as arrays:
        np.savez(small_file, x=arrays["x"])
    run = ask("KMeans")
    assert train(run, store).state == "done"
    assert "acc" not in run.metrics()
    assert run.metrics()["by_k"]["4"]["silhouette"] is not None


def test_labels_change_nothing_but_the_scores(ask, store, small_file):
    with_labels = ask("AEKMeans")
    train(with_labels, store)
    with np.load(small_file) as arrays:
        np.savez(small_file, x=arrays["x"])
    without = ask("AEKMeans")
    train(without, store)
    np.testing.assert_array_equal(with_labels.result().labels, without.result().labels)


@pytest.mark.parametrize(
    ("n_samples", "n_clusters", "ks"),
    [(3, 2, [2]), (5, 5, [2, 3, 4, 5]), (90, 25, [*range(2, 21), 25]), (30, 1, range(1, 21))],
)
def test_the_k_slider_has_the_k_that_there_can_be_and_always_that_of_the_run(
    ask, store, small_file, n_samples, n_clusters, ks
):
    with np.load(small_file) as arrays:
        rows = np.random.default_rng(1).permutation(90)[:n_samples]
        np.savez(small_file, x=arrays["x"][rows], y=arrays["y"][rows])
    run = ask("KMeans", n_clusters=n_clusters)
    status = train(run, store)
    assert (status.state, status.message) == ("done", "")
    assert list(run.labels_by_k()) == list(ks)
    np.testing.assert_array_equal(run.labels_by_k()[n_clusters], run.result().labels)


def test_status_follows_the_training(ask, store):
    run = ask("DDLS")
    seen = []

    def watch(event):
        if isinstance(event, Progress):
            time.sleep(0.02)
            seen.append((event.stage, event.epoch))

    status = train(run, store, watch=watch)
    assert seen == told(run) == [("Pre-training", 1), ("Pre-training", 2), ("Stage I", 1), ("Stage II", 1)]
    assert status.seconds >= 0.06
    assert status.memory > 0
    assert status.ended >= status.started
    assert status.eta is None


def test_the_clock_does_not_count_pauses(ask, store):
    run = ask("AEKMeans")
    states = []

    def pause():
        run.send("pause")
        threading.Timer(1.5, lambda: (states.append(run.status().state), run.send("run"))).start()
        time.sleep(LISTENS_WITHIN)

    begun = time.monotonic()
    status = train(run, store, watch=at("Autoencoder", 1, pause))
    assert states == ["paused"]
    assert status.state == "done"
    assert status.seconds < time.monotonic() - begun - 0.9
    assert told(run) == [("Autoencoder", 1), ("Autoencoder", 2), ("Autoencoder", 3)]


# -- stop and discard -------------------------------------------------------------------------------------------------


def test_stop_keeps_what_was_learned(ask, store):
    run = ask("DDLS", pretrain_epochs=50)
    status = train(run, store, watch=at("Pre-training", 2, lambda: send_and_wait(run, "stop")))
    assert status.state == "stopped"
    assert "kept" in status.message
    assert told(run) == [("Pre-training", 1), ("Pre-training", 2)]
    assert run.result().labels.shape == (90,)
    assert run.labels_by_k()
    np.testing.assert_array_equal(
        load_model(run).predict(open_dataset(run.config.dataset, store.datasets).X), run.result().labels
    )


def test_stop_between_two_batches_of_the_last_stage(ask, store, monkeypatch):
    import deepclust.methods.base.deep as deep

    run = ask("AEKMeans", max_epochs=5)
    n_calls, plain = 0, deep.batches

    def batches(n_samples, batch_size, generator=None):
        nonlocal n_calls
        n_calls += generator is not None
        for i, rows in enumerate(plain(n_samples, batch_size, generator)):
            if n_calls == 2 and i == 0 and generator is not None:
                send_and_wait(run, "stop")
            yield rows

    monkeypatch.setattr(deep, "batches", batches)
    assert train(run, store).state == "stopped"
    assert told(run) == [("Autoencoder", 1)]
    assert run.has_result


def test_a_run_that_was_stopped_can_be_finished_later(ask, store):
    run, whole = ask("DDLS", pretrain_epochs=4), ask("DDLS", pretrain_epochs=4)
    train(run, store, watch=at("Pre-training", 2, lambda: send_and_wait(run, "stop")))
    run.send("run")
    assert train(run, store).state == "done"
    train(whole, store)
    assert told(run) == told(whole)
    np.testing.assert_array_equal(run.result().labels, whole.result().labels)


def test_discard_ends_at_once_and_keeps_nothing(ask, store):
    run = ask("DDLS", pretrain_epochs=50)
    status = train(run, store, watch=at("Pre-training", 1, lambda: send_and_wait(run, "discard")))
    assert (status.state, status.message) == ("stopped", "Discarded.")
    assert not run.has_result
    store.delete(run)
    assert not run.folder.exists()


def test_discard_while_the_result_is_prepared(ask, store, monkeypatch):
    run = ask("KMeans")
    plain = deepclust.engine.training.train.save_model
    monkeypatch.setattr(
        deepclust.engine.training.train, "save_model", lambda *a: (plain(*a), send_and_wait(run, "discard"))
    )
    assert train(run, store).message == "Discarded."
    assert not run.has_result


def test_a_run_whose_folder_is_deleted_ends(ask, store):
    run = ask("AEKMeans", max_epochs=500)
    status = train(run, store, watch=at("Autoencoder", 1, lambda: store.delete(run, force=True)))
    assert status.state == "stopped"
    assert not run.folder.exists()


# -- failing ----------------------------------------------------------------------------------------------------------


def test_a_missing_file(ask, store, small_file):
    run = ask("KMeans")
    small_file.unlink()
    status = train(run, store)
    assert status.state == "failed"
    assert "small.npz" in status.message
    assert "Traceback" not in status.message
    assert not run.has_result


def test_data_that_changed_since_the_run_was_set_up(ask, store, small_file):
    run = ask("KMeans")
    with np.load(small_file) as arrays:
        np.savez(small_file, x=arrays["x"][::-1], y=arrays["y"])
    status = train(run, store)
    assert status.state == "failed"
    assert "has changed since this run was set up" in status.message


def test_a_gpu_that_is_not_there(ask, store):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    status = train(ask("AEKMeans", device="cuda"), store)
    assert status.state == "failed"
    assert "torch sees no CUDA GPU on this machine" in status.message
    assert "'auto' or 'cpu'" in status.message


def test_too_little_memory_gets_the_way_out(ask, store, monkeypatch):
    def open_dataset(*_):
        raise MemoryError("Unable to allocate 3 TiB")

    monkeypatch.setattr(deepclust.engine.training.train, "open_dataset", open_dataset)
    status = train(ask("KMeans"), store)
    assert status.state == "failed"
    assert "not enough memory" in status.message
    assert "on this machine: this run needs more than the" in status.message
    assert "Choose smaller pictures, or fewer samples. (Unable to allocate 3 TiB)" in status.message


def test_an_error_of_a_method_is_told_and_logged(ask, store, monkeypatch, caplog, capfd):
    from deepclust.methods import METHODS

    def learn(self, X):
        yield Stage("Autoencoder", 3, {})
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(METHODS["AEKMeans"], "_learn", learn)
    caplog.set_level("DEBUG", "deepclust")
    run = ask("AEKMeans")
    status = train(run, store)
    assert status.state == "failed"
    assert status.message == "RuntimeError: mat1 and mat2 shapes cannot be multiplied"
    assert "mat1 and mat2" in (caplog.records[-1].exc_text or str(caplog.records[-1].exc_info))
    assert "Traceback" not in capfd.readouterr().out, "a terminal gets the sentence only"


def test_a_loss_that_is_not_finite_ends_the_training(ask, store, monkeypatch):
    from deepclust.methods.base import deep

    plain, epochs = deep.Means.values, []

    def values(self):
        epochs.append(1)
        return {"reconstruction": float("nan")} if len(epochs) == 2 else plain(self)

    monkeypatch.setattr(deep.Means, "values", values)
    run = ask("AEKMeans")
    status = train(run, store)
    assert status.state == "failed"
    assert "the loss 'reconstruction' became nan in epoch 2 of Autoencoder" in status.message
    assert "smaller learning rate" in status.message


# -- going on from a checkpoint ---------------------------------------------------------------------------------------


@pytest.fixture
def every_epoch(monkeypatch):
    monkeypatch.setattr(deepclust.engine.training.train, "CHECKPOINT_EVERY", 0.0)


def kill(run, store, stage: str, epoch: int) -> None:
    def die():
        raise Killed

    with pytest.raises(Killed):
        train(run, store, watch=at(stage, epoch, die))
    assert run.status().state == "running"  # no last word
    with open(run.folder / "events.jsonl", "a") as file:
        file.write('{"kind": "progress", "stage": "half-wr')


@pytest.mark.usefixtures("every_epoch")
@pytest.mark.parametrize(
    ("method", "stage", "epoch"),
    [("AEKMeans", "Autoencoder", 2), ("DDLS", "Pre-training", 2), ("DDLS", "Stage I", 1), ("DDLS", "Stage II", 1)],
)
def test_a_killed_run_goes_on_to_the_same_end(ask, store, method, stage, epoch):
    run, whole = ask(method), ask(method)
    kill(run, store, stage, epoch)
    seconds = (load_checkpoint(run) or {}).get("seconds", 0.0)
    assert train(run, store).state == "done"
    train(whole, store)
    assert told(run) == told(whole)
    assert [e["kind"] for e in run.events()[0]] == [e["kind"] for e in whole.events()[0]]
    assert run.n_snapshots == whole.n_snapshots
    for i in range(run.n_snapshots):
        for name in ("epoch", "embedding", "labels"):
            np.testing.assert_array_equal(run.snapshot(i)[name], whole.snapshot(i)[name])
    np.testing.assert_array_equal(run.result().labels, whole.result().labels)
    np.testing.assert_array_equal(run.result().embedding, whole.result().embedding)
    assert run.metrics()["seconds"] > seconds


@pytest.mark.usefixtures("every_epoch")
def test_twice_killed(ask, store):
    run, whole = ask("DDLS", pretrain_epochs=4), ask("DDLS", pretrain_epochs=4)
    kill(run, store, "Pre-training", 2)
    kill(run, store, "Pre-training", 4)
    train(run, store)
    train(whole, store)
    assert told(run) == told(whole)
    np.testing.assert_array_equal(run.result().labels, whole.result().labels)


def test_killed_before_the_first_checkpoint_starts_again(ask, store):
    run, whole = ask("DDLS"), ask("DDLS")
    kill(run, store, "Stage I", 1)
    assert load_checkpoint(run) is None
    train(run, store)
    train(whole, store)
    assert told(run) == told(whole)
    np.testing.assert_array_equal(run.result().labels, whole.result().labels)


@pytest.mark.usefixtures("every_epoch")
@pytest.mark.parametrize("content", [b"", b"garbage", "cut"])
def test_a_damaged_checkpoint_is_told_and_training_starts_again(ask, store, content):
    run = ask("AEKMeans")
    kill(run, store, "Autoencoder", 3)
    path = run.folder / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:1000] if content == "cut" else content)
    assert train(run, store).state == "done"
    notes = [e for e in run.events()[0] if e["kind"] == "note"]
    assert notes[0]["level"] == "warning"
    assert "starts again from the beginning" in notes[0]["text"]
    assert told(run) == [("Autoencoder", 1), ("Autoencoder", 2), ("Autoencoder", 3)]


@pytest.mark.usefixtures("every_epoch")
def test_a_checkpoint_of_other_parameters_says_so(ask, store):
    run = ask("DDLS")
    kill(run, store, "Stage I", 1)
    other = ask("AEKMeans")
    shutil.copy(run.folder / "checkpoint.pt", other.folder)
    status = train(other, store)
    assert status.state == "failed"
    assert "The checkpoint is of stage" in status.message


def test_what_is_on_disk_can_be_read_with_cat(ask, store):
    run = ask("KMeans")
    train(run, store)
    for name in ("config.json", "status.json", "metrics.json"):
        assert isinstance(json.loads((run.folder / name).read_text()), dict)
    assert not [path.name for path in run.folder.iterdir() if path.name.startswith(".")]
