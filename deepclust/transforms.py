"""The named transformations of pictures and vectors, sets of them for LALNet, and a preview; torch-free until used.

Every transformation is one table: value p of the result is ``offset + sum_c weight[c, p] * x[source[c, p]]``, where p
counts pixels (all channels alike) or features. Turns, mirrorings, shifts and permutations have one source per value
and so are exact; scaling and shearing mix four pixels (bilinear). Beyond its border a picture goes on as its edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

IDENTITY = "T1"
PICTURE, VECTOR = "picture", "vector"
TURN = np.array([[0.0, 1.0], [-1.0, 0.0]])  # where (y, x) of a picture turned by 90 degrees comes from
MIRROR = np.diag([1.0, -1.0])  # left and right change places
SCALES = (0.5, 0.6, 0.7, 0.85, 1.2, 1.4, 1.7)
SHEARS = {f"shear-{'right' if s > 0 else 'left'}-{abs(s):g}": s for s in (-0.6, -0.4, -0.2, 0.2, 0.4, 0.6, 0.8)}
SHIFTS = {"n": (-1, 0), "ne": (-1, 1), "e": (0, 1), "se": (1, 1), "s": (1, 0), "sw": (1, -1), "w": (0, -1)}
SHIFT_PART = 0.2  # of the picture's side
N_DRAWN = 7  # fixed permutations, and fixed patterns of signs


@dataclass(frozen=True)
class Transformation:
    """A way to change every sample alike: what it does in words, and the kinds of samples that it is for."""

    name: str
    words: str
    kinds: tuple[str, ...] = (PICTURE,)


@dataclass(frozen=True)
class TransformSet:
    """Transformations that LALNet learns to tell apart; the first of them is the identity."""

    name: str
    words: str
    members: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of samples that all members are for."""
        return tuple(k for k in (PICTURE, VECTOR) if all(k in TRANSFORMATIONS[m].kinds for m in self.members))


@dataclass(frozen=True, eq=False)
class Table:
    """A transformation for samples of one size. source int64 and weight float32: (n_sources, n_values)."""

    source: np.ndarray
    weight: np.ndarray
    offset: float = 0.0


#: T1 to T8 are numbered as in Kilinc & Uysal 2018, eq. (15).
TRANSFORMATIONS: dict[str, Transformation] = {
    t.name: t
    for t in (
        Transformation(IDENTITY, "as it is", (PICTURE, VECTOR)),
        Transformation("T2", "turned by 90°"),
        Transformation("T3", "turned by 180°"),
        Transformation("T4", "turned by 270°"),
        Transformation("T5", "mirrored left to right"),
        Transformation("T6", "mirrored, then turned by 90° (transposed)"),
        Transformation("T7", "mirrored, then turned by 180° (upside down)"),
        Transformation("T8", "mirrored, then turned by 270°"),
        Transformation("invert", "dark and bright exchanged"),
        *(Transformation(f"scale-{s:g}", f"{s:g} times as large") for s in SCALES),
        *(Transformation(name, f"leaning {name[6:].replace('-', ' by ')}") for name in SHEARS),
        *(Transformation(f"shift-{way}", f"shifted {way.upper()} by a fifth") for way in SHIFTS),
        *(
            Transformation(f"permute-{i}", f"values in a fixed random order ({i})", (PICTURE, VECTOR))
            for i in range(1, N_DRAWN + 1)
        ),
        *(
            Transformation(f"signs-{i}", f"a fixed random half with the sign changed ({i})", (VECTOR,))
            for i in range(1, N_DRAWN + 1)
        ),
    )
}
ALIASES = {
    "identity": IDENTITY,
    "rotate-90": "T2",
    "rotate-180": "T3",
    "rotate-270": "T4",
    "flip": "T5",
    "transpose": "T6",
    "flip-vertical": "T7",
    "anti-transpose": "T8",
}


def _family(stem: str) -> tuple[str, ...]:
    return (IDENTITY, *(name for name in TRANSFORMATIONS if name.startswith(stem)))


SETS: dict[str, TransformSet] = {
    s.name: s
    for s in (
        TransformSet("D4", "all turns and mirrorings of a square", tuple(f"T{i}" for i in range(1, 9))),
        TransformSet("D2", "all turns and mirrorings of a rectangle", ("T1", "T3", "T5", "T7")),
        TransformSet("rotations", "turns by 90°, 180° and 270°", ("T1", "T2", "T3", "T4")),
        TransformSet("half-turn", "a turn by 180°", ("T1", "T3")),
        TransformSet("quarter-turn", "a turn by 90°", ("T1", "T2")),
        TransformSet("scale-8", "eight sizes", _family("scale")),
        TransformSet("shear-8", "eight slants", _family("shear")),
        TransformSet("translate-8", "the middle and seven shifts", _family("shift")),
        TransformSet("permute-8", "eight fixed orders of the pixels or features", _family("permute")),
        TransformSet("signs-8", "eight fixed patterns of signs", _family("signs")),
    )
}
AUTO = "auto"


