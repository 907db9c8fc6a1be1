"""Tensors that do not meet an operation: which layer was given what, where it was made, what would fit."""
