"""Finished runs judged without labels: k, settings, and runs beside each other."""
