"""The number of clusters: criteria over k and their common verdict."""
