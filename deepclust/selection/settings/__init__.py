"""Settings of a method ranked without labels."""
