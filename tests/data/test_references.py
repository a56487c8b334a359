"""A reference opens any data set, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from deepclust.data.references import open_dataset


def test_names_with_options_and_files(tmp_path, picture_zip):
    assert open_dataset({"name": "moons", "options": {"n_samples": 50}}, tmp_path).n_samples == 50
    assert open_dataset({"name": "digits"}, tmp_path).n_samples == 1797
    np.savez(tmp_path / "table.npz", x=np.eye(3))
    assert open_dataset({"file": str(tmp_path / "table.npz")}, tmp_path).name == "table"
    images = {"a/1.png": Image.new("L", (4, 4)), "b/1.png": Image.new("L", (5, 5))}
    (tmp_path / "cats.ZIP").write_bytes(picture_zip(images).getvalue())
    for sized in ({"size": [6, 4]}, {"choices": {"size": [6, 4]}}):
        ds = open_dataset({"file": str(tmp_path / "cats.ZIP"), **sized}, tmp_path)
        assert (ds.feature_shape, ds.class_names) == ((6, 4), ("a", "b"))


def test_a_reference_can_ask_for_a_subset_and_a_preparation(tmp_path):
    ref = {"name": "moons", "subset": {"n": 100, "seed": 3}, "prepare": {"how": "standardise"}}
    ds = open_dataset(ref, tmp_path)
    assert (ds.n_samples, ds.title) == (100, "Moons, 100 samples")
    assert np.allclose(ds.X.mean(axis=0), 0, atol=1e-5)
    assert ds.fingerprint == open_dataset(ref, tmp_path).fingerprint
    assert ds.fingerprint != open_dataset({**ref, "subset": {"n": 100, "seed": 4}}, tmp_path).fingerprint
    for bad in ({"subset": {"rows": 3}}, {"subset": {"seed": 1}}, {"prepare": {"how": "magic"}}, {"subset": {"n": 0}}):
        with pytest.raises(ValueError, match=r"no option|not complete|is not known|is not possible"):
            open_dataset({"name": "moons", **bad}, tmp_path)


@pytest.mark.parametrize(
    "ref", [{}, {"name": "digits", "own": "0" * 16}, {"url": "x"}, {"own": "0" * 16, "options": {}}]
)
def test_other_references_are_refused(tmp_path, ref):
    with pytest.raises(ValueError, match=r"does not name a data set. Use one of"):
        open_dataset(ref, tmp_path)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "letter.docx").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"letter\.docx is neither an \.npz file .* Give a \.zip"):
        open_dataset({"file": str(tmp_path / "letter.docx")}, tmp_path)
    with pytest.raises(ValueError, match="There is no file"):
        open_dataset({"file": str(tmp_path / "gone.zip")}, tmp_path)
