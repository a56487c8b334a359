"""Methods that maximise what clusters tell of samples."""
