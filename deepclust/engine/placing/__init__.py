"""New samples on a finished run: their clusters, their neighbours, and whether the run has ever seen such a thing."""
