"""Several runs at once: groups, sweeps, lessons, and their maps and tables side by side."""
