"""`python -m deepclust`: the command line."""

from deepclust.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
