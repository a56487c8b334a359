"""Published and measured accuracies per catalog entry, to stand beside one's own; each with its source."""

from __future__ import annotations

from dataclasses import dataclass

_DUAL_AE = "Yang et al., CVPR 2019"
_DDLS = "Tzoreff et al., 2018"
_LALNET = "Kilinc & Uysal, ICLR 2018"
_SPECTRALNET = "Shaham et al., ICLR 2018"
_NMI_MAX = "NMI with the max normaliser."
_RERUN = _NMI_MAX + " Run by Yang et al. with the released code."
_QUOTED = _NMI_MAX + " As quoted by Yang et al."
_NO_SPREAD = "A single number: no spread and no NMI are given."
_TEST_ONLY = "Trained on the training pictures, tested on the test pictures; NMI is not given."
_ONE_SEED = "NMI with the max normaliser; one seed."


@dataclass(frozen=True)
class Published:
    """A result for one data set. ``acc`` and ``nmi`` lie in [0, 1]; None where the source gives none."""

    method: str
    acc: float | None
    nmi: float | None
    source: str
    note: str = ""


def _yang(rows: tuple[tuple[str, float, float, str], ...]) -> tuple[Published, ...]:
    """Rows of table 3 and of the ablation table of Yang et al. 2019 (eq. 22 names the max normaliser)."""
    notes = {
        "own": _NMI_MAX + " Mean of 10 runs, error at most 2 %.",
        "rerun": _RERUN,
        "quoted": _QUOTED,
        "code": _QUOTED + " The variant in code space with Euclidean affinities, not the full method.",
    }
    return tuple(Published(m, acc, nmi, _DUAL_AE, notes[origin]) for m, acc, nmi, origin in rows)


def _measured(method: str, acc: float, nmi: float, library: str, detail: str = "") -> Published:
    note = " ".join(part for part in (f"Measured by us with {library}.", _ONE_SEED, detail) if part)
    return Published(method, acc, nmi, "measured, peers", note)


_CLUSTPY = "ClustPy 0.0.3"
_SKLEARN = "scikit-learn 1.9.1"

