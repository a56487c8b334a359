"""Data sets that can be picked by name: where they come from, how they are loaded, what was published on them."""
