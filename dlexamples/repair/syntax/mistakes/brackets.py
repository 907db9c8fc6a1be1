"""Brackets that are never closed, closed by another kind, or never opened."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import (
    CLOSING,
    COMPOUND,
    OPENING,
    Token,
    code_end,
    indentation,
    insert,
    shown,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.repair.syntax import Fault

BEHIND = {",", ".", "for", "if", "%", "+", "-", "*", "/", "@", "==", "<", ">", "[", ":"}
"""What may follow a bracket's end."""
STATEMENT = re.compile(
    r"(?:[\w.]+(?:\[.*?\])?(?:, *[\w.]+)* *(?:[-+*/]?=)(?!=)|@|[a-zA-Z_][\w.]*\()"
    r"|[A-Za-z_][\w.]*\s*$|(?:del|return|raise|assert|import|from|global|pass|break|continue|yield)\b"
)
"""How a line begins that may be a statement, beside the compound ones."""


@mistake
def brackets(fault: Fault) -> Iterator[Change]:
    source = fault.source
    opened: list[Token] = []
    previous: Token | None = None
    for token in tokens(source):
        if opened and _starts_line(previous, token) and _begins_statement(fault, opened[0], token):
            yield from _closed(fault, opened, previous)
            return
        if token.text in OPENING:
            opened.append(token)
        elif token.text in CLOSING:
            if not opened:
                yield from _without(source, token)
                return
            if _starts_line(previous, token) and _closes_further_out(fault, opened, token):
                yield from _closed_above(fault, opened[-1], token)
                return
            if opened[-1].text != CLOSING[token.text]:
                yield from _closed_otherwise(fault, opened, token)
                return
            opened.pop()
        elif token.text == ":" and opened and _ends_head(source, opened, token):
            text = _closers(opened)
            yield Change(
                insert(source, _before(source, token.start), text), _told(source, text, opened), is_certain=True
            )
            return
        previous = token
    if opened and previous:
        yield from _closed(fault, opened, previous)


def _starts_line(previous: Token | None, token: Token) -> bool:
    return previous is not None and previous.line + previous.text.count("\n") < token.line


def _closes_further_out(fault: Fault, opened: Sequence[Token], token: Token) -> bool:
    """The closing line stands as an outer bracket's line does, and the innermost one's is further in."""
    widths = [len(indentation(fault.rows[bracket.line - 1])) for bracket in opened]
    return len(opened) > 1 and token.column in widths[:-1] and token.column < widths[-1]


def _closed_above(fault: Fault, bracket: Token, token: Token) -> Iterator[Change]:
    """The innermost bracket closed above a closing line that is meant for another."""
    if not _is_last_of_its_line(fault, bracket):
        yield from _on_its_line(fault, bracket, token)
        return
    text = OPENING[bracket.text]
    at = _before(fault.source, token.start)
    line_end = fault.source.find("\n", at)
    level = indentation(fault.rows[bracket.line - 1])
    yield Change(insert(fault.source, line_end, f"\n{level}{text}"), _told(fault.source, text, [bracket]))


def _begins_statement(fault: Fault, outermost: Token, token: Token) -> bool:
    """No further in than the line of the outermost open bracket, and in the form of a statement."""
    row = fault.rows[token.line - 1]
    head = fault.rows[outermost.line - 1]
    if len(indentation(row)) > len(indentation(head)) or row[: code_end(row)].endswith(","):
        return False
    return token.text in COMPOUND or bool(STATEMENT.match(row.lstrip()))


def _ends_head(source: str, opened: Sequence[Token], token: Token) -> bool:
    """The colon that ends a compound statement's head, whose brackets are still open: `for i in range(10:`."""
    if any(bracket.text != "(" for bracket in opened):
        return False
    row = source.split("\n")[opened[0].line - 1]
    word = re.match(r"\s*(\w+)", row)
    rest = source[token.end :].split("\n")[0].split("#")[0]
    return bool(word and word[1] in COMPOUND and not rest.strip()) and opened[0].line == token.line


