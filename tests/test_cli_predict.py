"""`predict` on the command line: rows, JSON and CSV, and refusals in a sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.cli import main
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore


@pytest.fixture
def asked(ask: Callable[..., Run], store: RunStore, small_file: Path) -> tuple[Run, list[str]]:
    run = ask("KMeans", n_init=1)
    assert train(run, store).state == "done"
    return run, ["predict", run.id, "--data", str(small_file), "--runs", str(store.root)]


def test_every_sample_gets_a_row(asked: tuple[Run, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    run, words = asked
    labels = run.result().labels.tolist()
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run"] == run.id
    assert [row["cluster"] for row in told["samples"]] == labels
    first = told["samples"][0]
    assert (first["verdict"], first["space"]) == ("cannot tell", None), "all that these pictures show is one pixel"
    assert len(first["nearest"]["latent"]) == 12
    assert set(first["percentiles"]) == {"input", "latent"}
    assert first["says"].startswith("It lands in Cluster ")
    assert sum(first["memberships"].values()) == pytest.approx(1, abs=1e-3)
    assert main([*words, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [int(row["cluster"]) for row in rows] == labels
    assert float(rows[0]["share of Cluster A"]) == pytest.approx(first["memberships"]["0"])
    assert main(words) == 0
    table, why = capsys.readouterr().out.split("\n\n")
    assert len(table.splitlines()) == len(labels) + 1
    assert why.startswith("No verdict: even in the ")


def test_pictures_may_be_of_any_size_one_of_them_or_a_folder(
    asked: tuple[Run, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str], small_file: Path
) -> None:
    run, words = asked
    (tmp_path / "pictures").mkdir()
    for row in (0, 40, 80):
        picture = Image.fromarray(np.rint(np.load(small_file)["x"][row] * 255).astype(np.uint8))
        picture.resize((60 + row, 60 + row), Image.Resampling.NEAREST).convert("RGB").save(
            tmp_path / "pictures" / f"{row:02d}.png"
        )
    for name, rows in (("pictures", [0, 40, 80]), ("pictures/40.png", [40])):
        assert main([*words[:3], str(tmp_path / name), *words[4:], "--json"]) == 0
        samples = json.loads(capsys.readouterr().out)["samples"]
        assert [row["cluster"] for row in samples] == run.result().labels[rows].tolist()
        assert [row["sample"] for row in samples] == [f"{row:02d}.png" for row in rows]


def test_refusals_are_one_sentence(
    asked: tuple[Run, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, words = asked
    np.savez(tmp_path / "nan.npz", x=np.full((3, 6, 6), np.nan))
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    for name, said in (("nan.npz", "NaN"), ("bad.npz", "bad.npz"), ("none.npz", "none.npz")):
        assert main([*words[:3], str(tmp_path / name), *words[4:]]) == 2
        error = capsys.readouterr().err
        assert error.startswith("deepclust: ")
        assert said in error
        assert len(error.splitlines()) == 1
