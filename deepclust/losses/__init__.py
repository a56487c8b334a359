"""Loss functions, one idea per file: pure functions of tensors, with shapes, equation numbers and sources."""
