"""What is made with projections: one map and its file, maps of a space at several moments, and what can be believed of them."""
