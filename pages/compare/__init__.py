"""The page Runs: a table of all runs, and what several of them make of the same samples."""
