"""The League page."""
