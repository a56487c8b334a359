"""Several runs at once: groups, sweeps, and their maps and tables side by side."""
