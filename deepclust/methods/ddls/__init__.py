"""DDLS (Tzoreff, Kogan & Choukroun 2018): deep discriminative latent space."""
