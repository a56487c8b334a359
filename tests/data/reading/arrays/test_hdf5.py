"""HDF5: arrays are found, and nothing outside the file is ever read."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from deepclust.data.reading.arrays import hdf5
from deepclust.data.reading.arrays.hdf5 import read_arrays_hdf5
from deepclust.data.reading.read import read_file

pytestmark = pytest.mark.usefixtures("at_once")

X = np.random.default_rng(0).random((60, 4))


def test_arrays_in_groups_by_their_short_or_long_name(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["train/x"], file["test/x"], file["train/y"] = X, X[:2], np.arange(60) % 3
        file["words"] = np.array(["a", "ü"], dtype=h5py.string_dtype())
        file["empty"] = h5py.Empty("f")
        file["table"] = np.zeros(3, dtype=[("a", "f4")])
        file["train/self"] = file["train"]
    arrays = read_arrays_hdf5(tmp_path / "a.h5", "a")
    assert sorted(arrays) == ["test/x", "train/x", "words", "y"]
    assert arrays["words"].tolist() == ["a", "ü"]


def test_samples_labels_and_ids(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["features"], file["label"] = X, np.array([b"u", b"v", b"u"] * 20)
        file["ids"] = np.array([f"s{i}" for i in range(60)], dtype=h5py.string_dtype())
        file["other"] = np.arange(60)
    ds = read_file(tmp_path / "a.h5")
    assert (ds.n_samples, ds.class_names, ds.name_of(7)) == (60, ("u", "v"), "s7")
    ds = read_file(tmp_path / "a.h5", {"x": "features", "y": "other"})
    assert ds.n_classes == 60
    with pytest.raises(ValueError, match=r"has no array 'z'\. It has: features"):
        read_file(tmp_path / "a.h5", {"x": "z"})


@pytest.mark.parametrize("how", ["external link", "soft link", "external data", "virtual", "references", "large"])
def test_what_leads_elsewhere_or_is_too_much_is_refused(tmp_path, how):
    (tmp_path / "secret.bin").write_bytes(bytes(1000))
    words = "is a link to another place"
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = X
        if how == "external link":
            file["e"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/x")
        elif how == "soft link":
            file["s"] = h5py.SoftLink("/x")
        elif how == "external data":
            file.create_dataset("d", (10,), "u1", external=[(str(tmp_path / "secret.bin"), 0, 1000)])
            words = "lie in other files"
        elif how == "virtual":
            layout = h5py.VirtualLayout((60, 4), "f8")
            layout[:] = h5py.VirtualSource(str(tmp_path / "b.h5"), "x", (60, 4))
            file.create_virtual_dataset("v", layout)
            words = "lie in other files"
        elif how == "references":
            file.create_dataset("r", (3,), dtype=h5py.ref_dtype)
            words = "holds references"
        else:
            file.create_dataset("l", (2**20, 2**20), "f4", chunks=(1, 1024), compression="gzip")
            words = r"would unpack to 4,096\.0 GiB"
    with pytest.raises(ValueError, match=words):
        read_file(tmp_path / "a.h5")


def test_too_many_arrays_and_other_files(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "MAX_ARRAYS", 2)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in "abc":
            file[name] = X
    with pytest.raises(ValueError, match="more than 2 arrays"):
        read_arrays_hdf5(tmp_path / "a.h5", "a.h5")
    whole = (tmp_path / "a.h5").read_bytes()
    for content in (b"no hdf5", whole[:700], whole[:2000]):
        (tmp_path / "a.h5").write_bytes(content)
        with pytest.raises(ValueError, match=r"is not an HDF5 file, or it is damaged|more than 2 arrays"):
            read_arrays_hdf5(tmp_path / "a.h5", "a.h5")
