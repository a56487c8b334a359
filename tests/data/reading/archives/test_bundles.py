"""A zip, a tar and a folder: the same files in every form, and what is refused."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data.reading.archives import bundles
from deepclust.data.reading.archives.bundles import open_bundle
from deepclust.data.reading.pictures.collection import read_pictures, scan_pictures
from tests.data.conftest import encoded

PNG = encoded(Image.fromarray(np.arange(20, dtype=np.uint8).reshape(4, 5)))


FILES = {"b/2.png": PNG, "a/1.png": PNG, "a/.hidden.png": PNG, "__MACOSX/a/1.png": PNG, "notes.txt": b"hello"}


def as_folder(place: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def as_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def as_tar(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz", "tar.xz"])
def test_the_same_files_in_every_form(tmp_path, kind):
    if kind == "folder":
        source = as_folder(tmp_path / "x", FILES)
    elif kind == "zip":
        source = as_zip(tmp_path / "x.zip", FILES)
    else:
        source = as_tar(tmp_path / f"x.{kind}", FILES, f"w:{kind[4:]}")
    with open_bundle(source, "x", "Advice") as bundle:
        assert bundle.names == ["a/1.png", "b/2.png", "notes.txt"]
        assert {name: stream.read() for name, stream in bundle.streams(["a/1.png", "b/2.png"])} == {
            "a/1.png": PNG,
            "b/2.png": PNG,
        }
    ds = read_pictures(source)
    assert (ds.class_names, ds.y.tolist(), ds.ids.tolist()) == (("a", "b"), [0, 1], [b"a/1.png", b"b/2.png"])
    assert ds.left_out == ("notes.txt (not a picture)",)
    assert scan_pictures(source).same_size == (4, 5)
    if kind not in ("folder",):
        assert read_pictures(io.BytesIO(source.read_bytes())).n_samples == 2


def test_links_are_never_followed(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(PNG)
    folder = as_folder(tmp_path / "x", {"1.png": PNG})
    (folder / "link.png").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.png")
    ds = read_pictures(folder)
    assert ds.n_samples == 1
    assert ds.left_out == ("link.png (a link)", "pipe.png (no file)", "up (a link)")

    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(folder / "1.png", "1.png")
        for kind, name in ((tarfile.SYMTYPE, "soft.png"), (tarfile.LNKTYPE, "hard.png"), (tarfile.CHRTYPE, "dev.png")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(secret)
            archive.addfile(info)
    assert read_pictures(tmp_path / "x.tar").left_out == ("dev.png (no file)", "hard.png (a link)", "soft.png (a link)")

    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("1.png", PNG)
        info = zipfile.ZipInfo("link.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, str(secret))
    assert read_pictures(tmp_path / "x.zip").left_out == ("link.png (a link)",)


def test_names_that_lead_out_are_only_names(tmp_path):
    source = as_tar(tmp_path / "x.tar", {"../../up/1.png": PNG, "/etc/2.png": PNG})
    assert read_pictures(source).class_names == ("etc", "up")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.tar"]


def test_archives_in_archives_are_not_opened(tmp_path):
    inner = as_zip(tmp_path / "inner.zip", {"1.png": PNG}).read_bytes()
    with pytest.raises(ValueError, match=r"only inner\.zip\. Archives within archives are not opened: unpack it first"):
        read_pictures(as_zip(tmp_path / "x.zip", {"inner.zip": inner}))
    ds = read_pictures(as_zip(tmp_path / "y.zip", {"inner.zip": inner, "1.png": PNG}))
    assert ds.left_out == ("inner.zip (not a picture)",)


def test_a_tar_bomb_is_refused_while_its_list_is_read(tmp_path, monkeypatch):
    source = as_tar(tmp_path / "x.tar.gz", {f"{i}.png": bytes(2**20) for i in range(4)}, "w:gz")
    monkeypatch.setattr(bundles, "MAX_UNPACKED", 2**21)
    with pytest.raises(ValueError, match="as a bomb does"):
        read_pictures(source)


def test_too_many_and_too_large_files(tmp_path, monkeypatch):
    files = {"1.png": PNG, "2.png": PNG + bytes(1000)}
    monkeypatch.setattr(bundles, "MAX_FILE", 500)
    for source in (
        as_folder(tmp_path / "x", files),
        as_zip(tmp_path / "x.zip", files),
        as_tar(tmp_path / "x.tar", files),
    ):
        assert read_pictures(source).left_out == ("2.png (too large)",)
    monkeypatch.setattr(bundles, "MAX_FILE", 5000)
    monkeypatch.setattr(bundles, "MAX_MEMBERS", 1)
    with pytest.raises(ValueError, match="holds more than 1 files"):
        read_pictures(tmp_path / "x")
    with pytest.raises(ValueError, match="holds more than 1 files"):
        read_pictures(tmp_path / "x.tar")


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.bz2"])
def test_damaged_tars_never_end_in_another_error(tmp_path, ending):
    mode = "w:" + ending[5:]
    whole = as_tar(tmp_path / f"x{ending}", {f"{i}.png": PNG for i in range(5)}, mode).read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(40):
        broken = bytearray(whole[: rng.integers(1, len(whole))] if rng.random() < 0.4 else whole)
        for _ in range(3):
            broken[rng.integers(len(broken))] = rng.integers(256)
        (tmp_path / f"x{ending}").write_bytes(bytes(broken))
        try:
            read_pictures(tmp_path / f"x{ending}")
        except ValueError:
            refused += 1
    assert refused > 5
    (tmp_path / f"x{ending}").write_bytes(b"no tar")
    with pytest.raises(ValueError, match="is not a tar archive"):
        read_pictures(tmp_path / f"x{ending}")
