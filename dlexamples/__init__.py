"""Runs, fills and repairs the code in deep-learning posts before they are published."""

__version__ = "0.1.0"
