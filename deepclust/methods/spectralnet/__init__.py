"""SpectralNet (Shaham et al. 2018): a network that learns the map into an eigenspace."""
