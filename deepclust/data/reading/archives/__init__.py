"""Many files in one, and packed files: nothing is unpacked to disk, and sizes are checked before memory is taken."""
