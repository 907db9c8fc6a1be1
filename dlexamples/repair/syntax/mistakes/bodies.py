"""A function, class or loop whose body holds only a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import indentation, shown, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault


@mistake
def bodies(fault: Fault) -> Iterator[Change]:
    """`pass` below the comment, which keeps saying what is to stand there."""
    if "expected an indented block" not in fault.message:
        return
    rows = fault.rows
    head = next((i for i in range(min(fault.line, len(rows)) - 1, -1, -1) if _ends_head(rows[i])), None)
    if head is None:
        return
    last = head
    while last + 1 < len(rows) and rows[last + 1].lstrip().startswith("#"):
        last += 1
    if last == head:
        return
    first = next(i for i in range(head, -1, -1) if (i == head and not _closes(rows[i])) or _opens(rows[i]))
    level = indentation(rows[first]) + unit(fault.source)
    if len(indentation(rows[last])) > len(indentation(rows[first])):
        level = indentation(rows[last])
    source = "\n".join([*rows[: last + 1], f"{level}pass", *rows[last + 1 :]])
    yield Change(source, f"`pass` below {shown(rows[first])}, whose body holds only a comment")


def _ends_head(row: str) -> bool:
    return row.split("#")[0].rstrip().endswith(":") and not row.lstrip().startswith("#")


def _closes(row: str) -> bool:
    """The head began on a line above."""
    return row.lstrip().startswith((")", "]", "}"))


def _opens(row: str) -> bool:
    return row.lstrip().startswith(("def ", "async def ", "class ", "if ", "for ", "while ", "with "))