def kind_of(feature_shape: Sequence[int]) -> str:
    """ "vector" for samples of shape (d,), else "picture"."""
    return VECTOR if len(feature_shape) == 1 else PICTURE


def automatic(feature_shape: Sequence[int]) -> str:
    """The set that "auto" stands for. Pictures that are not square are not turned by 90°: their margins would tell."""
    if kind_of(feature_shape) == VECTOR:
        return "signs-8"
    return "D4" if feature_shape[0] == feature_shape[1] else "D2"


def names_for(kind: str) -> tuple[str, ...]:
    """The named sets that suit a kind of samples, for a list to choose from."""
    return tuple(name for name, s in SETS.items() if kind in s.kinds)


def members_of(set_name: str, feature_shape: Sequence[int]) -> tuple[str, ...]:
    """The transformations that a set means for samples of a shape, identity first; "auto" is `automatic`.

    ValueError as `members_for`.
    """
    return members_for(automatic(feature_shape) if set_name == AUTO else set_name, kind_of(feature_shape))


def members_for(set_name: str, kind: str) -> tuple[str, ...]:
    """The transformations of a set, identity first: "D4", or names joined by plus signs such as "T1+T3+invert".

    A sum may name sets, transformations and aliases; nothing counts twice. ValueError for an unknown name, for one that
    is not for this kind of samples, and for a set of the identity alone.
    """
    members = [IDENTITY]
    for word in (w.strip() for w in set_name.split("+")):
        known = SETS[word].members if word in SETS else (ALIASES.get(word, word),)
        for name in known:
            if name not in TRANSFORMATIONS:
                raise ValueError(
                    f"transforms={set_name!r}: there is no transformation or set {word!r}. "
                    f"Sets for {kind}s: {', '.join(names_for(kind))}. Transformations: {', '.join(_singles(kind))}. "
                    "Join several with plus signs, such as T1+T3+invert."
                )
            if kind not in TRANSFORMATIONS[name].kinds:
                raise ValueError(
                    f"transforms={set_name!r}: {word} is not for {kind}s. "
                    f"Sets for {kind}s: {', '.join((AUTO, *names_for(kind)))}."
                )
        members += [name for name in known if name not in members]
    if len(members) == 1:
        raise ValueError(
            f"transforms={set_name!r} leaves every sample as it is, so there is nothing to tell apart. "
            f"Add a transformation, such as {_singles(kind)[1]}, or choose a set: {', '.join(names_for(kind))}."
        )
    return tuple(members)


