"""Drive runs: train one, launch it as a process of its own, queue them, and compute projections beside them."""
