"""Methods without a network of their own: the baselines that a deep one has to beat."""
