"""What a run says about itself: one output format a file.

A format is a function `(reports, policy, stream) -> None` under `@report("name")`. Finding the formats imports
them all, so a format imports what it draws with when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from dlexamples.registry import Registry

if TYPE_CHECKING:
    from dlexamples.model import Policy, Report

Writer = Callable[[Sequence["Report"], "Policy", TextIO], None]

_writers: Registry[Writer] = Registry("dlexamples.reports")
_with_suggestions: set[str] = set()


def report(name: str, *, suggestions: bool = False) -> Callable[[Writer], Writer]:
    """Registers the decorated function as the output format `name`. With `suggestions` it is given the reports' own:
    what `fix` would write."""

    def register(writer: Writer) -> Writer:
        _writers.add(name, writer)
        if suggestions:
            _with_suggestions.add(name)
        return writer

    return register


def names() -> list[str]:
    """The output formats, in alphabetical order."""
    return sorted(_writers.items())


def offers_fixes(name: str) -> bool:
    """Whether the format `name` is to be given suggestions."""
    return _writers.get(name) is not None and name in _with_suggestions


def write(name: str, reports: Sequence[Report], policy: Policy, stream: TextIO) -> None:
    """Writes `reports` to `stream` in the format `name`. Raises ValueError when there is no such format."""
    writer = _writers.get(name)
    if writer is None:
        raise ValueError(f"no output format {name!r}: there are {', '.join(names())}")
    writer(reports, policy, stream)