PUBLISHED: dict[str, tuple[Published, ...]] = {
    "digits": (
        _measured("t-SNE + k-means", 0.945, 0.911, _SKLEARN),
        _measured("UMAP + k-means", 0.881, 0.883, f"umap-learn 0.5.12 and {_SKLEARN}"),
        _measured("DDC", 0.886, 0.865, _CLUSTPY),
        _measured("N2D", 0.888, 0.860, f"{_CLUSTPY} and umap-learn 0.5.12"),
        _measured("SpectralNet", 0.837, 0.815, "spectralnet 1.1.0", "With autoencoder and Siamese network."),
        _measured("Ward", 0.840, 0.858, _SKLEARN),
        _measured("VaDE", 0.814, 0.809, _CLUSTPY),
        _measured("Spectral clustering", 0.808, 0.832, _SKLEARN),
        _measured("k-means", 0.792, 0.738, _SKLEARN, "Ten starts."),
        _measured("DEC", 0.770, 0.778, _CLUSTPY),
        _measured("IDEC", 0.767, 0.749, _CLUSTPY),
        _measured("AE + k-means", 0.766, 0.733, _CLUSTPY),
    ),
    "mnist": (
        *_yang(
            (
                ("Dual autoencoder (DSCDAN)", 0.978, 0.941, "own"),
                ("ConvAE + MI + RS", 0.957, 0.910, "own"),
                ("ConvAE + RS", 0.841, 0.803, "own"),
                ("ConvAE + MI", 0.835, 0.800, "own"),
                ("ConvAE", 0.776, 0.745, "own"),
                ("DEPICT", 0.965, 0.917, "rerun"),
                ("JULE", 0.964, 0.913, "rerun"),
                ("ClusterGAN", 0.950, 0.890, "quoted"),
                ("VaDE", 0.945, 0.876, "quoted"),
                ("IDEC", 0.881, 0.867, "rerun"),
                ("InfoGAN", 0.870, 0.840, "quoted"),
                ("DEC", 0.863, 0.834, "rerun"),
                ("DASC", 0.801, 0.784, "rerun"),
                ("SpectralNet (code space)", 0.800, 0.814, "code"),
                ("SC-LS", 0.714, 0.706, "quoted"),
                ("SC-Ncut", 0.656, 0.731, "quoted"),
                ("k-means", 0.532, 0.500, "quoted"),
                ("NMF", 0.471, 0.452, "quoted"),
                ("AC-GDL", 0.113, 0.017, "quoted"),
            )
        ),
        Published("DDLS", 0.974, None, _DDLS, _NO_SPREAD + " Train and test set alike."),
        Published(
            "SpectralNet",
            0.971,
            None,
            _SPECTRALNET,
            "Code space and Siamese affinities, with the autoencoder weights published by the authors of VaDE.",
        ),
    ),
    "mnist-test": (
        *_yang(
            (
                ("Dual autoencoder (DSCDAN)", 0.980, 0.946, "own"),
                ("ConvAE + MI + RS", 0.961, 0.914, "own"),
                ("ConvAE + RS", 0.850, 0.801, "own"),
                ("ConvAE + MI", 0.844, 0.796, "own"),
                ("ConvAE", 0.781, 0.751, "own"),
                ("DEPICT", 0.963, 0.915, "rerun"),
                ("JULE", 0.961, 0.915, "rerun"),
                ("AC-GDL", 0.933, 0.864, "quoted"),
                ("DEC", 0.856, 0.830, "rerun"),
                ("IDEC", 0.846, 0.802, "quoted"),
                ("SpectralNet (code space)", 0.817, 0.821, "code"),
                ("DASC", 0.804, 0.780, "quoted"),
                ("SC-LS", 0.740, 0.756, "quoted"),
                ("SC-Ncut", 0.660, 0.704, "quoted"),
                ("k-means", 0.546, 0.501, "quoted"),
                ("NMF", 0.479, 0.467, "quoted"),
            )
        ),
        Published("LALNet", 0.9832, None, _LALNET, _TEST_ONLY + " ± 0.0008 over 10 runs."),
        Published("DDLS", 0.974, None, _DDLS, _NO_SPREAD + " Train and test set alike."),
        Published("IMSAT", 0.984, None, _LALNET, "As quoted by Kilinc & Uysal, ± 0.004; NMI is not given."),
    ),
    "usps": (
        *_yang(
            (
                ("Dual autoencoder (DSCDAN)", 0.869, 0.857, "own"),
                ("ConvAE + MI + RS", 0.831, 0.827, "own"),
                ("ConvAE + RS", 0.798, 0.752, "own"),
                ("ConvAE + MI", 0.785, 0.744, "own"),
                ("ConvAE", 0.698, 0.652, "own"),
                ("JULE", 0.950, 0.913, "quoted"),
                ("DEPICT", 0.899, 0.906, "quoted"),
                ("DEC", 0.762, 0.767, "rerun"),
                ("IDEC", 0.761, 0.785, "rerun"),
                ("SC-LS", 0.746, 0.755, "quoted"),
                ("AC-GDL", 0.725, 0.825, "quoted"),
                ("k-means", 0.668, 0.601, "quoted"),
                ("NMF", 0.652, 0.693, "quoted"),
                ("SC-Ncut", 0.649, 0.794, "quoted"),
                ("VaDE", 0.566, 0.512, "quoted"),
            )
        ),
        Published("LALNet", 0.9651, None, _LALNET, "All 9,298 pictures, ± 0.0026 over 10 runs; NMI is not given."),
    ),
    "fashion-mnist": _yang(
        (
            ("Dual autoencoder (DSCDAN)", 0.662, 0.645, "own"),
            ("ConvAE + MI + RS", 0.656, 0.640, "own"),
            ("ConvAE + RS", 0.614, 0.597, "own"),
            ("ConvAE + MI", 0.592, 0.609, "own"),
            ("ConvAE", 0.546, 0.556, "own"),
            ("ClusterGAN", 0.630, 0.640, "quoted"),
            ("InfoGAN", 0.610, 0.590, "quoted"),
            ("VaDE", 0.578, 0.630, "quoted"),
            ("JULE", 0.563, 0.608, "quoted"),
            ("IDEC", 0.529, 0.557, "quoted"),
            ("DEC", 0.518, 0.546, "rerun"),
            ("SC-Ncut", 0.508, 0.575, "quoted"),
            ("SC-LS", 0.496, 0.497, "quoted"),
            ("k-means", 0.474, 0.512, "quoted"),
            ("NMF", 0.434, 0.425, "quoted"),
            ("DEPICT", 0.392, 0.392, "quoted"),
            ("AC-GDL", 0.112, 0.010, "quoted"),
        )
    ),
    "coil20": (
        Published("DDLS", 0.923, None, _DDLS, _NO_SPREAD),
        Published("DSC-Net", 0.946, None, _DDLS, "As quoted by Tzoreff et al.; NMI is not given."),
        Published("DBC", 0.793, None, _DDLS, "As quoted by Tzoreff et al.; NMI is not given."),
        Published("DEPICT", 0.42, None, _DDLS, "As quoted by Tzoreff et al.; NMI is not given."),
    ),
    "coil100": tuple(
        Published(method, acc, None, _DDLS, note)
        for method, acc, note in (
            ("DDLS", 0.903, _NO_SPREAD),
            ("JULE", 0.911, "As quoted by Tzoreff et al.; NMI is not given."),
            ("DCC", 0.858, "As quoted by Tzoreff et al.; NMI is not given."),
            ("DEC", 0.815, "As quoted by Tzoreff et al.; NMI is not given."),
            ("DBC", 0.775, "As quoted by Tzoreff et al.; NMI is not given."),
            ("DSC-Net", 0.691, "As quoted by Tzoreff et al.; NMI is not given."),
            ("DEPICT", 0.667, "As quoted by Tzoreff et al.; NMI is not given."),
            ("DCN", 0.62, "As quoted by Tzoreff et al.; NMI is not given."),
        )
    ),
    "ytf": _yang(
        (
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
        )
    ),
    "svhn": (
        Published("LALNet", 0.7680, None, _LALNET, "± 0.0130. " + _TEST_ONLY),
        Published("IMSAT", 0.573, None, _LALNET, "± 0.039, on GIST features; as quoted by Kilinc & Uysal."),
    ),
}


#: By method, which published row is which rung of its ladder of ablations.
RUNGS = {
    "DSCDAN": {
        "ConvAE": "ConvAE",
        "DEC-like": "DEC",
        "+MI": "ConvAE + MI",
        "+RS": "ConvAE + RS",
        "+MI+RS": "ConvAE + MI + RS",
        "+MI+RS+SN": "Dual autoencoder (DSCDAN)",
    }
}


def published_for(name: str) -> tuple[Published, ...]:
    """The published results of a data set, best accuracy first; empty where none may be compared."""
    return tuple(sorted(PUBLISHED.get(name, ()), key=lambda p: -(p.acc or 0.0)))


def published_rungs(name: str, method: str) -> dict[str, Published]:
    """The published results of a data set for the rungs of a method's ladder of ablations, by rung; maybe none."""
    rows = {row.method: row for row in PUBLISHED.get(name, ())}
    return {rung: rows[row] for rung, row in RUNGS.get(method, {}).items() if row in rows}
