"""The dialects that code is written in: what a fence's rows become before they can be run."""

from __future__ import annotations

from dlexamples.formats.dialects.options import options

__all__ = ["options"]
