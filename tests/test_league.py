"""The league: cells are kept and read, rows are ordered against the line, the table says what is missing, README agrees."""

from __future__ import annotations

import sys

import pytest

from benchmarks import league as script
from deepclust.engine.judging.league import DATA, LINE, SEEDS, Cell, league, measured_sentence, published_of, read_cells
from deepclust.methods import METHODS


def cells(method: str, accuracies: dict[str, list[float]], preset: str = "quick") -> list[Cell]:
    return [
        Cell(method, preset, data, seed, value, value - 0.1, 2.0)
        for data, values in accuracies.items()
        for seed, value in enumerate(values)
    ]


def test_means_spreads_and_the_lead_over_the_line():
    line = cells(LINE, {"USPS": [0.9, 0.9, 0.9], "digits": [0.8, 0.8, 0.8]})
    rows = {row.title: row for row in league([*line, *cells("DDLS", {"USPS": [0.9, 0.96]}, "views")])}
    standing = rows["DDLS · views"].standings["USPS"]
    assert (standing.acc, standing.acc_spread, standing.nmi) == pytest.approx((0.93, 0.03, 0.83))
    assert (standing.n_seeds, standing.cpu) == (2, 2.0)
    assert rows["DDLS · views"].lead == pytest.approx(0.03), "on the data that it was measured on"
    assert rows["LocalMAP + k-means"].lead == 0


def test_those_that_ended_on_all_data_come_first():
    whole = cells("KMeans", {data: [0.5] for data in DATA})
    good_at_one = cells("DDLS", {"USPS": [0.99]})
    line = cells(LINE, {data: [0.9] for data in DATA})
    assert [row.method for row in league([*good_at_one, *whole, *line])] == [LINE, "KMeans", "DDLS"]


def test_what_papers_report_goes_by_exact_names():
    assert published_of(METHODS["KMeans"], "usps").acc == 0.668, "not that of AE + k-means"
    assert published_of(METHODS["DSCDAN"], "usps").acc == 0.869
    assert published_of(METHODS["LALNet"], "usps").by == "authors"
    assert published_of(METHODS["KMeans"], "rings") is None


def test_the_sentence_on_a_card_has_every_data_set_and_what_is_missing_to_the_reported_figure():
    over = Cell("KMeans", "quick", "MNIST test", 0, problem="over 20 CPU min")
    rows = league([*cells("KMeans", {"USPS": [0.6, 0.62], "digits": [0.8]}), over])
    assert measured_sentence("KMeans", rows) == (
        "Measured here, preset quick, ACC over up to 3 seeds: digits 0.800 (one seed), 2 CPU s; "
        "USPS 0.610 ± 0.010, 0.058 below the 0.668 reported, 2 CPU s; MNIST test: over 20 CPU min."
    )
    assert measured_sentence("DDLS", rows) == ""


def test_lines_of_the_file_come_back_and_later_ones_win(tmp_path):
    file = tmp_path / "league.jsonl"
    over = Cell("LALNet", "quick", "USPS", 0, problem="over 20 CPU min")
    gone = Cell("NoSuchMethod", "quick", "USPS", 0, 0.5, 0.5, 1.0)
    old, new = Cell("KMeans", "quick", "USPS", 0, 0.1, 0.1, 9.0), Cell("KMeans", "quick", "USPS", 0, 0.6, 0.6, 1.0)
    file.write_text("\n".join(cell.line() for cell in (over, gone, old, new)) + "\n")
    assert read_cells(file) == [over, new]
    assert "over 20 CPU min" in script.table(league([over, new]))


def test_filling_measures_what_is_missing_and_gives_up_what_takes_too_long(tmp_path, monkeypatch, capsys):
    file = tmp_path / "league.jsonl"
    known = Cell("KMeans", "quick", "rings", 0, 0.5, 0.5, 1.0)
    file.write_text(known.line() + "\n")
    done = []

    def measured(name: str, preset: str, data: str, seed: int, minutes: float) -> Cell:
        done.append((name, data, seed))
        if name == "LALNet":
            return Cell(name, preset, data, seed, problem=f"over {minutes:g} CPU min")
        return Cell(name, preset, data, seed, 0.7, 0.6, 1.0)

    monkeypatch.setattr(script, "FILE", file)
    monkeypatch.setattr(script, "read_cells", lambda: read_cells(file))
    monkeypatch.setattr(script, "in_own_process", measured)
    monkeypatch.setattr(sys, "argv", ["league", "--fill", "KMeans", "LALNet", "--data", "rings", "--limit", "3"])
    script.main()
    assert done == [("LALNet", "rings", 0), ("KMeans", "rings", 1), ("KMeans", "rings", 2)]
    assert len(read_cells(file)) == 1 + 3
    assert "| LALNet |" in capsys.readouterr().out


def test_a_cell_is_one_fit_judged():
    cell = script.measure("KMeans", "quick", "rings", 0)
    assert 0.4 < cell.acc < 0.7, "two rings are cut across"
    assert cell.problem == ""
    with pytest.raises(ValueError, match="presets quick"):
        script.measure("KMeans", "slow", "rings", 0)


def test_a_fit_that_fails_keeps_its_reason():
    stderr = "Traceback (most recent call last):\n  File ...\nValueError: n_samples=10992 is more than it can join. Take a part."
    assert script.reason(stderr) == "n_samples=10992 is more than it can join"
    assert script.reason("MemoryError\n") == "MemoryError"
    assert script.reason("") == "failed"
    cell = script.in_own_process("KMeans", "no such preset", "rings", 0, minutes=1)
    assert cell.problem == "KMeans has the presets quick; the data are " + ", ".join(DATA)
    assert cell.problem in script.table(league([cell]))


def test_the_readme_has_the_top_of_the_file():
    text = script.README.read_text(encoding="utf-8")
    assert script.with_top(text, league(read_cells())) == text


def test_every_cell_of_the_file_is_of_a_seed_and_a_preset_that_there_is():
    for cell in read_cells():
        assert cell.seed in SEEDS
        assert cell.preset in METHODS[cell.method].presets
        assert (cell.acc is None) == bool(cell.problem)
