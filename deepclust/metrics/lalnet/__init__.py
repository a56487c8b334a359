"""What is kept and measured of LALNet alone: the names of its arrays, and the graphs of its figure 6."""