def _closed(fault: Fault, opened: Sequence[Token], last: Token | None) -> Iterator[Change]:
    """All brackets closed behind `last`, in the layout that they were opened in; or the innermost on its own line."""
    if last is None:
        return
    source = fault.source
    text = _closers(opened)
    end = last.end
    row = fault.rows[opened[0].line - 1]
    at_its_line = list(_on_its_line(fault, opened[-1], last))
    cost = 2 if any(change.cost == 1 for change in at_its_line) else 1
    if opened[0].line < last.line and _is_last_of_its_line(fault, opened[-1]):
        line_end = source.find("\n", end)
        line_end = len(source) if line_end < 0 else line_end
        yield Change(insert(source, line_end, "\n" + indentation(row) + text), _told(source, text, opened), cost)
    else:
        trailing = source[:end].endswith(",") and not _may_trail(opened)
        at = end - 1 if trailing else end
        yield Change(source[:at] + text + source[end:], _told(source, text, opened), cost)
    yield from at_its_line


def _is_last_of_its_line(fault: Fault, bracket: Token) -> bool:
    return not fault.rows[bracket.line - 1][bracket.column + 1 :].split("#")[0].strip()


def _may_trail(opened: Sequence[Token]) -> bool:
    return len(opened) == 1


def _on_its_line(fault: Fault, bracket: Token, last: Token) -> Iterator[Change]:
    """The bracket closed on the line that it stands on: at its end, before a comma that goes on with the outer one,
    where the next line is no further in; or behind one of the values in it."""
    row = fault.rows[bracket.line - 1]
    closing = OPENING[bracket.text]
    inner = [token for token in tokens(row + "\n") if token.column > bracket.column]
    if bracket.line < last.line:
        end = inner[-1].column + len(inner[-1].text) if inner else bracket.column + 1
        end = inner[-1].column if inner and inner[-1].text in {",", ":"} else end
        below = next((r for r in fault.rows[bracket.line :] if r.strip() and not r.lstrip().startswith("#")), "")
        is_alone = len(indentation(below)) <= len(indentation(row))
        at = bracket.start - bracket.column + end
        yield Change(insert(fault.source, at, closing), _told(fault.source, closing, [bracket]), 1 if is_alone else 2)
    depth = 0
    for previous, token in pairwise(inner):
        depth += (previous.text in OPENING) - (previous.text in CLOSING)
        if depth < 0:
            return
        if depth == 0 and previous.ends_a_value and (token.text in BEHIND or token.text in CLOSING):
            at = bracket.start - bracket.column + previous.column + len(previous.text)
            yield Change(insert(fault.source, at, closing), _told(fault.source, closing, [bracket]), 2)


def _closed_otherwise(fault: Fault, opened: Sequence[Token], token: Token) -> Iterator[Change]:
    """A bracket of another kind closes: those inside were left open, or it is the wrong one, or one too many."""
    source = fault.source
    wanted = CLOSING[token.text]
    inner = []
    for bracket in reversed(opened):
        if bracket.text == wanted:
            break
        inner.append(bracket)
    if len(inner) < len(opened):
        text = "".join(OPENING[bracket.text] for bracket in inner)
        yield from _on_its_line(fault, opened[-1], token)
        at = _before(source, token.start)
        if source[at - 1 : at] == ",":
            at -= 1
        yield Change(insert(source, at, text), _told(source, text, inner))
    right = OPENING[opened[-1].text]
    yield Change(
        source[: token.start] + right + source[token.end :],
        f"`{right}` closes `{opened[-1].text}`, not `{token.text}`",
    )
    yield from _without(source, token)


def _without(source: str, token: Token) -> Iterator[Change]:
    what = f"`{token.text}` closes nothing behind {shown(source.split(chr(10))[token.line - 1][: token.column])}"
    yield Change(source[: token.start] + source[token.end :], what)


def _before(source: str, at: int) -> int:
    """The place behind the last character of code before `at`."""
    return len(source[:at].rstrip())


def _closers(opened: Sequence[Token]) -> str:
    return "".join(OPENING[bracket.text] for bracket in reversed(opened))


def _told(source: str, text: str, opened: Sequence[Token]) -> str:
    row = source.split("\n")[opened[0].line - 1]
    return f"`{text}` closes {shown(row[: opened[0].column + 1])}"
