"""Projections as jobs, and the warm process that computes them."""
