"""New samples brought to the shape and the scale of the samples of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from deepclust.data.dataset import Dataset, Kind
from deepclust.data.prepare import HOWS, moments

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow has it


def samples_like(X: np.ndarray, feature_shape: tuple[int, ...], kind: Kind) -> NDArray[np.float32]:
    """Samples float32 (m, *feature_shape) of X (m, ...), as samples of that shape and kind are.

    Pictures (m, height, width) or (m, height, width, 3), uint8 or 0..1, of any size: scaled to fill the shape, what stands out is
    cut off evenly, grey and colour are turned into each other. Flat rows of the right length are taken for pictures, too.
    ValueError for another number of features, for pictures that are not in 0..1, and for what is no sample at all.
    """
    X = np.asarray(X)
    flat = int(np.prod(feature_shape))
    if X.ndim == 2 and len(feature_shape) > 1 and X.shape[1] == flat:
        X = X.reshape(len(X), *feature_shape)
    if kind == "image" and X.dtype == np.uint8:
        X = X / np.float32(255)
    if kind != "image" and X.ndim > 2:
        raise ValueError(
            f"The new samples have the shape {X.shape[1:]}, as pictures have, but the run was trained on vectors of {flat:,} features."
        )
    X = Dataset("The new samples", X, kind=kind).X  # says what is wrong with samples that are none
    if kind != "image":
        if X.shape[1] != flat:
            raise ValueError(
                f"The new samples have {X.shape[1]:,} features, but the run was trained on {flat:,}. Give the same columns in "
                "the same order, and leave out labels and names."
            )
        return X
    low, high = float(X.min()), float(X.max())
    if low < 0 or high > 1:
        raise ValueError(
            f"The new pictures have values from {low:g} to {high:g}. Give brightness from 0 to 1, or uint8 from 0 to 255."
        )
    return pictures_like(X, feature_shape)


def pictures_like(X: np.ndarray, feature_shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Pictures float32 (m, *feature_shape) in 0..1 of pictures X (m, height, width) or (m, height, width, 3) in 0..1."""
    colour = len(feature_shape) == 3
    if X.ndim == 4 and not colour:
        X = X @ LUMA
    elif X.ndim == 3 and colour:
        X = np.repeat(X[..., None], 3, axis=3)
    if X.shape[1:] != feature_shape:
        planes = X.reshape(*X.shape[:3], -1).transpose(0, 3, 1, 2)
        resized = np.stack([[_resized(plane, *feature_shape[:2]) for plane in picture] for picture in planes])
        X = resized.transpose(0, 2, 3, 1).reshape(len(X), *feature_shape)
    return np.ascontiguousarray(np.clip(X, 0, 1), np.float32)


def _resized(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    whole = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(ImageOps.fit(whole, (width, height), Image.Resampling.BICUBIC))


def prepared_like(X: np.ndarray, before: Dataset, asked: Mapping[str, Any]) -> NDArray[np.float32]:
    """Samples X (m, d) prepared as the data set ``before`` was, by its means, spreads and range and not by their own.

    asked: ``{"how": ...}`` of `deepclust.data.prepare`. ValueError where what that took from the data cannot be had again.
    """
    how = str(asked.get("how", "none"))
    if how == "standardise":
        mean, spread = moments(before.X)
        return np.asarray((X - mean) / np.where(spread > 0, spread, np.inf), np.float32)
    if how == "scale":
        low, high = float(before.X.min()), float(before.X.max())
        return np.asarray((X - low) / ((high - low) or 1.0), np.float32)
    if how != "none":
        raise ValueError(
            f"The data of this run were prepared by {HOWS[how][0] if how in HOWS else how}, which new samples cannot go through. "
            "Train on data that are left as they are, standardised or scaled."
        )
    return np.asarray(X, np.float32)
