"""One criterion, or one family of them, a file."""
