"""The map on a page: its component, its pictures, its colours and the projections behind it."""
