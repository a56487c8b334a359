"""What the benchmarks measured, as the pages show it."""
