"""Uploads on their way in, paths of this machine, and the reader for each kind of file."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data import intake
from deepclust.data.intake import allowed_path, ending_of, point_to, receive, shown_name, title_of
from deepclust.data.own import keep_dataset, list_own
from deepclust.data.reading.kinds import CHOICES, kind_of_file
from deepclust.data.reading.pictures.collection import PictureScan
from deepclust.data.reading.read import look_at_file, read_file
from deepclust.data.reading.tables.columns import TableLook
from tests.data.conftest import encoded
from tests.data.reading.archives.test_bundles import PNG, as_folder, as_tar, as_zip


def test_an_upload_is_written_once_and_named_by_its_content(tmp_path):
    content = bytes(range(256)) * 9000
    first = receive([("my data.npz", io.BytesIO(content))], tmp_path)
    again = receive([("other name.npz", io.BytesIO(content))], tmp_path)
    assert first.path == again.path
    assert first.path.read_bytes() == content
    assert (first.sha256, first.n_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (first.title, again.title) == ("my data", "other name")
    assert [p.name for p in (tmp_path / "incoming").iterdir()] == [f"{first.sha256}.npz"]
    first.discard()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_many_pictures_become_one_zip_that_their_order_does_not_change(tmp_path):
    def sent(*names: str):
        return [(name, io.BytesIO(PNG)) for name in names]

    first = receive(sent("cats/a/1.png", "cats/b/2.png"), tmp_path)
    assert receive(sent("cats/b/2.png", "cats/a/1.png"), tmp_path).sha256 == first.sha256
    assert (first.title, first.n_files) == ("cats", 2)
    assert read_file(first.path, name="cats").class_names == ("a", "b")
    doubled = receive(sent("1.png", "1.png", "../../x/1.png", "/etc/1.png"), tmp_path)
    with zipfile.ZipFile(doubled.path) as archive:
        assert archive.namelist() == ["../../x/1.png", "etc/1.png", "1.png", "1 (2).png"]
    assert doubled.title == "4 files"
    single = receive(sent("1.png"), tmp_path)
    assert read_file(single.path).n_samples == 1


def test_files_that_do_not_belong_together_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must be pictures or \.txt files, but there are a\.csv, b\.csv"):
        receive([("a.csv", io.BytesIO(b"x")), ("b.csv", io.BytesIO(b"x"))], tmp_path)
    with pytest.raises(ValueError, match="No file was sent"):
        receive([], tmp_path)
    for name in ("a.docx", "a"):
        with pytest.raises(ValueError, match=r"not known here\. Give a \.zip"):
            receive([(name, io.BytesIO(b"x"))], tmp_path)
    for names in (["a.pkl"], ["1.heic", "2.heic"]):
        with pytest.raises(ValueError, match=r"a\.pkl is pickled.*to_csv|1\.heic holds HEIC.*Export them as JPEG"):
            receive([(name, io.BytesIO(b"x")) for name in names], tmp_path)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("plain.csv", "plain"),
        ("a.tar.gz", "a"),
        ("C:\\x\\größe 🎈.zip", "größe 🎈"),
        ("👩‍🔬.npz", "👩‍🔬"),
        ("<script>alert('x')</script>.csv", "script"),
        ("**bold** [link](http://x) :red[y] $z$.csv", "x red y z"),
        ("a\n\t\x00b.npz", "a b"),
        ("***.csv", "my data"),
        (".csv", "my data"),
        ("x" * 100 + ".csv", "x" * 60),
        ("no_ending", "no ending"),
    ],
)
def test_titles_are_names_without_anything_that_formats(name, title):
    assert title_of(name) == title


def test_shown_names_keep_what_looks_like_an_ending():
    assert shown_name("study.csv") == "study.csv"
    assert ending_of("A.TAR.GZ") == ".tar.gz"


def test_a_failed_upload_leaves_nothing(tmp_path):
    class Cut(io.BytesIO):
        def read(self, n=-1):
            raise OSError(28, "No space left on device")

    with pytest.raises(ValueError, match="is full"):
        receive([("a.npz", Cut())], tmp_path)
    with pytest.raises(ValueError, match="is full"):
        receive([("a.png", io.BytesIO(PNG)), ("b.png", Cut())], tmp_path)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_disk_that_fills_up_while_writing_is_said(tmp_path):
    code = (
        "import io, resource, sys, pathlib; resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20));"
        "from deepclust.data.intake import receive; from deepclust.data import Dataset, keep_dataset; import numpy as np\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "for work in (lambda: receive([('a.npz', io.BytesIO(bytes(2**22)))], folder),"
        " lambda: keep_dataset(Dataset('a', np.ones((1000, 1000))), folder)):\n"
        "    try: work()\n"
        "    except ValueError as error: print(error)"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 2**20
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    assert len(said) == 2
    assert all("is full, and nothing was kept" in line for line in said)
    assert list_own(tmp_path) == []
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_uploads_that_nobody_used_are_forgotten(tmp_path):
    old = receive([("a.npz", io.BytesIO(b"old"))], tmp_path)
    os.utime(old.path, (time.time() - 2 * intake.FORGOTTEN,) * 2)
    new = receive([("b.npz", io.BytesIO(b"new"))], tmp_path)
    assert list((tmp_path / "incoming").iterdir()) == [new.path]


def test_two_uploads_at_once(tmp_path):
    rng = np.random.default_rng(0)
    arrays = [rng.random((200, 50)) for _ in range(2)] * 4
    found: list[dict[str, str]] = []

    def bring(x: np.ndarray) -> None:
        stream = io.BytesIO()
        np.savez(stream, x=x)
        stream.seek(0)
        incoming = receive([("x.npz", stream)], tmp_path)
        found.append(keep_dataset(read_file(incoming.path, name=incoming.title), tmp_path))

    threads = [threading.Thread(target=bring, args=(x,)) for x in arrays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({ref["own"] for ref in found}) == 2
    assert len(list_own(tmp_path)) == 2
    assert [p for p in tmp_path.rglob(".*") if p.is_file()] == []


# -- paths of this machine ----------------------------------------------------------------------------------------------


def test_paths_are_read_inside_allowed_folders_only(tmp_path, monkeypatch):
    mine, other = tmp_path / "mine", tmp_path / "other"
    as_folder(mine, {"x.csv": b"a\n1\n", "pictures/1.png": PNG})
    as_folder(other, {"secret.csv": b"a\n1\n"})
    (mine / "way out").symlink_to(other)
    monkeypatch.delenv("DEEPCLUST_FOLDERS", raising=False)
    with pytest.raises(ValueError, match="No folder of this machine may be read yet"):
        allowed_path(str(mine / "x.csv"))
    monkeypatch.setenv("DEEPCLUST_FOLDERS", f"{mine}{os.pathsep}{tmp_path / 'none'}")
    assert allowed_path(str(mine / "x.csv")) == mine / "x.csv"
    assert allowed_path(" x.csv ") == mine / "x.csv"
    for bad in (str(other / "secret.csv"), "../other/secret.csv", "way out/secret.csv", "/etc/passwd", f"{mine}x"):
        with pytest.raises(ValueError, match="lies outside the folders that may be read"):
            allowed_path(bad)
    with pytest.raises(ValueError, match="There is no"):
        allowed_path("y.csv")
    for odd in ("a\0b", "x" * 5000):
        with pytest.raises(ValueError, match=r"is no path|outside|There is no"):
            allowed_path(odd)
    pointed = point_to("pictures")
    assert (pointed.title, pointed.sha256) == ("pictures", "")
    pointed.discard()
    assert (mine / "pictures").exists()


# -- kinds of files ----------------------------------------------------------------------------------------------------


def test_every_kind_is_known_by_its_ending_and_content(tmp_path):
    np.save(tmp_path / "a.npy", np.eye(3))
    np.savez(tmp_path / "a.npz", x=np.eye(3))
    np.savez(tmp_path / "b.zip.npz", x=np.eye(3))
    (tmp_path / "b.zip.npz").rename(tmp_path / "b.zip")
    (tmp_path / "a.CSV").write_text("a,b\n1,2\n3,4\n")
    texts = {"1.txt": b"one two", "2.txt": b"two three"}
    found = {
        "a.npy": "npy",
        "a.npz": "npz",
        "b.zip": "npz",
        "a.CSV": "table",
        as_folder(tmp_path / "pictures", {"1.png": PNG}).name: "pictures",
        as_folder(tmp_path / "texts", texts).name: "texts",
        as_zip(tmp_path / "texts.zip", texts).name: "texts",
        as_tar(tmp_path / "x.tgz", {"1.png": PNG}, "w:gz").name: "pictures",
    }
    for name, kind in found.items():
        assert kind_of_file(tmp_path / name) == kind
        assert read_file(tmp_path / name).n_samples >= 1
        assert set(CHOICES[kind]) >= ({"size"} if kind == "pictures" else set())
    assert read_file(tmp_path / "x.tgz").name == "x"
    assert isinstance(look_at_file(tmp_path / "pictures"), PictureScan)
    assert isinstance(look_at_file(tmp_path / "a.CSV"), TableLook)
    assert look_at_file(tmp_path / "a.npy") is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.npy", b"", "is empty"),
        ("a.png", PNG, "is a single picture"),
        ("a.bin", b"\x89HDF\r\n", r"It looks like hdf5: give its name that ending"),
        ("a.bin", b"hello", "of any other kind"),
        ("a.npy", b"\x93NUMPY\x01\x00", "not an .npy file, or it is damaged"),
        ("a.npy", b"hello there", "not an .npy file"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_file(tmp_path / name)


def test_folders_without_data_and_missing_files(tmp_path):
    with pytest.raises(ValueError, match="it is empty"):
        read_file(tmp_path)
    as_folder(tmp_path / "x", {"a.csv": b"a\n1", "b.csv": b"a\n1"})
    with pytest.raises(ValueError, match=r"x is neither .* it holds a\.csv"):
        read_file(tmp_path / "x")
    with pytest.raises(ValueError, match="There is no file"):
        read_file(tmp_path / "none.csv")


def test_pickles_and_bombs_in_npy(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="holds Python objects"):
        read_file(tmp_path / "a.npy")
    header = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000), }"
    (tmp_path / "a.npy").write_bytes(header.ljust(127) + b"\n" + bytes(100))
    with pytest.raises(ValueError, match=r"says that it has the shape \(1000000000, 1000\), 3,725\.3 GiB"):
        read_file(tmp_path / "a.npy")


def test_choices_of_the_wrong_kind_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.eye(3), features=np.ones((3, 2)), other=np.arange(3))
    ds = read_file(tmp_path / "a.npz", {"x": "features", "y": "other"})
    assert (ds.feature_shape, ds.n_classes) == ((2,), 3)
    with pytest.raises(ValueError, match=r"'size' cannot be chosen; a file of this kind has x, y"):
        read_file(tmp_path / "a.npz", {"size": [3, 3]})
    np.save(tmp_path / "a.npy", np.eye(3))
    with pytest.raises(ValueError, match="a file of this kind has pictures"):
        read_file(tmp_path / "a.npy", {"x": "a"})
    (tmp_path / "t.csv").write_text("a,b,kind\n" + "1,2,x\n3,4,y\n" * 5)
    assert read_file(tmp_path / "t.csv", {"features": ["b"]}).X[:, 0].tolist() == [2, 4] * 5
    assert read_file(tmp_path / "t.csv", {"label": None}).y is None


def test_one_sample_and_one_class(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.eye(3)[:1], y=[0])
    ds = read_file(tmp_path / "a.npz")
    assert (ds.n_samples, ds.n_classes) == (1, 1)


def test_a_picture_of_a_hundred_megapixels_and_an_empty_one_are_left_out_by_name(tmp_path):
    large = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(large, "PNG")
    ds = read_file(as_zip(tmp_path / "x.zip", {"1.png": PNG, "large.png": large.getvalue(), "empty.png": b""}))
    assert ds.n_samples == 1
    assert [line.split(" (")[0] for line in ds.left_out] == ["empty.png", "large.png"]


def test_photographs_are_decoded_small_and_upright(tmp_path):
    picture = Image.new("RGB", (640, 480))
    picture.paste((255, 0, 0), (0, 0, 640, 240))
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(picture, "JPEG", exif=exif, quality=95)
    ds = read_file(as_zip(tmp_path / "x.zip", {f"{i}.jpg": content for i in range(20)}), {"size": [32, 24]})
    assert ds.X.shape == (20, 32, 24, 3)
    assert ds.X[0, :, -4:, 0].min() > 0.9
    assert ds.X[0, :, :4].max() < 0.1


@pytest.mark.parametrize("kind", ["csv", "parquet", "h5", "npy", "zip"])
def test_reading_leaves_nothing_outside(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    path = Path("in") / f"x.{kind}"
    if kind == "csv":
        path.write_text("a,b\n1,2\n3,4\n")
    elif kind == "parquet":
        import pandas as pd

        pd.DataFrame({"a": [1.0, 2.0]}).to_parquet(path)
    elif kind == "h5":
        import h5py

        with h5py.File(path, "w") as file:
            file["x"] = np.eye(3)
    elif kind == "npy":
        np.save(path, np.eye(3))
    else:
        as_zip(path, {"../1.png": PNG})
    before = path.read_bytes()
    read_file(path)
    assert [p.name for p in tmp_path.rglob("*")] == ["in", path.name]
    assert path.read_bytes() == before
