"""The papers' tables: published figures are those of the catalog alone, ours stand beside them, empty cells say what they take."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.paper_tables import BEGIN, END, Fit, cut, fit, keep, summary, table, with_tables
from deepclust.data.catalog.reported import RUNGS
from deepclust.data.catalog.table import find_entry
from deepclust.data.dataset import Dataset
from deepclust.engine.judging.league import Cell
from deepclust.engine.measured import papers
from deepclust.engine.measured.papers import PAPERS, Ours, called_here, lines_of, measured_here, read_ours
from deepclust.methods import METHODS

BY_METHOD = {paper.method: paper for paper in PAPERS}


@pytest.fixture
def blobs() -> Dataset:
    dice = np.random.default_rng(0)
    y = np.repeat([0, 1], 40)
    return Dataset("blobs", dice.normal(size=(80, 3)).astype(np.float32) + 20 * y[:, None], y, n_train=60)


def ours(method: str, data: str, acc: float, n_seeds: int = 3, **further: str) -> Ours:
    return Ours(method, "quick", data, acc, 0.01, n_seeds, 0.5, 12.0, **further)


def test_every_paper_has_its_rows_from_the_catalog_and_its_own_method_last():
    for paper in PAPERS:
        lines = lines_of(paper, [])
        assert lines[-1].method == paper.method or lines[-1].method == ""
        for line in lines:
            for data, cell in line.cells.items():
                if cell.published is not None:
                    assert cell.published in find_entry(data).published
                    assert cell.published.by != "us", "what we measured is not published"
    kilinc = {line.title for line in lines_of(BY_METHOD["LALNet"], [])}
    assert {"VaDE", "GMVAE", "CatGAN (20 clusters)", "AAE (30 clusters)", "IMSAT", "DEC", "JULE"} <= kilinc
    assert not any("alone" in title for title in kilinc), "those are of another section"
    assert {"DCN", "DBC", "DCC", "DSC-Net"} <= {line.title for line in lines_of(BY_METHOD["DDLS"], [])}


def test_names_of_papers_are_methods_rungs_or_nothing_here():
    assert called_here("DEC") == ("DEC", ""), "the method itself, not the rung of another one's ladder"
    assert called_here("ConvAE + MI") == ("DSCDAN", "+MI")
    assert called_here("Dual autoencoder (DSCDAN)") == ("DSCDAN", "")
    assert called_here("SC-Ncut") == ("SpectralClustering", "")
    assert called_here("JULE") == ("", "")
    assert all(METHODS[method].ladder or method == "LALNet" for method in RUNGS)


def test_ours_stand_in_their_cell_and_what_is_missing_says_what_it_takes():
    measured = [ours("DSCDAN", "usps", 0.69, rung="+MI"), ours("DSCDAN", "usps", 0.96)]
    lines = {line.title: line for line in lines_of(BY_METHOD["DSCDAN"], measured)}
    assert [row.acc for row in lines["ConvAE + MI"].cells["usps"].ours] == [0.69]
    assert [row.acc for row in lines["Dual autoencoder (DSCDAN)"].cells["usps"].ours] == [0.96]
    assert lines["ConvAE + RS"].cells["usps"].needs.startswith("not run yet: on a CPU quick about")
    assert lines["Dual autoencoder (DSCDAN)"].cells["ytf"].needs.startswith("needs a GPU")
    assert not lines["JULE"].cells["usps"].needs
    assert not lines["VaDE"].cells["mnist-test"].needs, "where the paper has no figure, nothing is missing"


def test_the_league_and_the_file_are_one_and_more_seeds_win(monkeypatch, tmp_path):
    file = tmp_path / "papers.jsonl"
    file.touch()
    keep([ours("KMeans", "usps", 0.7, 1), ours("DEC", "usps", 0.74)], file)
    cells = [Cell("KMeans", "quick", "USPS", seed, 0.66, 0.6, 1.0) for seed in range(3)]
    cells += [Cell("DEC", "quick", "USPS", 0, 0.5, 0.5, 1.0), Cell("NMF", "quick", "Fashion 10,000", 0, 0.4, 0.4, 1.0)]
    monkeypatch.setattr(papers, "read_cells", lambda: cells)
    found = {(row.method, row.data): row for row in measured_here(file)}
    assert (found["KMeans", "usps"].acc, found["KMeans", "usps"].n_seeds) == (0.66, 3)
    assert found["DEC", "usps"].acc == 0.74
    assert found["NMF", "fashion-mnist"].protocol == "the test part alone"


def test_a_line_takes_the_place_of_the_old_one_alone(tmp_path):
    file = tmp_path / "papers.jsonl"
    file.touch()
    fits = [Fit(0.8, 0.6, 10.0), Fit(0.6, 0.4, 20.0)]
    line = summary("KMeans", "quick", "usps", fits, "", "command")
    assert (line.acc, line.acc_spread, line.nmi, line.seconds, line.n_seeds) == (0.7, 0.1, 0.5, 15.0, 2)
    keep([line, ours("DEC", "usps", 0.7)], file)
    keep([summary("KMeans", "quick", "usps", fits[:1], "", "command")], file)
    assert [(row.method, row.acc) for row in read_ours(file)] == [("KMeans", 0.8), ("DEC", 0.7)]


def test_the_tables_come_between_their_marks():
    text = with_tables(f"before\n{BEGIN}\nold\n{END}\nafter", [ours("KMeans", "usps", 0.66)])
    assert text.startswith("before\n")
    assert text.endswith("\nafter")
    assert "old" not in text
    assert "0.668 / 0.601 (quoted); **quick** 0.660 ± 0.010 / 0.500 (3 seeds, 12 s)" in text
    with pytest.raises(ValueError, match="no place for the tables"):
        with_tables("nothing", [])
    assert "JULE (not in this program)" in table(BY_METHOD["LALNet"], [])


def test_fits_are_judged_on_all_samples_or_on_the_test_part(blobs):
    method = METHODS["KMeans"](n_clusters=2)
    assert fit(blobs, method, train_test=False).acc == 1.0
    assert fit(blobs, method, train_test=True).seconds > 0
    with pytest.raises(ValueError, match="no official test part"):
        fit(cut(blobs, 30), method, train_test=True)


def test_a_cut_keeps_pictures_and_labels_together(blobs):
    small = cut(blobs, 30)
    assert small.n_samples == 30
    np.testing.assert_array_equal(small.X[:, 0] > 10, small.y == 1)
    assert cut(blobs, None) is blobs


def test_every_line_of_the_file_is_of_a_preset_and_data_that_there_are():
    for row in read_ours():
        assert row.preset in METHODS[row.method].presets
        assert row.command, "every figure can be repeated"
        assert not row.rung or row.rung in METHODS[row.method].ladder
        find_entry(row.data)
