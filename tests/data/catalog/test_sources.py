"""From published files to the catalog: every recipe on a small copy, downloads by name, and what is said when it fails."""

from __future__ import annotations

import bz2
import gzip
import io
import sys
import types
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from deepclust.data.catalog import digits, faces, mnist, photos, tables, texts, uci
from deepclust.data.catalog import entry as entry_module
from deepclust.data.catalog.downloads import Remote
from deepclust.data.catalog.source import Source, from_openml, make_file
from deepclust.data.catalog.table import CATALOG
from tests.data.reading.arrays.test_idx import idx

DICE = np.random.default_rng(1)


def silent(*_: object) -> None:
    pass


def zipped(path: Path, **members: str | bytes) -> dict[str, Path]:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return {path.name: path}


SOURCES = {entry.file: entry.source for entry in CATALOG.values() if entry.source is not None}


@pytest.mark.parametrize("file", SOURCES)
def test_a_source_is_whole(file):
    source = SOURCES[file]
    assert source.megabytes > 0
    assert source.by_package == (not source.files)
    for remote in source.files:
        assert all(url.startswith(("https://", "http://")) for url in remote.urls)
        assert not remote.checksum or len(remote.checksum) == len("md5:") + 32


def test_entries_that_are_read_from_one_file_name_one_source():
    assert all(entry.source in (None, SOURCES[entry.file]) for entry in CATALOG.values() if entry.source)


def test_only_what_nobody_offers_has_no_source():
    assert [e.name for e in CATALOG.values() if e.file and e.source is None] == ["notmnist", "reuters21578"]
    assert [file for file, source in SOURCES.items() if source.by_hand] == ["ytf.npz"]


def test_mnist_and_its_kin(tmp_path):
    files = {}
    for name, n in (("train", 3), ("t10k", 2)):
        for what, array in (("images-idx3", DICE.integers(0, 256, (n, 28, 28))), ("labels-idx1", np.arange(n))):
            files[f"{name}-{what}-ubyte.gz"] = tmp_path / f"{name}-{what}"
            files[f"{name}-{what}-ubyte.gz"].write_bytes(gzip.compress(idx(array.astype(np.uint8))))
    arrays = mnist.mnist_like(files)
    assert {name: a.shape for name, a in arrays.items()} == {
        "x_train": (3, 28, 28),
        "y_train": (3,),
        "x_test": (2, 28, 28),
        "y_test": (2,),
    }


def test_emnist_is_turned_upright(tmp_path):
    x = DICE.integers(0, 256, (2, 28, 28)).astype(np.uint8)
    members = {
        f"gzip__emnist-letters-{part}-{what}-ubyte.gz": gzip.compress(idx(array))
        for part in ("train", "test")
        for what, array in (("images-idx3", x), ("labels-idx1", np.array([1, 26], np.uint8)))
    }
    arrays = mnist.emnist(zipped(tmp_path / "gzip.zip", **members), "letters", 1)
    assert np.array_equal(arrays["x_test"][0], x[0].T)
    assert arrays["y_train"].tolist() == [0, 25]


def test_usps(tmp_path):
    files = {}
    for name in ("usps.bz2", "usps.t.bz2"):
        files[name] = tmp_path / name
        line = "1 " + " ".join(f"{i + 1}:{-1 if i % 2 else 1}" for i in range(256))
        files[name].write_bytes(bz2.compress(f"{line}\n10 256:0.0\n".encode()))
    arrays = digits.usps(files)
    assert arrays["x_train"].shape == (2, 16, 16)
    assert arrays["x_train"][0, 0, :3].tolist() == [255, 0, 255]
    assert arrays["x_train"][1].ravel().tolist() == [128] * 256
    assert arrays["y_test"].tolist() == [0, 9]


def test_svhn_and_tars(tmp_path):
    from scipy.io import savemat

    for part in ("train", "test"):
        savemat(tmp_path / f"{part}_32x32.mat", {"X": np.zeros((32, 32, 3, 2), np.uint8), "y": np.array([[10], [1]])})
    arrays = photos.svhn({p.name: p for p in tmp_path.iterdir()})
    assert arrays["x_test"].shape == (2, 32, 32, 3)
    assert arrays["y_train"].tolist() == [0, 1]
    parts = {"train": (np.zeros(3), np.ones(3)), "test": (np.zeros(2), np.ones(2))}
    read = photos.binary_tar({"a": tmp_path}, lambda path: parts)
    assert {k: len(v) for k, v in read.items()} == {"x_train": 3, "y_train": 3, "x_test": 2, "y_test": 2}


def test_youtube_faces(tmp_path):
    import h5py

    path = tmp_path / "data4torch.h5"
    with h5py.File(path, "w") as file:
        file["data"], file["labels"] = np.zeros((4, 3, 5, 6)), np.array([[1], [1], [2], [3]])
    arrays = faces.ytf({path.name: path})
    assert arrays["x"].shape == (4, 5, 6, 3)
    assert arrays["y"].tolist() == [0, 0, 1, 2]
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(ValueError, match="data and labels are needed"):
        faces.ytf({path.name: path})


