"""Keras-style training on a torch module: what was called, with what, and the loop that does it."""
