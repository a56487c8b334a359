"""Damaged files of every kind: each is read, or refused in one sentence; no other error ever comes out.

A few hundred by default; DEEPCLUST_MUTATIONS=10000 tries that many, with other seeds.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.io import savemat

from deepclust.data.reading import source
from deepclust.data.reading.read import look_at_file, read_file
from tests.data.reading.arrays.test_idx import idx

FEW = 420
N_MUTATIONS = int(os.environ.get("DEEPCLUST_MUTATIONS", FEW))
#: Of so few seeds none crashes scipy, and none keeps HDF5 busy for ever; among thousands some do.
few_at_once = pytest.mark.usefixtures("at_once" if N_MUTATIONS <= FEW else "tmp_path")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
Y = np.arange(12) % 3
FRAME = pd.DataFrame(X, columns=["a", "b", "c"]).assign(species=[f"kind {i}" for i in Y])
PICTURES = RNG.integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)


def archived(files: dict[str, bytes], mode: str | None = None) -> bytes:
    """A zip, or a tar in this mode."""
    stream = io.BytesIO()
    if mode is None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(fileobj=stream, mode=mode) as tar:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def pictures(form: str) -> dict[str, bytes]:
    return {
        f"{'ab'[i % 2]}/{i}.{form}": written(lambda s, p=p: Image.fromarray(p).save(s, form))
        for i, p in enumerate(PICTURES)
    }


def hdf5(stream: io.BytesIO) -> None:
    with h5py.File(stream, "w") as file:
        file["x"], file["labels"] = X, [b"ash", b"birch", b"cedar"] * 4


def arff() -> bytes:
    rows = "\n".join(f"{a:.3f},{b:.3f},'kind {k}'" for (a, b, _), k in zip(X, Y, strict=True))
    return f"@relation r\n@attribute a numeric\n@attribute b numeric\n@attribute k string\n@data\n{rows}\n".encode()


def tensors() -> bytes:
    header = json.dumps({"x": {"dtype": "F64", "shape": list(X.shape), "data_offsets": [0, X.nbytes]}}).encode()
    return struct.pack("<Q", len(header)) + header + X.tobytes()


def batch(n: int) -> bytes:
    return pickle.dumps({b"data": RNG.integers(0, 256, (n, 3072)).astype(np.uint8), b"labels": list(range(n))}, 2)


SEEDS: dict[str, bytes] = {
    "a.npz": written(lambda s: np.savez(s, x=X, y=Y)),
    "packed.npz": written(lambda s: np.savez_compressed(s, x=PICTURES, y=["a", "b", "a", "b"])),
    "a.npy": written(lambda s: np.save(s, X)),
    "a.csv": FRAME.to_csv(index=False).encode(),
    "wide.csv": FRAME.to_csv(sep=";", decimal=",").encode("utf-16"),
    "a.tsv": FRAME.to_csv(index=False, sep="\t").encode(),
    "a.csv.gz": gzip.compress(FRAME.to_csv(index=False).encode()),
    "texts.zip": archived({f"{k}/{i}.txt": f"words of text {i} {k}".encode() for i, k in enumerate("aabb")}),
    "png.zip": archived(pictures("png")),
    "jpeg.zip": archived(pictures("jpeg")),
    "gif.zip": archived(pictures("gif")),
    "bmp.tar": archived(pictures("bmp"), "w:"),
    "tiff.tar.gz": archived(pictures("tiff"), "w:gz"),
    "webp.tar.xz": archived(pictures("webp"), "w:xz"),
    "a.parquet": written(lambda s: FRAME.to_parquet(s)),
    "a.feather": written(lambda s: FRAME.to_feather(s)),
    "a.xlsx": written(lambda s: FRAME.to_excel(s, index=False)),
    "a.jsonl": FRAME.to_json(orient="records", lines=True).encode(),
    "blanks.txt": written(lambda s: np.savetxt(s, X, header="a b c")),
    "a.h5": written(hdf5),
    "a.mat": written(lambda s: savemat(s, {"X": X, "Y": Y[:, None]})),
    "a.arff": arff(),
    "a-idx3-ubyte": idx(PICTURES[..., 0]),
    "a-idx3-ubyte.gz": gzip.compress(idx(PICTURES[..., 0])),
    "a.libsvm": "\n".join(f"{k} 1:{a:.3f} 2:{b:.3f}" for (a, b, _), k in zip(X, Y, strict=True)).encode(),
    "a.safetensors": tensors(),
    "pair.zip": archived(
        {"X.npy": written(lambda s: np.save(s, X[:4])), "y.npy": written(lambda s: np.save(s, Y[:4]))}
    ),
    "projector.zip": archived(
        {"tensors.tsv": "\n".join("\t".join(map(str, row)) for row in X[:4]).encode(), "metadata.tsv": b"a\nb\na\nb"}
    ),
    "sheet.zip": archived(
        {f"{i}.png": pictures("png")[f"{'ab'[i % 2]}/{i}.png"] for i in range(4)}
        | {"l.csv": b"file,kind\n0.png,a\n1.png,b\n2.png,a\n3.png,b\n"}
    ),
    "deep.zip": archived(
        {
            f"{i}.tif": written(lambda s, p=p: Image.fromarray(p[..., 0] * np.float32(9)).save(s, "TIFF"))
            for i, p in enumerate(PICTURES)
        }
    ),
    "cifar.tar.gz": archived({"train": batch(2), "test": batch(2), "meta": batch(1)}, "w:gz"),
    "idx.zip": archived({"train-images-idx3-ubyte": idx(PICTURES[..., 0]), "train-labels-idx1-ubyte": idx(Y[:4])}),
}


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes changed, cut off, doubled, moved, or drawn from those that parsers stumble over."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        at, length = int(rng.integers(len(data) + 1)), int(rng.integers(1, 40))
        how = rng.integers(7)
        if how == 0:
            del data[at:]
        elif how == 1:
            del data[at : at + length]
        elif how == 2:
            data[at:at] = data[: int(rng.integers(1, 200))]
        elif how == 3:
            data[at : at + length] = rng.bytes(length)
        elif how == 4:
            strange = (
                b"\0" * 8,
                b"\xff" * 8,
                b"((((" * 3000,
                b"[" * 5000,
                b'"',
                b"\n\n",
                b"1e999",
                b"-1",
                b"\xed\xa0\x80",
            )
            data[at : at + 4] = strange[int(rng.integers(len(strange)))]
        elif data and at < len(data):
            data[at] = int(rng.integers(256))
    return bytes(data)


@few_at_once
@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(SEEDS[name])
    assert read_file(tmp_path / name).n_samples == (
        4 if "x3" in name or ".zip" in name or ".tar" in name or name == "packed.npz" else 12
    )


@few_at_once
@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for seed in range(-(-N_MUTATIONS // len(SEEDS))):
        path.write_bytes(mutated(SEEDS[name], np.random.default_rng(seed)))
        for read in (look_at_file, read_file):
            said = refusal(read, path, f"mutation {seed} of {name}")
            assert said is None or (said.endswith(".") and "\n" not in said and len(said) < 1000), (seed, said)


def refusal(read: Callable[[Path], object], path: Path, what: str) -> str | None:
    """What a reader says; None where it reads the file."""
    try:
        read(path)
    except ValueError as error:
        if isinstance(error, UnicodeError):
            raise AssertionError(f"{what} ended in {error!r}") from error
        return str(error)
    except Exception as error:
        raise AssertionError(f"{what} ended in {error!r}") from error
    return None


def broken_zip(version: int | None) -> bytes:
    """A zip whose directory asks for a version of the future, or (None) cannot be read at all."""
    content = bytearray(SEEDS["png.zip"])
    at = content.index(b"PK\x01\x02")
    content[at + 6 : at + 8] = b"\0\0" if version is None else version.to_bytes(2, "little")
    return bytes(content) if version is not None else bytes(content).replace(b"PK\x01\x02", b"PK\x01\x03")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "future.zip",
            broken_zip(84),
            r"future\.zip is packed in a way that is not read here \(zip file version 8\.4\)",
        ),
        ("broken.zip", broken_zip(None), r"broken\.zip .*damaged or cut short"),
        ("cut.feather", SEEDS["a.feather"][:8] + b"\xff" * 200 + SEEDS["a.feather"][-10:], "cannot be read as a table"),
        ("deep.npy", b"\x93NUMPY\x01\0\xff\xff" + b"(" * 65535, "not an .npy file"),
        ("names.csv", b"a,\xed\xa0\x80\n1,2\n3,4\n", None),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith(("zip", "feather", "npy", "csv")) else "",
)
def test_errors_of_packages_become_sentences(name: str, content: bytes, words: str | None, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    for read in (look_at_file, read_file):
        if words is None:
            assert refusal(read, tmp_path / name, name) is None
        elif read is read_file or not name.endswith("npy"):
            with pytest.raises(ValueError, match=words):
                read(tmp_path / name)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "name", ["zeros.csv.gz", "zeros.npz", "zeros.tar.gz", "zeros.h5", "train-images-idx3-ubyte.gz"]
)
def test_what_a_file_unpacks_to_is_bounded_by_its_size(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BOMB_BYTES", 2**19)
    path = tmp_path / name
    zeros = np.zeros((2**12, 2**10), np.uint8)
    if name.endswith("npz"):
        np.savez_compressed(path, x=zeros)
    elif name.endswith("h5"):
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=zeros, compression="gzip")
    elif name.endswith("tar.gz"):
        path.write_bytes(archived({"a.png": zeros.tobytes()}, "w:gz"))
    else:
        path.write_bytes(gzip.compress(idx(zeros[:, None]) if "idx" in name else b"0,1\n" * 2**18))
    with pytest.raises(ValueError, match=r"as a (zip )?bomb does"):
        read_file(path)
