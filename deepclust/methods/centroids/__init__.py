"""Methods that draw the codes of a trained autoencoder to k centres, which learn along: DEC, IDEC, DCN and their kin."""
