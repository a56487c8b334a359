"""Accuracies that were reported on a data set of the catalog, to stand beside one's own: by whom, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

By = Literal["authors", "others", "us"]
MEASURED_BY: dict[By, str] = {"authors": "its authors", "others": "another paper", "us": "us"}

TZOREFF = "Tzoreff et al., 2018"
KILINC = "Kilinc & Uysal, ICLR 2018"
SHAHAM = "Shaham et al., ICLR 2018"
SHAHAM_ANSWER = "Shaham et al., answer to the reviewers of ICLR 2018"
NO_SPREAD = "A single number: no spread and no NMI are given."
ON_TEST = "Trained on the train part, the test part clustered by itself"
YANG = "Yang et al., CVPR 2019"
MCCONVILLE = "McConville et al., ICPR 2020"
GUO = "Guo et al., ACML 2018"
_NMI_MAX = "NMI with the max normaliser."


@dataclass(frozen=True)
class Reported:
    """A result for one data set. ``acc`` and ``nmi`` lie in [0, 1]; None where the source gives none.

    by: who measured it: "authors" of the method, "others" in a paper on another one, or "us" (then it is published
    nowhere but here). note: how: protocol, spread, normaliser of the NMI. held_out: whether it is of a test part that was
    not learned from.
    """

    method: str
    acc: float | None
    nmi: float | None
    by: By
    source: str
    note: str = ""
    held_out: bool = False


def yang(*rows: tuple[str, float, float, str]) -> tuple[Reported, ...]:
    """Rows of table 3 and of the ablation table of Yang et al. 2019 (eq. 22 names the max normaliser).

    rows: method, ACC, NMI, and how the number came there: "own", "rerun" with the released code, "quoted", or "code".
    """
    quoted = f"{_NMI_MAX} As quoted by Yang et al."
    notes = {
        "own": f"{_NMI_MAX} Mean of 10 runs, error at most 2 %.",
        "rerun": f"{_NMI_MAX} Run by Yang et al. with the released code.",
        "quoted": quoted,
        "code": f"{quoted} The variant in code space with Euclidean affinities, not the full method.",
    }
    return tuple(
        Reported(method, acc, nmi, "authors" if how == "own" else "others", YANG, notes[how])
        for method, acc, nmi, how in rows
    )


def quoted(source: str, *rows: tuple[str, float] | tuple[str, float, str]) -> tuple[Reported, ...]:
    """Methods with the accuracies that a paper on another method gives for them.

    rows: method, ACC, and what else the paper says of the number.
    """
    authors = source.rsplit(",", 1)[0]
    return tuple(
        Reported(method, acc, None, "others", source, " ".join([f"As quoted by {authors}; NMI is not given.", *more]))
        for method, acc, *more in rows
    )


def tzoreff(stage_0: float, end: float, note: str = "", *, held_out: bool = False) -> tuple[Reported, Reported]:
    """The autoencoder of Tzoreff et al. before clusters are formed, and the whole of their method."""
    return (
        Reported("DDLS, stage 0", stage_0, None, "authors", TZOREFF, f"{NO_SPREAD} Before clusters are formed."),
        Reported("DDLS", end, None, "authors", TZOREFF, f"{NO_SPREAD} {note}".strip(), held_out=held_out),
    )


def kilinc(acc: float, spread: float, transforms: str = "", *, on_test: bool = True) -> Reported:
    """LALNet in table 3 of its authors, or in section 4.6 with fewer ``transforms`` than all eight."""
    protocol = ON_TEST if on_test else "All samples, train and test part together"
    note = f"k-means on F, ± {spread} over 10 runs; NMI is not given. {protocol}."
    name = f"LALNet with {transforms} alone" if transforms else "LALNet"
    return Reported(name, acc, None, "authors", KILINC, note, held_out=on_test)


def n2d(acc: float, nmi: float) -> Reported:
    """N2D in the table of its authors, with an autoencoder of 1,000 epochs and UMAP."""
    note = f"A single number: no spread is given. NMI {nmi} by the mean of the entropies, which is more than by the larger one."
    return Reported("N2D", acc, None, "authors", MCCONVILLE, note)


def dec_da(acc: float, nmi: float) -> Reported:
    """DEC-DA by its authors, with an autoencoder of 500 epochs."""
    note = f"Mean of 5 runs; no spread is given. NMI {nmi}; its normaliser is not named."
    return Reported("DEC-DA", acc, None, "authors", GUO, note)


def measured(
    method: str, acc: float, nmi: float, library: str, detail: str = "", *, seeds: str = "one seed"
) -> Reported:
    """A result of our own, with a library that others can install."""
    note = f"With {library}. NMI with the max normaliser; {seeds}. {detail}".strip()
    return Reported(method, acc, nmi, "us", "measured here", note)


def localmap(acc: float, nmi: float, spread: float, n_seeds: int) -> Reported:
    """`LocalMAPKMeans` with its defaults (benchmarks/RESULTS.md), which any network has to beat."""
    seeds = f"mean of {n_seeds} seeds, ACC ± {spread}"
    return measured("LocalMAP + k-means", acc, nmi, "pacmap 0.9.1 and scikit-learn 1.9.1", seeds=seeds)


def best_first(rows: Iterable[Reported]) -> tuple[Reported, ...]:
    return tuple(sorted(rows, key=lambda row: -(row.acc or 0.0)))


#: By method: the paper that tells what its parts add, and which row of the paper is which rung or member of a group.
LADDERS_OF = {"DSCDAN": YANG, "DDLS": TZOREFF, "LALNet": KILINC}
RUNGS = {
    "DSCDAN": {
        "ConvAE": "ConvAE",
        "DEC-like": "DEC",
        "+MI": "ConvAE + MI",
        "+RS": "ConvAE + RS",
        "+MI+RS": "ConvAE + MI + RS",
        "+MI+RS+SN": "Dual autoencoder (DSCDAN)",
    },
    "DDLS": {"Stage 0": "DDLS, stage 0", "+Stage II": "DDLS"},
    "LALNet": {  # no ladder, but sets of transformations (figure 8)
        "D4": "LALNet",
        "rotations": "LALNet with T1 to T4 alone",
        "half-turn": "LALNet with T1 and T3 alone",
        "quarter-turn": "LALNet with T1 and T2 alone",
    },
}
