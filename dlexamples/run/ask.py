"""Asks the data and the repair rooms for mends, in the process that stopped, with everything alive.

Imported there on request and never before: a process that has it gives no verdict.
"""

from __future__ import annotations

import traceback
from dataclasses import asdict
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from dlexamples import data, repair
from dlexamples.model import Definition, Frame, Place, Post, Stop
from dlexamples.repair.explain_assert import explain
from dlexamples.run.columns import characters, rows
from dlexamples.run.inside.errors import position

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from types import TracebackType

MOST_CANDIDATES = 12


def load() -> None:
    """Imports every rule and every data set, and reads their tables: in a server, once for all that it forks."""
    repair.load()
    data.load()


def answer(session: Any, index: int, node: ast.stmt, error: BaseException) -> dict[str, Any]:
    """Candidates in order, refusals, pytest's words for a failing assertion, and our own fault if there was one."""
    reply: dict[str, Any] = {"candidates": [], "refusals": [], "explanation": "", "fault": ""}
    try:
        stop = live_stop(session, index, node, error)
        missing = () if _is_a_librarys_own_name(error, session.filename) else data.propose(stop)
        for proposal in islice(chain(missing, repair.propose(stop)), MOST_CANDIDATES):
            kind = "refusals" if proposal.final else "candidates"
            reply[kind].append(asdict(proposal))
        if isinstance(error, AssertionError):
            reply["explanation"] = explain(stop)
    except Exception:
        reply["fault"] = traceback.format_exc()
    return reply


def live_stop(session: Any, index: int, node: ast.stmt, error: BaseException) -> Stop:
    sources = tuple(block["source"] for block in session.blocks)
    links = list(_links(error.__traceback__, session.filename))
    frame = links[-1] if links else None
    statement = Place(index, *_statement(session.blocks[index], node))
    return Stop(
        error=error,
        namespace=session.namespace,
        locals=frame.tb_frame.f_locals if frame else session.namespace,
        sources=sources,
        published=tuple(session.job["published"]),
        statement=statement,
        at=_place(session, frame) if frame else statement,
        post=_post(session.job["post"]),
        frames=tuple(_frame(session, link) for link in links),
    )


def _frame(session: Any, link: TracebackType) -> Frame:
    code = link.tb_frame.f_code
    return Frame(_place(session, link), link.tb_frame.f_locals, "" if code.co_name == "<module>" else code.co_name)


def _post(told: dict[str, Any]) -> Post:
    imports, definitions = (
        {name: Definition(**found) for name, found in told[kind].items()} for kind in ("imports", "definitions")
    )
    return Post(imports, definitions, frozenset(told["packages"]), told["text"])


def _is_a_librarys_own_name(error: BaseException, filename: str) -> bool:
    """A name that a library's own code misses is no name of the post."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    raised_by_the_post = frame is not None and frame.tb_frame.f_code.co_filename == filename
    return isinstance(error, NameError) and not raised_by_the_post


def _links(link: TracebackType | None, filename: str) -> Iterator[TracebackType]:
    """The traceback's links that are the post's own text, outermost first."""
    while link is not None:
        if link.tb_frame.f_code.co_filename == filename:
            yield link
        link = link.tb_next


def _statement(block: dict[str, Any], node: ast.stmt) -> tuple[int, int, int, int]:
    """The node's lines are the document's; its columns count bytes."""
    lines = rows(block["source"])
    first = node.lineno - block["first_line"] + 1
    last = (node.end_lineno or node.lineno) - block["first_line"] + 1
    return (
        first,
        characters(lines[first - 1], node.col_offset),
        last,
        characters(lines[last - 1], node.end_col_offset or 0),
    )


def _place(session: Any, frame: TracebackType) -> Place:
    line, column, end_line, end_column = position(frame)
    for block in reversed(session.blocks):
        if block["first_line"] <= line:
            break
    lines = rows(block["source"])
    first, last = line - block["first_line"] + 1, end_line - block["first_line"] + 1
    if column < 0:
        text = lines[first - 1]
        return Place(block["index"], first, len(text) - len(text.lstrip()), first, len(text.rstrip()))
    return Place(
        block["index"], first, characters(lines[first - 1], column), last, characters(lines[last - 1], end_column)
    )
