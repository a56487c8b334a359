"""What methods share: the estimator, the deep one, and chapters that several of them read from."""