def test_uci_tables(tmp_path):
    line = ",".join(map(str, range(16))) + ",7\n"
    files = zipped(tmp_path / "p.zip", **{"pendigits.tra": line * 2, "pendigits.tes": line})
    arrays = uci.train_and_test(files, "pendigits.tra", "pendigits.tes", (16,), joined=True)
    assert (arrays["x"].shape, arrays["y"].tolist()) == ((3, 16), [7, 7, 7])
    files = zipped(tmp_path / "o.zip", **{"o.tra": line * 2, "o.tes": line})
    arrays = uci.train_and_test(files, "o.tra", "o.tes", (4, 4), joined=False)
    assert arrays["x_train"].shape == (2, 4, 4)
    assert arrays["x_test"][0, 0].tolist() == [0, 1 / 16, 2 / 16, 3 / 16]

    arrays = tables.letter(zipped(tmp_path / "l.zip", **{"letter-recognition.data": "T,2,8\nA,1,15\n"}))
    assert arrays["x"].tolist() == [[2, 8], [1, 15]]
    assert arrays["y"].tolist() == [19, 0]

    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for part in ("train", "test"):
            archive.writestr(f"UCI HAR Dataset/{part}/X_{part}.txt", "  1e-1  -2\n 3 4\n")
            archive.writestr(f"UCI HAR Dataset/{part}/y_{part}.txt", "5\n1\n")
    arrays = tables.har(zipped(tmp_path / "h.zip", **{"UCI HAR Dataset.zip": inner.getvalue()}))
    assert arrays["x_test"].tolist() == [[np.float32(0.1), -2], [3, 4]]
    assert arrays["y_test"].tolist() == [4, 0]


def test_multiple_features_stand_side_by_side(tmp_path):
    views = {
        f"mfeat-{view}": "\n".join(f"{10 ** (4 + j) * i}" for i in range(400))
        for j, view in enumerate(tables.MFEAT_VIEWS)
    }
    arrays = tables.mfeat(zipped(tmp_path / "m.zip", **views))
    assert arrays["x"].shape == (400, 6)
    assert np.allclose(arrays["x"].std(axis=0), 1)
    assert np.bincount(arrays["y"]).tolist() == [200, 200]


@pytest.fixture
def sklearn_says(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict]]:
    """Put other functions in the place of scikit-learn's downloads; returns what they are asked."""
    asked: list[dict] = []

    def put(**results: object) -> list[dict]:
        import sklearn.datasets

        for name, result in results.items():

            def answer(*_: object, result: object = result, **options: object) -> object:
                asked.append(options)
                if isinstance(result, Exception):
                    raise result
                return result

            monkeypatch.setattr(sklearn.datasets, name, answer)
        return asked

    return put


def test_reuters_is_articles_under_one_root_with_frequent_words(sklearn_says, tmp_path, monkeypatch):
    from scipy.sparse import csr_matrix

    monkeypatch.setattr(texts, "VOCABULARY", 2)
    data = np.array([[0.0, 2, 0, 1], [3, 4, 0, 0], [0, 0, 1, 1], [1, 1, 0, 1]])
    target = np.array([[1, 0, 0, 0, 1], [0, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 1, 1]])
    bunch = types.SimpleNamespace(
        data=csr_matrix(data), target=csr_matrix(target), target_names=["CCAT", "ECAT", "E11", "GCAT", "C1"]
    )
    monkeypatch.setattr(texts, "RCV1_ROOTS", ("CCAT", "GCAT", "ECAT"))
    asked = sklearn_says(fetch_rcv1=bunch)
    arrays = texts.rcv1({"folder": tmp_path}, None)
    assert asked == [{"data_home": str(tmp_path)}]
    assert arrays["y"].tolist() == [0, 2, 1], "row 2 lies under two roots"
    norm = np.array([[0, 1], [0.6, 0.8], [0.5**0.5, 0.5**0.5]])
    assert np.allclose(arrays["x"], norm, atol=1e-3), "of the articles that remain, most have columns 1 and 0"
    assert len(texts.rcv1({"folder": tmp_path}, 2)["x"]) == 2


def test_what_scikit_learn_fetches(sklearn_says, tmp_path):
    words = ["apples and pears", "apples or plums", "stars and planets", "planets or moons"] * 6
    sklearn_says(
        fetch_20newsgroups=types.SimpleNamespace(data=words, target=np.arange(24) % 4),
        fetch_olivetti_faces=types.SimpleNamespace(images=np.zeros((3, 64, 64)), target=np.arange(3)),
        fetch_openml=types.SimpleNamespace(data=np.ones((3, 64)) * 16, target=np.array(["b", "a", "b"], object)),
    )
    assert texts.newsgroups({"folder": tmp_path})["x"].shape[0] == 24
    assert faces.olivetti({"folder": tmp_path})["x"].dtype == np.float32
    arrays = digits.optdigits_of_openml({"folder": tmp_path})
    assert (arrays["x"].shape, arrays["x"].max(), arrays["y"].tolist()) == ((3, 8, 8), 1, [1, 0, 1])
    assert from_openml((12, 14), {"folder": tmp_path})["x"].shape == (3, 128)
    assert tables.mfeat_of_openml({"folder": tmp_path})["x"].shape == (3, 384)


