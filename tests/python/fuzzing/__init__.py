"""Random nests under random sentences, compiled and compared bit for bit with the reference interpreter."""
