"""Galleries of clusters: a row for each, its pictures, what was edited, and one sample in full."""
