"""Why nothing is supplied."""

from __future__ import annotations


class CannotTell(Exception):  # noqa: N818
    """What the name stands for cannot be told from the code; the message says why, for the author to read."""


class NothingSaysWhich(CannotTell):
    """It is data, and neither its name nor the text around it speaks of a data set."""
