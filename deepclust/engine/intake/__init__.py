"""Data sets on their way in: downloads and own files, each in a process of its own."""
