"""Faces of people."""

from __future__ import annotations

import numpy as np

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import yang
from deepclust.data.catalog.source import Arrays, Files, Source, remote


def ytf(files: Files) -> Arrays:
    """YouTube Faces as JULE prepared it, and all papers on clustering after it: 41 people, 55 x 55 in colour."""
    from deepclust.data.reading.arrays.hdf5 import read_arrays_hdf5

    (path,) = files.values()
    arrays = read_arrays_hdf5(path, path.name)
    if not {"data", "labels"} <= set(arrays):
        raise ValueError(f"{path.name} holds {', '.join(arrays)}, but data and labels are needed.")
    y = arrays["labels"].ravel().astype(np.int64)
    return {"x": np.moveaxis(arrays["data"], 1, 3), "y": y - y.min()}


def olivetti(files: Files) -> Arrays:
    """Ten faces of each of forty people."""
    from sklearn.datasets import fetch_olivetti_faces

    bunch = fetch_olivetti_faces(data_home=str(files["folder"]))
    return {"x": bunch.images.astype(np.float32), "y": bunch.target}


ENTRIES = (
    Entry(
        name="ytf",
        title="YouTube Faces",
        summary="10,000 faces of 41 people out of videos, as the papers on clustering use them.",
        kind="image",
        n_samples=10_000,
        n_classes=41,
        feature_shape=(55, 55, 3),
        licence="For research only.",
        citation="Wolf, Hassner, Maoz: Face recognition in unconstrained videos. CVPR, 2011; as prepared for JULE, CVPR 2016.",
        file="ytf.npz",
        source=Source(
            "ytf",
            # inside the folder YTF of the authors' share, https://github.com/jwyang/JULE.torch
            (remote("data4torch.h5"),),
            ytf,
            megabytes=360,
        ),
        reported=yang(
            ("Dual autoencoder (DSCDAN)", 0.691, 0.857, "own"),
            ("ConvAE + MI + RS", 0.606, 0.801, "own"),
            ("ConvAE + RS", 0.558, 0.721, "own"),
            ("ConvAE + MI", 0.571, 0.738, "own"),
            ("ConvAE", 0.476, 0.642, "own"),
            ("SpectralNet (code space)", 0.685, 0.798, "code"),
            ("JULE", 0.684, 0.848, "quoted"),
            ("DEPICT", 0.621, 0.802, "quoted"),
            ("k-means", 0.601, 0.776, "quoted"),
            ("SC-LS", 0.544, 0.759, "quoted"),
            ("SC-Ncut", 0.510, 0.701, "quoted"),
            ("AC-GDL", 0.430, 0.622, "quoted"),
            ("DEC", 0.371, 0.446, "rerun"),
        ),
    ),
    Entry(
        name="olivetti",
        title="Olivetti faces",
        summary="400 faces: ten pictures of each of forty people.",
        kind="image",
        n_samples=400,
        n_classes=40,
        feature_shape=(64, 64),
        licence="Free with credit to AT&T Laboratories Cambridge.",
        citation="Samaria, Harter: Parameterisation of a stochastic model for human face identification. WACV, 1994.",
        class_names=tuple(f"person {i}" for i in range(1, 41)),
        file="olivetti.npz",
        source=Source("olivetti", (), olivetti, megabytes=4, by_package=True),
    ),
)
