"""DSCDAN (Yang et al. 2019): deep spectral clustering with a dual autoencoder."""
