"""The column of line numbers, shared by frames and diffs."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

GUTTER = "blue"


@dataclass(frozen=True, slots=True)
class Gutter:
    """Line numbers of so many digits, and a bar."""

    digits: int
    bar: str

    @property
    def width(self) -> int:
        return self.digits + 3

    def row(self, content: Text | str = "", number: int | str = "") -> Text:
        """`content` on the line `number`, or under it."""
        row = Text.assemble((f"{number:>{self.digits}} {self.bar}", GUTTER), " ", content)
        row.rstrip()
        return row

    def gap(self, content: Text | str = "") -> Text:
        """Lines that are left out."""
        row = Text.assemble(("...".ljust(self.digits + 2), GUTTER), " ", content)
        row.rstrip()
        return row
