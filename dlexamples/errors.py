"""What a user can put right: told in a line, without our stack."""

from __future__ import annotations


class ToldError(Exception):
    """Says what was found, where, and what would do. The exit code is that of wrong usage."""
