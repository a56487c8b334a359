"""Files that belong together: X and y, arrays per class and per sample, tensors and metadata, and those that do not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.intake import receive
from deepclust.data.reading.arrays.together import belong_together
from deepclust.data.reading.read import read_file

DICE = np.random.default_rng(0)
X = DICE.normal(size=(24, 4))
Y = np.arange(24) % 3
WORDS = np.array(["ash", "birch", "cedar"])[Y]


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def lines(rows: np.ndarray, separator: str = "\t") -> bytes:
    return "\n".join(separator.join(map(str, np.atleast_1d(row))) for row in rows).encode()


PAIRS: dict[str, dict[str, bytes]] = {
    "npy": {"X.npy": npy(X), "y.npy": npy(Y)},
    "npy with words": {"iris_features.npy": npy(X), "iris_labels.npy": npy(WORDS)},
    "projector": {"tensors.tsv": lines(X), "metadata.tsv": lines(WORDS)},
    "projector with a header": {
        "00000/default/tensors.tsv": lines(X),
        "00000/default/metadata.tsv": b"word\tclass\n" + lines(np.column_stack([np.arange(24).astype(str), WORDS])),
        "00000/default/sprite.png": b"\x89PNG",
        "projector_config.pbtxt": b"embeddings {}",
    },
    "csv": {"X.csv": b"a,b,c,d\n" + lines(X, ","), "y.csv": b"kind\n" + lines(WORDS)},
    "txt as UCI has it": {"d/X_train.txt": lines(X, "  "), "d/y_train.txt": lines(Y + 1), "d/README.txt": b"hello"},
}


def stored(path: Path, files: dict[str, bytes], how: str) -> Path:
    if how == "zip":
        with zipfile.ZipFile(path / "pair.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path / "pair.zip"
    if how == "upload":
        sent = [(name.rpartition("/")[2], io.BytesIO(content)) for name, content in files.items()]
        return receive(sent, path).path
    for name, content in files.items():
        (path / "pair" / name).parent.mkdir(parents=True, exist_ok=True)
        (path / "pair" / name).write_bytes(content)
    return path / "pair"


@pytest.mark.parametrize("how", ["zip", "folder", "upload"])
@pytest.mark.parametrize("pair", PAIRS)
def test_samples_find_their_labels(tmp_path: Path, pair: str, how: str) -> None:
    data = read_file(stored(tmp_path, PAIRS[pair], how))
    assert np.allclose(data.X, X, atol=1e-6)
    assert data.y is not None
    assert data.y.tolist() == Y.tolist()


def test_an_array_per_class_and_an_array_per_sample(tmp_path: Path) -> None:
    two = {"cat.npy": npy(X[:10]), "dog.npy": npy(X[10:])}
    data = read_file(stored(tmp_path / "a", two, "folder"))
    assert (data.n_samples, data.class_names) == (24, ("cat", "dog"))
    apart = {f"{word}/{i}.npy": npy(X[i]) for i, word in enumerate(WORDS)}
    data = read_file(stored(tmp_path / "b", apart, "folder"))
    assert (data.feature_shape, data.class_names, data.name_of(0)) == ((4,), ("ash", "birch", "cedar"), "ash/0")
    data = read_file(stored(tmp_path / "c", {f"{i:03}.npy": npy(X[i]) for i in range(24)}, "folder"))
    assert (data.n_samples, data.y) == (24, None)
    assert "Each of the 24 files is a sample." in data.notes


def test_files_whose_names_say_nothing_do_not_belong_together() -> None:
    assert belong_together(["a.csv", "b.csv"]) == []
    assert belong_together(["x.csv", "X_2.csv", "y.csv"]) == []
    assert belong_together(["train.csv", "test.csv"]) == []
    assert belong_together(["notes.txt", "X.npy"]) == ["X.npy"]
