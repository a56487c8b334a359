"""Hyper-parameters for every method under which a fit takes a moment."""

from __future__ import annotations

CENTROIDS = {"pretrain_epochs": 2, "max_epochs": 2, "n_hidden": 16, "n_wide": 16, "n_init": 2, "tol": 0.0}
#: A method that is not named here runs with its defaults.
TINY = {
    "KMeans": {"n_init": 3},
    "AEKMeans": {"max_epochs": 3, "n_channels": 8, "n_hidden": 16, "n_init": 2},
    "DEC": CENTROIDS,
    "IDEC": CENTROIDS,
    "DECDA": {**CENTROIDS, "start": "graph"},
    "IDECDA": {**CENTROIDS, "network": "convolutional", "n_channels": 4},
    "DCN": CENTROIDS,
    "N2D": {"max_epochs": 3, "n_channels": 8, "n_hidden": 16, "n_init": 2},
    "VaDE": {"pretrain_epochs": 2, "max_epochs": 3, "n_hidden": 16},
    "DDLS": {"pretrain_epochs": 2, "max_epochs": 2, "n_channels": 8, "n_hidden": 16, "n_components": 8, "tol": 0.0},
    "DEPICT": {
        "pretrain_epochs": 2,
        "first_epochs": 1,
        "max_epochs": 2,
        "n_channels": 4,
        "n_hidden": 16,
        "steps_per_epoch": 2,
    },
    "DSCDAN": {
        "pretrain_epochs": 2,
        "max_epochs": 3,
        "n_channels": 4,
        "n_hidden": 64,
        "n_components": 8,
        "n_init": 2,
        "refresh": 2,
        "steps_per_epoch": 2,
        "learning_rate": 0.01,
        "eigenvectors": 1.0,
    },
    "IMSAT": {"max_epochs": 4, "n_hidden": 32, "steps_per_epoch": 10},
    "LALNet": {"max_epochs": 3, "n_channels": 4, "n_hidden": 16, "n_duplicates": 3, "min_side": 8, "n_init": 2},
    "SpectralClustering": {"n_init": 2},
    "LandmarkSpectral": {"n_landmarks": 40, "n_init": 2},
    "NMF": {"max_epochs": 3, "n_init": 2},
    "RCC": {"max_epochs": 12, "tol": 0.0},
    "NystroemSpectral": {"n_landmarks": 40, "n_init": 2},
    "UNSEEN": {"pretrain_epochs": 2, "max_epochs": 2, "n_channels": 8, "n_hidden": 16, "threshold": 0.0},
    "SpectralNet": {
        "siamese_epochs": 2,
        "max_epochs": 2,
        "steps_per_epoch": 4,
        "spectral_hidden": 16,
        "spectral_batch": 64,
        "n_init": 2,
    },
}
