"""Networks: learned maps from data to latent space and back. `sizes` alone loads without torch."""
