"""The arguments of a call that have another name, or other values, now."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.repair import live
from dlexamples.repair.renamed import arguments
from dlexamples.repair.renamed.failing import says
from dlexamples.repair.tables import Keyword, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from dlexamples.model import Stop
    from dlexamples.repair.renamed.failing import Called


@dataclass(frozen=True, slots=True)
class NewArguments:
    row: Keyword
    """The one to speak of: one that changes results if there is such."""
    olds: str
    news: str
    """As they are to be written."""
    spans: tuple[tuple[int, int, str], ...]
    """Places in the block with the text that belongs there."""
    refused: bool = False
    """The row's argument has a value of which the row does not know what it is now."""


def new_arguments(stop: Stop, call: Called) -> NewArguments | None:
    """None where the stop is not about an argument that has another form."""
    found = [(row, argument) for row, argument in _old_arguments(call) if not _takes(call, row.old)]
    if not any(says(stop.error, row.old) or (row.new and says(stop.error, row.new)) for row, _ in found):
        return None
    spans: list[tuple[int, int, str]] = []
    news: list[str] = []
    for row, argument in found:
        code = call.tree.text(argument.value)
        value = _value(stop, row, code)
        if value is None:
            return NewArguments(row, call.tree.text(argument), "", (), refused=True)
        if not row.new:
            spans.append((*arguments.span_of(call.tree, call.node, argument), ""))
            continue
        value = code if value == code else quoted(call.tree.source, value)
        spans.append(arguments.renamed(call.tree, argument, row.new, value))
        shown = call.tree.module.code_for_node(argument.value) if value == code else value
        news.append(f"{row.new}={shown}")
    row = next((row for row, _ in found if row.unsafe), found[0][0])
    olds = ", ".join(call.tree.text(argument) for _, argument in found)
    return NewArguments(row, olds, ", ".join(news), tuple(spans))


def quoted(source: str, code: str) -> str:
    """The strings of the new code in the quotes that the block prefers."""
    return code.replace("'", '"') if '"' not in code and source.count('"') >= source.count("'") else code


def _old_arguments(call: Called) -> Iterator[tuple[Keyword, cst.Arg]]:
    seen: set[str] = set()
    for row in rows(Keyword):
        argument = arguments.keyword_argument(call.node, row.old)
        if argument is not None and row.old not in seen and any(map(call.means, row.of)):
            seen.add(row.old)
            yield row, argument


def _takes(call: Called, name: str) -> bool:
    """Whether the function has a parameter of this name, which then is not what it refuses."""
    try:
        return name in inspect.signature(call.function).parameters
    except (TypeError, ValueError):
        return False


def _value(stop: Stop, row: Keyword, code: str) -> str | None:
    if not row.values:
        return code
    known = row.values.get(code)
    return known if known is not None else row.values.get(repr(live.value_of(stop, code)))
