"""Lines that are certainly no Python: shell commands, prose, and what programs print.

Everything here asks for evidence. A statement that is merely broken is Python with a mistake, never foreign.
"""

from __future__ import annotations

import ast
import keyword
import re
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.broken import SHELL
from dlexamples.formats.logical import statements
from dlexamples.formats.substance import dotted, is_value, substance
from dlexamples.formats.syntax import Bound, parsed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

PROMPT = re.compile(r"(\(\w+\) )?([\w.-]+@[\w.-]+:\S*)?[$%] \S")
SENTENCE = re.compile(r"[A-Z][\w'\u2019-]*[,:]?( [\"'\u201c\u2018(]?[\w'\u2019-]+[\"'\u201d\u2019),.;:!?…]*){2,}")
KEYWORD = re.compile(
    rf"({'|'.join(sorted({*keyword.kwlist} - {'True', 'False', 'None'}))}|print|exec|match|case|type)\b"
)
"""How a statement begins that only Python has, Python 2's among them; `Print` and `If` begin sentences."""
NUMBER = r"(-?\d+(\.\d*)?(e[+-]?\d+)?|true|false|-?inf|nan)"
PRINTED = re.compile(
    rf"""
    (epoch|iter(ation)?|step|batch|fold|episode|round)s?\b[\s:#\[(]*\d+
    | .*\[[=>.\s]{{4,}}\]
    | .*\d+%\|
    | .*\b\d+(\.\d+)?(it/s|s/it|[mu]?s/(step|epoch))
    | traceback\ \(most\ recent\ call\ last\):
    | (\w+\.)*\w+(Error|Exception|Warning):\s
    | <(class|generator|function|bound|built-in|module|[\w.]+\ object|tf\.)\b.*>
    | [=_\-─━~]{{5,}}$
    | \.{{4,}}$
    | (total|trainable|non-trainable)\ params:
    | layer\ \(type
    | [A-Za-z][\w%/()-]*(\ [\w%/()-]+)*\s?:\s*-?\d[\d.e+-]*%?([\s,|;.]|$)
    | [\[(\s]*{NUMBER}(\s+{NUMBER})+[\]\s)]*$
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""How a row of output begins: progress, a traceback, what an object is by its address, rules, tables of layers,
measured values, NumPy's arrays."""
CAPITALS = re.compile(r"[A-Z]+( [A-Z]+)+:?$")
INSIDE = re.compile(r"\bgrad_fn=<|\bobject at 0x|\bat 0x[0-9a-f]{6,}>|\b(shape|dtype)=[^=<>]*, numpy=")
"""What stands somewhere in what an object prints, and never in code."""
CHILD = re.compile(r"\s+\(\w+\): \w+\(")
"""A module's layer: `  (0): Linear(in_features=4, out_features=2, bias=True)`."""
ARRAYS = {"tensor", "array", "matrix", "masked_array"}
SLIP = re.compile(rf"\.{{4,}}|{NUMBER}(\s+{NUMBER})+", re.IGNORECASE)
"""Printed rows that are slips of Python as well when they stand alone: a dot too many, forgotten commas."""
HEADING = re.compile(r"(out(put)?s?|results?|prints?)\s*:?$", re.IGNORECASE)
"""What authors write above output."""


LONGEST = 1000
"""Characters of a line that are looked at: some of these patterns take quadratic time."""


class Piece(NamedTuple):
    """A statement's rows, or lines that stand in the place of one."""

    rows: range
    kind: str
    """`python`, `nothing` when it parses and does nothing, `bash`, `text`, or `broken`."""


def pieces(codes: Sequence[str], bound: Collection[str]) -> list[Piece]:
    """What a block's statements are, after blocks that bind these names."""
    known = Bound(bound)
    found: list[Piece] = []
    written = [code for code in codes if code.strip()]
    is_slip = len(written) == 1 and bool(SLIP.fullmatch(written[0].strip()[:LONGEST]))
    for rows in statements(codes):
        lines = [codes[i] for i in rows]
        tree = parsed("\n".join(lines))
        if tree is not None:
            known.add(tree)
        found.append(Piece(rows, "broken" if is_slip else _kind(lines, tree, known)))
    return list(_joined(found, codes))


def is_printed_array(statement: ast.stmt, bound: Collection[str]) -> bool:
    """`tensor([1., 2.])`, which nothing defines, or a tuple or list with one: what arrays print as."""
    return isinstance(statement, ast.Expr) and _is_array(statement.value, bound)


def _is_array(value: ast.expr, bound: Collection[str]) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name in ARRAYS and is_value(value) and name not in bound and "*" not in bound
        case ast.Call(func=ast.Attribute() as function):
            return dotted(function) == "torch.Size" and is_value(value)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            arrays = [item for item in items if _is_array(item, bound)]
            rest = (node for item in items if item not in arrays for node in ast.walk(item))
            return bool(arrays) and is_value(value) and not any(isinstance(node, (ast.Call, ast.Name)) for node in rest)
    return False


def _kind(rows: Sequence[str], tree: ast.Module | None, bound: Collection[str]) -> str:
    if PROMPT.match(rows[0]):
        return "bash"
    if tree is not None:
        if all(is_printed_array(statement, bound) for statement in tree.body):
            return "text"
        return "python" if substance(tree.body) else "nothing"
    if KEYWORD.match(rows[0]):
        return "broken"
    if SHELL.match(rows[0]) and all(row.endswith("\\") for row in rows[:-1]):
        return "bash"
    return "text" if HEADING.match(rows[0]) or _is_output(rows) or _is_prose(rows) else "broken"


def _is_output(rows: Sequence[str]) -> bool:
    first = rows[0][:LONGEST]
    if PRINTED.match(first) or CAPITALS.match(first) or any(map(INSIDE.search, rows)):
        return True
    return len(rows) > 1 and bool(CHILD.match(rows[1]))


def _is_prose(rows: Sequence[str]) -> bool:
    """A sentence on one line, without what only code has."""
    row = rows[0][:LONGEST].strip()
    closed = row.count("(") == row.count(")") and row.count('"') % 2 == 0
    return len(rows) == 1 and closed and bool(SENTENCE.fullmatch(row)) and not _is_capitalised(row)


def _is_capitalised(row: str) -> bool:
    """`From numpy import array`: a statement, if its words were written as Python has them."""
    small = row.lower().rstrip(".")
    return any(parsed(text) is not None for text in (small, f"{small.rstrip(':')}: pass"))


def _joined(found: Sequence[Piece], codes: Sequence[str]) -> Iterator[Piece]:
    """What does nothing goes with the output above it, and a heading of output with what is below it."""
    above = ""
    for i, piece in enumerate(found):
        below = found[i + 1].kind if i + 1 < len(found) else ""
        heads = below == "text" and HEADING.match(codes[piece.rows.start])
        kind = "text" if piece.kind == "nothing" and (above == "text" or heads) else piece.kind
        above = kind
        yield piece._replace(kind=kind)