def table(name: str, feature_shape: tuple[int, ...]) -> Table:
    """The table of one transformation for vectors (d,) or square pictures (side, side) of any channels.

    Shifts are whole pixels; permutations and signs are drawn once from a seed of their own and stay the same for ever.
    """
    n_values = feature_shape[0] if len(feature_shape) == 1 else feature_shape[0] * feature_shape[1]
    straight = np.arange(n_values)[None]
    ones = np.ones((1, n_values), np.float32)
    if name == IDENTITY:
        return Table(straight, ones)
    stem, _, number = name.partition("-")
    if stem == "permute":
        order = np.random.default_rng(int(number)).permutation(n_values)
        return Table(order[None], ones)
    if stem == "signs":
        half = np.random.default_rng(int(number)).permutation(n_values) < max(1, n_values // 2)
        return Table(straight, np.where(half, -ones, ones))
    if name == "invert":
        return Table(straight, -ones, offset=1.0)
    matrix, shift = _movement(name, feature_shape[0])
    return _resampled(matrix, shift, feature_shape[0])


def apply_table(table: Table, X: np.ndarray) -> np.ndarray:
    """Samples (n, d), (n, side, side) or (n, side, side, c), each changed by the transformation of the table."""
    flat = X.reshape(len(X), table.source.shape[1], -1)  # (n, values, channels)
    parts = [flat[:, source] * weight[:, None] for source, weight in zip(table.source, table.weight, strict=True)]
    out = parts[0] if table.offset == 0 else parts[0] + np.float32(table.offset)
    for part in parts[1:]:
        out = out + part
    return np.asarray(out.reshape(X.shape), X.dtype)


def squared(X: np.ndarray) -> np.ndarray:
    """Pictures (n, h, w) or (n, h, w, c) made square by repeating the edge of the shorter side; vectors as they are."""
    if X.ndim == 2:
        return X
    side = max(X.shape[1:3])
    margins = [((side - s) // 2, side - s - (side - s) // 2) for s in X.shape[1:3]]
    return np.pad(X, [(0, 0), *margins, *[(0, 0)] * (X.ndim - 3)], mode="edge")


def preview(X: np.ndarray, set_name: str) -> np.ndarray:
    """Samples under every transformation of a set: (n_transforms, n, ...), the identity first; numpy only.

    X (n, d), or pictures (n, h, w) or (n, h, w, c) in 0..1, which come out square. ValueError as `members_of`.
    """
    members = members_of(set_name, X.shape[1:])
    square = squared(np.asarray(X, np.float32))
    tables = (table(name, square.shape[1:3]) for name in members)
    return np.stack([apply_table(t, square) for t in tables])


class BatchTransform:
    """The transformations of a set, ready for batches on a device: each sample by its own number, or all by one.

    Called with x (b, c, side, side) or (b, d) and numbers int64 (b,), it changes every sample by the transformation that its
    number means. All of them are one table, so that this is one gather (one for each source, where values are mixed).
    """

    def __init__(self, members: Sequence[str], feature_shape: tuple[int, ...], device: torch.device) -> None:
        import torch

        tables = [table(name, feature_shape) for name in members]
        n_sources = max(len(t.source) for t in tables)
        self.n_classes = len(members)
        self._source = torch.from_numpy(np.stack([_padded(t.source, n_sources) for t in tables])).to(device)
        weight = np.stack([_padded(t.weight, n_sources) for t in tables])  # (n_classes, n_sources, n_values)
        offset = np.array([t.offset for t in tables], np.float32)
        self._plain = n_sources == 1 and bool((weight == 1).all()) and not offset.any()
        self._weight = torch.from_numpy(weight).to(device)
        self._offset = torch.from_numpy(offset).to(device)

    def __call__(self, x: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        flat = x.flatten(2) if x.ndim == 4 else x[:, None]  # (b, c, n_values)
        source = self._source[numbers]  # (b, n_sources, n_values)
        out = _gathered(flat, source[:, 0])
        if not self._plain:
            weight = self._weight[numbers]
            out = out * weight[:, None, 0] + self._offset[numbers, None, None]
            for i in range(1, source.shape[1]):
                out = out + _gathered(flat, source[:, i]) * weight[:, None, i]
        return out.view(x.shape)

    def by_one(self, x: torch.Tensor, number: int) -> torch.Tensor:
        """All samples changed by the transformation of that number."""
        flat = x.flatten(2 if x.ndim == 4 else 1)
        out = flat.index_select(-1, self._source[number, 0])
        if not self._plain:
            out = out * self._weight[number, 0] + self._offset[number]
            for source, weight in zip(self._source[number, 1:], self._weight[number, 1:], strict=True):
                out = out + flat.index_select(-1, source) * weight
        return out.view(x.shape)


def _gathered(flat: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
    """Values (b, c, n_values) from where each sample's source (b, n_values) says; its channels alike."""
    return flat.gather(2, source[:, None].expand(flat.shape))


def _padded(part: np.ndarray, n_sources: int) -> np.ndarray:
    """Sources or weights (s, n_values) with zeros after them: (n_sources, n_values)."""
    return np.pad(part, ((0, n_sources - len(part)), (0, 0)))


def _singles(kind: str) -> tuple[str, ...]:
    return tuple(name for name, t in TRANSFORMATIONS.items() if kind in t.kinds)


def _movement(name: str, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Matrix and shift that lead from (y, x) of the result, seen from the middle, to where it comes from."""
    still = np.zeros(2)
    if name[0] == "T":
        turned = np.linalg.matrix_power(TURN, (int(name[1]) - 1) % 4)
        return (MIRROR @ turned if int(name[1]) > 4 else turned), still
    if name in SHEARS:
        return np.array([[1.0, 0.0], [SHEARS[name], 1.0]]), still
    if name.startswith("scale-"):
        return np.eye(2) / float(name.removeprefix("scale-")), still
    step = max(1, round(SHIFT_PART * side))
    return np.eye(2), -step * np.array(SHIFTS[name.removeprefix("shift-")], float)


def _resampled(matrix: np.ndarray, shift: np.ndarray, side: int) -> Table:
    """The table of an affine movement on a square picture, bilinear where it does not meet pixels."""
    middle = (side - 1) / 2
    at = np.stack(np.meshgrid(*[np.arange(side) - middle] * 2, indexing="ij")).reshape(2, -1)  # (2, p)
    y, x = np.clip(matrix @ at + shift[:, None] + middle, 0, side - 1)
    top, left = np.floor(y), np.floor(x)
    down, right = y - top, x - left
    corners = [
        (top + i, left + j, (down if i else 1 - down) * (right if j else 1 - right)) for i in (0, 1) for j in (0, 1)
    ]
    if not down.any() and not right.any():
        corners = corners[:1]
    last = side - 1
    source = np.stack([np.minimum(a, last) * side + np.minimum(b, last) for a, b, _ in corners])
    return Table(source.astype(np.int64), np.stack([w for _, _, w in corners]).astype(np.float32))
