"""`python -m deepclust` and the console script: the command line."""

from __future__ import annotations

import os

# Threads that wait must not keep a core busy: other processes (the app, another run) need it. Read once, on loading.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from deepclust.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
