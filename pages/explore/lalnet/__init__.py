"""The figures of LALNet's paper, of the run that is open."""