def test_where_the_official_address_fails_openml_is_asked(sklearn_says, tmp_path):
    unreachable = Remote("l.zip", ("http://127.0.0.1:9/l.zip",))
    source = Source("letter", (unreachable,), tables.letter, 1, SOURCES["letter.npz"].otherwise)
    sklearn_says(fetch_openml=types.SimpleNamespace(data=np.ones((3, 16)), target=np.array(["B", "A", "B"])))
    path = make_file(source, "letter.npz", "Letters", tmp_path, silent)
    with np.load(path) as arrays:
        assert arrays["y"].tolist() == [1, 0, 1]
    sklearn_says(fetch_openml=OSError("no net"))
    with pytest.raises(ValueError, match=r"Letters cannot be downloaded: there is no connection to 127\.0\.0\.1"):
        make_file(source, "letter.npz", "Letters", tmp_path, silent)


def test_a_fetched_entry_can_be_loaded_and_is_not_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path / "data"))
    entry = CATALOG["letter"]
    assert entry.can_be_fetched
    assert "`deepclust datasets --fetch letter` downloads it (about 1 MB)" in entry.unavailable_reason()
    lines = "".join(f"{chr(65 + i % 26)},{','.join('3' * 16)}\n" for i in range(20_000))
    (tmp_path / "data" / "downloads" / "letter").mkdir(parents=True)
    zipped(tmp_path / "data" / "downloads" / "letter" / "letter.zip", **{"letter-recognition.data": lines})
    told: list[str] = []
    entry.fetch(lambda what, done, total: told.append(what))
    assert told == ["Reading", "Writing"], "a file that someone put there is taken"
    ds = entry.load()
    assert (ds.n_samples, ds.n_classes, ds.X[0, 0]) == (20_000, 26, np.float32(0.2))
    monkeypatch.setattr(entry_module, "make_file", None)
    assert entry.fetch(silent) == tmp_path / "data" / "letter.npz"
    assert not entry.can_be_fetched


def test_what_cannot_be_fetched_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="not offered for download any more"):
        CATALOG["notmnist"].fetch(silent)
    assert not CATALOG["ytf"].can_be_fetched
    assert "or data4torch.h5 in" in CATALOG["ytf"].unavailable_reason()
    with pytest.raises(ValueError, match=r"Get the file data4torch\.h5 by hand"):
        CATALOG["ytf"].fetch(silent)


def test_two_downloads_of_the_same_files_do_not_mix(tmp_path):
    (tmp_path / "downloads" / "letter").mkdir(parents=True)
    with FileLock(tmp_path / "downloads" / "letter" / ".lock"), pytest.raises(ValueError, match="already"):
        make_file(SOURCES["letter.npz"], "letter.npz", "Letters", tmp_path, silent)


def test_what_a_killed_download_left_unfinished_is_removed(tmp_path):
    folder = tmp_path / "downloads" / "letter"
    folder.mkdir(parents=True)
    zipped(folder / "letter.zip", **{"letter-recognition.data": "A,1,2\nB,3,4\n"})
    kept = [tmp_path / ".usps.npz.77.0a.part", folder / ".4f.part", folder / "tmpl"]
    for path in (*kept, tmp_path / ".letter.npz.77.0a.part", folder / "tmpx8u_q3z0"):
        path.write_bytes(b"half")
    make_file(SOURCES["letter.npz"], "letter.npz", "Letters", tmp_path, silent)
    assert {p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == b"half"} == set(kept)


def test_scikit_learn_offline_is_a_sentence(sklearn_says, tmp_path, monkeypatch):
    sklearn_says(fetch_olivetti_faces=OSError("no route to host"))
    with pytest.raises(ValueError, match=r"scikit-learn, which fetches it, says: no route to host\. Connect"):
        make_file(SOURCES["olivetti.npz"], "olivetti.npz", "Olivetti faces", tmp_path, silent)
    assert not (tmp_path / "olivetti.npz").exists()


def test_a_set_that_does_not_fit_into_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path))
    (tmp_path / "rcv1.npz").write_bytes(b"x")
    monkeypatch.setitem(
        sys.modules, "psutil", types.SimpleNamespace(virtual_memory=lambda: types.SimpleNamespace(available=2**30))
    )
    with pytest.raises(ValueError, match=r"needs 7\.7 GiB of memory to open, and 1\.0 GiB are free"):
        CATALOG["rcv1"].load()
