"""What is said of a network whose weights would have been downloaded."""

from __future__ import annotations

from . import Served, served

WHY = "random weights: shapes are checked, predictions mean nothing"


def tell(call: str, architecture: str) -> None:
    """`call` as an author knows it."""
    served(Served(call, architecture, "synthetic", WHY))
