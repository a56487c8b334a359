"""The catalog: every entry is whole, loads what it promises, and says why it does not."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from deepclust.data.catalog import digits as digits_module
from deepclust.data.catalog.table import CATALOG, data_folder, load_dataset, reported_on

ALWAYS = ("digits", "moons", "rings", "blobs", "spirals")
FROM_FILE = tuple(n for n, e in CATALOG.items() if e.file)


def test_what_comes_with_the_app_stands_first_and_no_name_that_runs_may_hold_is_lost():
    names = [
        "mnist",
        "mnist-test",
        "fashion-mnist",
        "kmnist",
        "emnist-letters",
        "emnist-digits",
        "notmnist",
        "usps",
        "optdigits",
        "svhn",
        "cifar10",
        "stl10",
        "coil20",
        "coil100",
        "ytf",
        "olivetti",
        "pendigits",
        "letter",
        "har",
        "mfeat",
        "newsgroups",
        "rcv1",
        "rcv1-10k",
        "reuters21578",
    ]
    without_file = [name for name, entry in CATALOG.items() if not entry.file]
    assert list(CATALOG)[: len(without_file)] == without_file
    assert without_file[: len(ALWAYS)] == list(ALWAYS)
    assert [name for name in CATALOG if name in names] == names


@pytest.mark.parametrize("name", CATALOG)
def test_an_entry_is_whole(name):
    entry = CATALOG[name]
    assert entry.name == name
    assert entry.title
    assert entry.summary.endswith(".")
    assert entry.licence
    assert bool(entry.citation) == (entry.drawn is None)
    assert sum(map(bool, (entry.file, entry.bundled, entry.drawn))) == 1
    assert entry.file or entry.source is None
    assert len(entry.class_names) in (0, entry.n_classes)
    for option in entry.options.values():
        assert option.min <= option.default <= option.max
        assert option.help


@pytest.mark.parametrize("name", ALWAYS)
def test_bundled_sets_are_what_the_entry_says(name):
    entry = CATALOG[name]
    ds = entry.load()
    assert entry.available()
    assert entry.unavailable_reason() == ""
    assert (ds.name, ds.title, ds.kind) == (name, entry.title, entry.kind)
    assert (ds.n_samples, ds.feature_shape, ds.n_classes) == (entry.n_samples, entry.feature_shape, entry.n_classes)


@pytest.mark.parametrize("name", FROM_FILE)
def test_real_files_are_what_the_entry_says(name, real_data):
    entry = CATALOG[name]
    real_data(entry.file)
    assert entry.available()
    ds = entry.load()
    assert (ds.n_samples, ds.feature_shape, ds.n_classes) == (entry.n_samples, entry.feature_shape, entry.n_classes)
    assert len(np.unique(ds.y)) == entry.n_classes
    assert ds.X.min() == 0.0
    assert 0.9 < ds.X.max() <= 1.0
    assert ds.n_train == {"mnist": 60_000, "fashion-mnist": 60_000, "usps": 7291}.get(name)


def test_mnist_test_is_the_end_of_mnist(real_data):
    real_data("mnist.npz")
    whole, test = load_dataset("mnist"), load_dataset("mnist-test")
    assert np.array_equal(whole.X[60_000:], test.X)
    assert np.array_equal(whole.y[60_000:], test.y)


def test_digits_equal_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    bunch = load_digits()
    ds = load_dataset("digits")
    assert np.array_equal(ds.X, (bunch.images / 16).astype(np.float32))
    assert np.array_equal(ds.y, bunch.target)


def test_digits_without_the_packaged_file(monkeypatch, tmp_path):
    packaged = load_dataset("digits")
    monkeypatch.setattr(digits_module, "find_spec", lambda name: None)
    monkeypatch.chdir(tmp_path)
    assert load_dataset("digits").fingerprint == packaged.fingerprint


def test_loading_digits_imports_nothing_heavy():
    code = (
        "import sys; from deepclust.data import load_dataset; assert load_dataset('digits').n_samples == 1797; "
        "print(*[m for m in ('torch', 'umap', 'sklearn', 'scipy', 'pandas', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_options_of_drawn_sets():
    ds = load_dataset("rings", n_samples=300, n_rings=3, seed=4)
    assert (ds.n_samples, ds.n_classes) == (300, 3)
    with pytest.raises(ValueError, match="n_samples=3 is not allowed"):
        load_dataset("moons", n_samples=3)
    with pytest.raises(ValueError, match=r"no parameter 'points'.*n_samples, noise, seed"):
        load_dataset("moons", points=3)
    with pytest.raises(ValueError, match="'digits' has no option 'n_samples'"):
        load_dataset("digits", n_samples=3)


def test_an_unknown_name_gets_a_hint_and_the_list():
    with pytest.raises(ValueError, match=r"no data set 'mnsit'. Did you mean 'mnist'.*There are: digits, moons"):
        load_dataset("mnsit")
    with pytest.raises(ValueError, match=r"no data set 'zzz'\. There are"):
        load_dataset("zzz")


def test_the_folder_is_named_by_the_environment_and_never_made(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path / "none"))
    assert data_folder() == tmp_path / "none"
    assert not CATALOG["mnist"].available()
    assert not data_folder().exists()
    monkeypatch.delenv("DEEPCLUST_DATA")
    assert data_folder().parts[-2:] == ("deepclust", "data")


def test_a_missing_file_is_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path))
    assert (
        CATALOG["usps"].unavailable_reason().startswith("needs the file usps.npz in the folder named by DEEPCLUST_DATA")
    )
    with pytest.raises(
        ValueError,
        match=r"'usps' needs the file usps\.npz.*Download it on the Data page, put the file there, or set DEEPCLUST_DATA",
    ):
        load_dataset("usps")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (
            {"x": np.zeros((3, 16), np.uint8), "y": np.zeros(3, np.uint8)},
            r"shape \(3, 16\) .* but Pen digits is \(10992, 16\)",
        ),
        ({"data": np.zeros((3, 16), np.uint8)}, "does not hold the arrays of Pen digits"),
        (None, "not an .npz file"),
    ],
)
def test_a_wrong_file_is_refused(monkeypatch, tmp_path, arrays, words):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path))
    if arrays is None:
        (tmp_path / "pendigits.npz").write_bytes(b"oops")
    else:
        np.savez(tmp_path / "pendigits.npz", **arrays)
    with pytest.raises(ValueError, match=words):
        load_dataset("pendigits")


def test_reported_numbers_are_shares_with_a_source():
    for entry in CATALOG.values():
        for row in entry.reported:
            assert row.source
            assert all(value is None or 0.0 < value < 1.0 for value in (row.acc, row.nmi))
            assert row.nmi is None or "max normaliser" in row.note
        assert len({(r.method, r.source) for r in entry.reported}) == len(entry.reported)


def test_published_numbers_stand_best_first_and_beside_the_right_data():
    usps = CATALOG["usps"].published
    assert [p.acc for p in usps] == sorted((p.acc for p in usps), reverse=True)
    found = {p.method: (p.acc, p.nmi, p.by) for p in usps}
    assert found["Dual autoencoder (DSCDAN)"] == (0.869, 0.857, "authors")
    assert found["LALNet"] == (0.9651, None, "authors")
    assert found["DEC"] == (0.762, 0.767, "others")
    assert CATALOG["reuters21578"].published == ()


def test_a_number_that_we_measured_is_not_called_published():
    measured = {row.method: row for row in CATALOG["digits"].reported}
    assert (measured["k-means"].acc, measured["DEC"].nmi) == (0.792, 0.778)
    assert {row.by for row in measured.values()} == {"us"}
    assert "With ClustPy 0.0.3" in measured["DEC"].note
    assert CATALOG["digits"].published == ()
    assert reported_on({"name": "digits"}) == CATALOG["digits"].reported
    assert reported_on({"name": "digits", "subset": {"n": 500}}) == ()


def test_the_tables_of_lalnet_and_ddls_are_there_whole_as_quoted_by_them():
    def of(name: str, source: str) -> dict[str, float | None]:
        return {r.method: r.acc for r in CATALOG[name].published if r.source.startswith(source) and r.by == "others"}

    assert of("mnist-test", "Kilinc") == {
        "IMSAT": 0.984,
        "JULE": 0.961,
        "AAE (30 clusters)": 0.959,
        "VaDE": 0.9406,
        "GMVAE (30 clusters)": 0.9277,
        "AAE (16 clusters)": 0.9045,
        "CatGAN (20 clusters)": 0.903,
        "GMVAE (16 clusters)": 0.8782,
        "DEC": 0.843,
        "GMVAE": 0.8231,
        "AE + k-means": 0.8184,
        "k-means": 0.5349,
    }
    assert of("usps", "Kilinc") == {"JULE": 0.95}
    assert of("svhn", "Kilinc") == {"IMSAT": 0.573, "DEC": 0.119}
    ddls = {"DEPICT": 0.965, "Neural Clustering": 0.966, "DBC": 0.964, "DCC": 0.963, "VaDE": 0.944}
    assert of("mnist", "Tzoreff") == ddls | {"DEC": 0.843, "DCN": 0.83, "JULE": 0.8}
    assert of("coil20", "Tzoreff") == {"DSC-Net": 0.946, "DBC": 0.793, "DEPICT": 0.42}
    assert len(of("coil100", "Tzoreff")) == 7


def test_which_numbers_are_of_samples_that_were_not_learned_from_is_known():
    held_out = {(e.name, r.method) for e in CATALOG.values() for r in e.reported if r.held_out}
    assert held_out == {
        *(
            ("mnist-test", "LALNet" + of)
            for of in ("", *(f" with T1 {t} alone" for t in ("to T4", "and T3", "and T2")))
        ),
        ("mnist-test", "DDLS"),
        ("mnist-test", "Nearest centre, codes of VaDE"),
        ("mnist-test", "Nearest centre, pixels"),
        ("svhn", "LALNet"),
    }


def test_a_train_part_is_compared_with_numbers_of_the_test_part():
    rows = reported_on({"name": "mnist", "part": "train"})
    assert [row.method for row in rows[:3]] == ["LALNet", "LALNet with T1 to T4 alone", "DDLS"]
    assert all(row.held_out for row in rows)
    assert reported_on({"name": "usps", "part": "train"}) == ()
    assert reported_on({"name": "mnist", "part": "train", "subset": {"n": 500}}) == ()


DDLS = {"DDLS", "DDLS, stage 0"}


@pytest.mark.parametrize(("name", "methods"), [("coil20", DDLS | {"AC-GDL"}), ("coil100", DDLS), ("svhn", {"LALNet"})])
def test_what_a_paper_quotes_of_other_methods_is_marked(name, methods):
    assert {row.method for row in CATALOG[name].published if row.by == "authors"} == methods
