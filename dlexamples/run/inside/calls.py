"""Stub until the real one lands."""

from __future__ import annotations

from typing import Any


def findings(source: str, earlier: list[str]) -> list[dict[str, Any]]:
    return []
