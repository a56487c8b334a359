"""Readers of arrays: .npz and .npy, HDF5, MATLAB, IDX, LIBSVM, and the binary archives of CIFAR-10 and STL-10."""
