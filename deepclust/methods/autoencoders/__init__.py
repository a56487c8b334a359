"""Methods that cluster the code of an autoencoder."""
