"""What a diagnosis says, before it has a place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic without its place."""

    code: str
    message: str
    label: str = ""
