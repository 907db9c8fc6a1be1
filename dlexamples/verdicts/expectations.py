"""What a post promises about a block: the exception that it ends with, the output that it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.alignment import as_published, as_running, whole_line
from dlexamples.model import Diagnostic, Span
from dlexamples.printed import announced, differs, differs_by_chance, expected_exception

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Block, Printed
    from dlexamples.run.record import BlockRun


def unmet(block: Block, source: str, run: BlockRun, other: BlockRun | None) -> Iterator[Diagnostic]:
    """What does not come as promised, in a run of `source` that reached the block's end.

    `other`: the block in a run with another seed, where there was one. Numbers that differ between the two are chance,
    and are only noted; all else that a statement prints is what the post must show.
    """
    if block.marks.raises and not run.expected:
        place = block.span(whole_line(block.source, 0, _last_line(block)))
        message = f"`{block.marks.raises}` is expected, and the block runs to its end"
        yield Diagnostic("DL208", "error", message, place, label="nothing is raised")
    for line, name in announced(block, source).items():
        if line not in run.raised:
            yield _runs_all_the_same(block, source, line, name)
    for printed in block.printed:
        line = printed.line and as_running(printed.line, block.source, source)
        yield from _unprinted(printed, line, run, other)


def prints_otherwise(block: Block, source: str, run: BlockRun) -> bool:
    """Whether a statement prints something else than the post shows."""
    if not any(printed.line for printed in block.printed):
        return False
    return any(diagnostic.code == "DL207" for diagnostic in unmet(block, source, run, None))


def _runs_all_the_same(block: Block, source: str, line: int, name: str) -> Diagnostic:
    said = f"raises `{name}`" if name else "fails"
    place = as_published(whole_line(source, 0, line), source, block.source)
    message = f"the comment says that this {said}, and it runs"
    return Diagnostic("DL208", "error" if name else "warning", message, block.span(place), label="nothing is raised")


def _unprinted(printed: Printed, line: int, run: BlockRun, other: BlockRun | None) -> Iterator[Diagnostic]:
    got = run.outputs.get(line) if line else run.stdout
    difference = differs(printed, got) if got is not None else None
    exception = expected_exception(printed.text) if line else None
    # A session may print what looks like an error: where the output is equal, it is.
    if exception and (difference or got is None or line in run.raised):
        yield from _unraised(printed, *exception, run.raised.get(line))
    elif got is None:
        yield Diagnostic("DL207", "error", "the output is too long to be compared with the post's", printed.span)
    elif difference:
        level, message = "error", difference.message
        again = other.outputs.get(line) if other and line else None
        if again is not None and differs_by_chance(printed.text, got, again):
            level, message = "note", f"{message}; with another seed it prints other values again"
        yield Diagnostic("DL207", level, message, _row(printed.span, difference.line))


def _unraised(
    printed: Printed, error: str, message: str, raised: tuple[tuple[str, ...], str] | None
) -> Iterator[Diagnostic]:
    if raised is None:
        told = f"the post shows a `{error}` here, and the statement raises nothing"
        yield Diagnostic("DL208", "error", told, printed.span, label="nothing is raised")
        return
    kinds, found = raised
    # As doctest has it: the traceback names the class itself, not one that it derives from.
    if error.rpartition(".")[2] != kinds[0]:
        told = f"the post shows a `{error}` here, and the statement raises `{kinds[0]}: {found}`"
        yield Diagnostic("DL208", "error", told, printed.span)
    elif message and "IGNORE_EXCEPTION_DETAIL" not in printed.options:
        difference = differs(replace(printed, text=f"{message}\n"), f"{found}\n")
        if difference:
            # Libraries word their errors anew from version to version; the class is what the post is about.
            yield Diagnostic("DL207", "warning", f"the error's message: {difference.message}", printed.span)


def _row(span: Span, line: int) -> Span:
    """The line `line`, from 1, of a region of whole lines."""
    number = min(span.line + line - 1, span.end_line)
    if span.line == span.end_line:
        return span
    return Span(number, span.column, number, span.end_column if number == span.end_line else span.column + 1)


def _last_line(block: Block) -> int:
    return max(1, block.source.rstrip().count("\n") + 1)
