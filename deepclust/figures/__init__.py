"""Arrays to figures and pictures."""
