"""Processes that outlive whoever starts them, and the record of their work."""
