"""Tables in ARFF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.read import read_file

X = np.random.default_rng(0).integers(0, 256, (6, 5, 4)).astype(np.uint8)


ARFF = """% a remark
@RELATION flowers
@ATTRIBUTE 'sepal length' NUMERIC
@attribute width real
@ATTRIBUTE class {setosa,'iris virginica'}

@DATA
% another
5.1, 3.5, setosa
?, 3.0, 'iris virginica'
4.7, 3.2, setosa
"""


def test_arff(tmp_path: Path) -> None:
    (tmp_path / "f.arff").write_text(ARFF)
    found = read_file(tmp_path / "f.arff")
    assert np.allclose(found.X, [[5.1, 3.5], [4.9, 3.0], [4.7, 3.2]])
    assert found.class_names == ("iris virginica", "setosa")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@data\n1,2\n", "no @attribute"),
        (ARFF.split("5.1")[0], "no @attribute"),
        ("hello\n", "no @attribute"),
        ("@attribute a real\n@data\n{0 1}\n", "sparse"),
    ],
)
def test_no_arff(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "f.arff").write_text(text)
    with pytest.raises(ValueError, match=words):
        read_file(tmp_path / "f.arff")
