"""Rungs beside each other and beside published numbers: what is shown with labels and without, and when one falls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepclust.data.catalog.reported import LADDERS_OF, RUNGS
from deepclust.data.catalog.table import CATALOG, published_rungs
from deepclust.disk import write_json
from deepclust.engine.judging.compare import compared, fallen, with_spread
from deepclust.methods import METHODS
from deepclust.methods.dscdan.dscdan import DSCDAN
from deepclust.runs import RunGroup
from deepclust.transforms import SETS

GROUP = RunGroup("g", "Ablation ladder", "", "ladder")


@pytest.fixture
def rung(ask, store):
    """A finished run of a rung: ``rung("+MI", 0, acc=0.8)``."""

    def make(name: str, seed: int, dataset: str = "usps", **metrics: float):
        asked = ask("KMeans").config
        config = replace(asked, method="DSCDAN", dataset={"name": dataset}, group=GROUP, member=name, seed=seed)
        run = store.create(config)
        write_json(run.folder / "metrics.json", {"seconds": 3.0, "silhouette": 0.2, "n_used": 9, **metrics})
        (run.folder / "result.npz").touch()
        return run

    return make


def test_without_labels_no_score_and_no_published_number_is_told(rung):
    (row,) = compared([rung("+MI", 0, acc=0.8, nmi=0.7)], labelled=False)
    assert row == {"member": "+MI", "runs": 1, "finished": 1, "silhouette": 0.2, "n_used": 9.0, "seconds": 3.0}


def test_with_labels_the_published_numbers_stand_beside(rung):
    runs = [rung("ConvAE", 0, acc=0.6, nmi=0.5), rung("ConvAE", 1, acc=0.8, nmi=0.5), rung("own", 0, acc=0.8, nmi=0.7)]
    first, own = compared(runs, labelled=True)
    assert (first["acc"], first["acc_sd"]) == (pytest.approx(0.7), pytest.approx(0.1414, abs=1e-4))
    assert (first["published_acc"], first["published_nmi"]) == (0.698, 0.652)
    assert (own["published_acc"], own["acc_sd"]) == (None, None)
    assert "published_acc" not in compared([rung("ConvAE", 0, "digits", acc=0.6)], labelled=True)[0]
    assert compared([], labelled=True) == []


def test_the_size_of_the_network_stands_beside_every_rung(rung):
    runs = [rung("ConvAE", seed, acc=0.6, n_parameters=72829) for seed in (0, 1)]
    (row,) = compared(runs, labelled=True)
    assert (row["n_parameters"], "n_parameters_sd" in row) == (72829, False)


def test_table_4_of_the_paper_is_there_rung_by_rung():
    rungs = published_rungs({"name": "mnist-test"}, "DSCDAN")
    steps = set(RUNGS["DSCDAN"]) - DSCDAN.beside_ladder
    assert [(r.acc, r.nmi) for r in rungs.values()] == [
        (0.781, 0.751),
        (0.856, 0.830),
        (0.844, 0.796),
        (0.850, 0.801),
        (0.961, 0.914),
        (0.980, 0.946),
    ]
    assert {"mnist", "mnist-test", "usps", "fashion-mnist"} <= {
        name for name in CATALOG if published_rungs({"name": name}, "DSCDAN").keys() >= steps
    }
    assert published_rungs({"name": "usps"}, "DDLS") == {}
    assert published_rungs({"name": "usps", "subset": {"n": 500}}, "DSCDAN") == {}, "of 500 samples nobody reports"
    assert published_rungs({"name": "digits"}, "DSCDAN") == {}, "what we measured ourselves is not called published"
    assert set(RUNGS["DSCDAN"]) == set(DSCDAN.ladder)
    assert set(RUNGS["DDLS"]) == set(METHODS["DDLS"].ladder) - {"+Stage I"}, "after stage I the paper gives no number"
    assert set(LADDERS_OF) == set(RUNGS) == {name for name, method in METHODS.items() if method.ladder} | {"LALNet"}


def test_figure_8_of_lalnet_stands_beside_the_runs_of_a_bench(rung):
    published = published_rungs({"name": "mnist-test"}, "LALNet")
    assert {name: row.acc for name, row in published.items()} == {
        "D4": 0.9832,
        "rotations": 0.978,
        "half-turn": 0.9684,
        "quarter-turn": 0.7252,
    }
    assert set(published) <= set(SETS)
    assert published == published_rungs({"name": "mnist", "part": "train"}, "LALNet")
    assert published_rungs({"name": "mnist"}, "LALNet") == {}, "of all 70,000 the paper tells nothing"


def test_a_rung_that_falls_by_more_than_the_spread_is_told():
    rows = [
        {"member": "a", "finished": 3, "acc": 0.70, "acc_sd": 0.01},
        {"member": "b", "finished": 3, "acc": 0.68, "acc_sd": 0.03},
        {"member": "c", "finished": 3, "acc": 0.60, "acc_sd": 0.01},
        {"member": "d", "finished": 0, "acc": None, "acc_sd": None},
        {"member": "e", "finished": 3, "acc": 0.90, "acc_sd": 0.01},
    ]
    assert fallen(rows) == "Not every rung is above the one before it here: c (0.600) is below b (0.680)."
    single = [{"member": "a", "finished": 1, "acc": 0.7}, {"member": "b", "finished": 1, "acc": 0.6}]
    assert fallen(single).endswith("With one seed that may be chance.")
    assert fallen(rows[:2]) == ""
    assert fallen(rows, beside={"c"}) == "", "what is beside the ladder has no rung below it"


def test_cells():
    assert with_spread(None, None) == "–"
    assert with_spread(0.83149, None) == "0.831"
    assert with_spread(0.83149, 0.0121) == "0.831 ± 0.012"
    assert with_spread(12.34, 1.26, 1) == "12.3 ± 1.3"
