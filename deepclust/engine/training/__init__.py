"""Runs: launched, queued, trained, kept, also on a Dask cluster."""
