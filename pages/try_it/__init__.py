"""Try it: a new sample on a finished run."""
