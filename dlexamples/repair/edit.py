"""Edits of one block's source: LibCST says where a statement begins and ends, the text between is replaced.

Text that no edit touches is never generated again, so it survives to the byte. Template lines are written with
four spaces a level and take the block's own indentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from dlexamples.directives import below_directives

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from libcst.metadata import CodeRange

    from dlexamples.model import Place

N = TypeVar("N", bound=cst.CSTNode)
LEVEL = "    "
COMPOUND = (cst.If, cst.For, cst.With, cst.FunctionDef, cst.ClassDef)
LATER_OR_NEVER = (cst.Lambda, cst.BaseComp, cst.IfExp, cst.BooleanOperation)
"""Expressions that evaluate a part of themselves later, repeatedly or not at all: nothing moves out of them."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A block's source with its syntax, and the place of every node."""

    source: str
    module: cst.Module
    positions: Mapping[cst.CSTNode, CodeRange]
    parents: Mapping[cst.CSTNode, cst.CSTNode]

    def start(self, node: cst.CSTNode) -> int:
        """The offset of the node's first character."""
        place = self.positions[node].start
        return self._line_start(place.line) + place.column

    def end(self, node: cst.CSTNode) -> int:
        """The offset behind the node's last character."""
        place = self.positions[node].end
        return self._line_start(place.line) + place.column

    def text(self, node: cst.CSTNode) -> str:
        """The node as written, without the parentheses around it."""
        return self.source[self.start(node) : self.end(node)]

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What the node stands in, innermost first; itself not."""
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    def line(self, node: cst.CSTNode) -> int:
        return self.positions[node].start.line

    def _line_start(self, line: int) -> int:
        return sum(len(text) + 1 for text in self.source.split("\n")[: line - 1])


@lru_cache(maxsize=64)
def parse(source: str) -> Tree | None:
    """None for what LibCST cannot read. Every rule asks for the trees of the same few blocks."""
    try:
        wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    except cst.ParserSyntaxError:
        return None
    positions, parents = wrapper.resolve(PositionProvider), wrapper.resolve(ParentNodeProvider)
    return Tree(source, wrapper.module, positions, parents)


def within(node: object, kind: type[N]) -> Iterator[N]:
    """The nodes of a class in a node, itself included, in the order of the text; none in a sentinel.

    `libcst.matchers` does the same, and takes as long to import as the rest of LibCST.
    """
    if isinstance(node, kind):
        yield node
    for child in node.children if isinstance(node, cst.CSTNode) else ():
        yield from within(child, kind)


def calls(tree: Tree) -> list[cst.Call]:
    """Every call, in the order in which they are written, of those that begin together the outermost first."""
    found = [node for node in tree.positions if isinstance(node, cst.Call)]
    return sorted(found, key=lambda call: (tree.start(call), -tree.end(call)))


def calls_at(tree: Tree, place: Place) -> list[cst.Call]:
    """The calls that reach into `place`, outermost first."""

    def reaches(call: cst.Call) -> bool:
        span = tree.positions[call]
        first, last = (span.start.line, span.start.column), (span.end.line, span.end.column)
        return first < (place.end_line, place.end_column) and (place.line, place.column) < last

    return [call for call in calls(tree) if reaches(call)]


def statement_of(tree: Tree, node: cst.CSTNode) -> cst.CSTNode | None:
    """The statement that `node` is evaluated in, once and before anything else of it: a small statement, or a
    compound one with `node` in its head. None where moving code before the statement would change its meaning."""
    inner = node
    for above in tree.ancestors(node):
        if isinstance(above, cst.BaseSmallStatement):
            return above
        if isinstance(above, (*LATER_OR_NEVER, cst.While)):
            return None
        if isinstance(above, COMPOUND):
            elif_ = isinstance(above, cst.If) and isinstance(tree.parents[above], cst.If)
            return None if elif_ or isinstance(inner, cst.BaseSuite) else above
        inner = above
    return None


def top_statement(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The top-level statement around `node`, or itself."""
    outermost = node
    for above in tree.ancestors(node):
        if above is tree.module:
            break
        outermost = above
    return outermost


def enclosing(tree: Tree, node: cst.CSTNode) -> Iterator[cst.FunctionDef | cst.For]:
    """The functions and loops around `node`, innermost first, as far as the first function."""
    for above in tree.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.For)):
            yield above
        if isinstance(above, cst.FunctionDef):
            return


def function_of(tree: Tree, node: cst.CSTNode) -> cst.FunctionDef | None:
    return next((found for found in enclosing(tree, node) if isinstance(found, cst.FunctionDef)), None)


def replace_statement(
    tree: Tree, statement: cst.BaseSmallStatement, lines: Sequence[str], placed: Collection[cst.Comment] = ()
) -> str:
    """The source with `lines` in the statement's place. A line may hold several: the later ones stay as they are.

    What shares the line keeps its order on lines of its own; comments inside the statement move above it, but for
    those that are `placed` in the lines already.
    """
    around = tree.parents[statement]
    if not isinstance(around, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        raise TypeError(f"a small statement stands in {type(around).__name__}")
    inline = isinstance(around, cst.SimpleStatementSuite)
    indent = _indent(tree, tree.parents[around] if inline else around) + _unit(tree) * inline
    position = [part is statement for part in around.body].index(True)
    before, after = around.body[:position], around.body[position + 1 :]
    inside = [node.value for node in within(statement, cst.Comment) if all(node is not other for other in placed)]

    end = tree.end(around.body[-1])
    line_end = tree.source.find("\n", end)
    line_end = len(tree.source) if line_end < 0 else line_end
    comment = _comment_of(tree.source[end:line_end])

    if comment and not after and len(lines) == 1:
        lines, comment = [f"{lines[0]}  {comment}"], ""
    written = [*inside, *([comment] if comment and not after else []), *lines]
    rows = [_reindented(line, indent, _unit(tree)) for line in written]
    if before:
        rows.insert(0, indent + tree.source[tree.start(before[0]) : tree.end(before[-1])])
    if after:
        rows.append(indent + tree.source[tree.start(after[0]) : end] + (f"  {comment}" if comment else ""))

    start = tree.start(around.body[0])
    if not rows:
        return tree.source[: tree.source.rfind("\n", 0, start) + 1] + tree.source[line_end + 1 :]
    head = tree.source[:start].rstrip(" \t") + ("\n" if inline else "")
    return head + "\n".join(rows) + tree.source[line_end:]


def remove_statement(tree: Tree, statement: cst.BaseSmallStatement) -> str:
    """The source without the statement and, when nothing else is on it, without its line; `pass` where a suite
    would be empty."""
    around = tree.parents[statement]
    suite = tree.parents[around]
    is_alone = isinstance(around, cst.SimpleStatementLine) and len(around.body) == 1
    has_siblings = isinstance(suite, (cst.IndentedBlock, cst.Module)) and len(suite.body) > 1
    lines = [] if not is_alone or has_siblings else ["pass"]
    if isinstance(around, cst.SimpleStatementSuite):
        lines = [] if len(around.body) > 1 else ["pass"]
    return replace_statement(tree, statement, lines)


def with_value(tree: Tree, call: cst.BaseExpression, value: str) -> str:
    """The text of the small statement around the expression `call`, with `value` in its place."""
    statement = next(above for above in tree.ancestors(call) if isinstance(above, cst.BaseSmallStatement))
    start = tree.start(statement)
    text = tree.text(statement)
    return text[: tree.start(call) - start] + value + text[tree.end(call) - start :]


def move_before(tree: Tree, call: cst.BaseExpression, lines: Sequence[str], value: str) -> str:
    """The source with `lines` before the statement around the expression `call`, and `value` in its place."""
    statement = statement_of(tree, call)
    if isinstance(statement, cst.BaseSmallStatement):
        return replace_statement(tree, statement, [*lines, with_value(tree, call, value)])
    if statement is None:
        raise ValueError("nothing can move before this call")
    indent = _indent(tree, statement)
    rows = "".join(_reindented(line, indent, _unit(tree)) + "\n" for line in lines)
    start = tree.start(statement) - len(indent)
    source = tree.source
    return source[:start] + rows + source[start : tree.start(call)] + value + source[tree.end(call) :]


def insert_before(tree: Tree, statement: cst.CSTNode, line: str) -> str:
    """The source with a line above a statement that stands on lines of its own."""
    return _with_line(tree, statement, tree.line(statement) - 1, line)


def insert_after(tree: Tree, statement: cst.CSTNode, line: str) -> str:
    """The source with a line below a statement that stands on lines of its own."""
    last = tree.positions[statement].end
    return _with_line(tree, statement, last.line if last.column else last.line - 1, line)


def _with_line(tree: Tree, statement: cst.CSTNode, after: int, line: str) -> str:
    """With `line`, indented as the statement, below the line `after`, from 1."""
    rows = tree.source.split("\n")
    return "\n".join([*rows[:after], _indent(tree, statement) + line, *rows[after:]])


def replace_node(tree: Tree, node: cst.CSTNode, value: str) -> str:
    """The source with `value` in the node's place."""
    return tree.source[: tree.start(node)] + value + tree.source[tree.end(node) :]


def add_imports(tree: Tree, source: str, imports: Sequence[str], node: cst.CSTNode) -> str:
    """`source`, which is the tree's with an edit at `node`, with `imports` below the block's own that stand before
    `node`, else as the first lines of the block below its directives."""
    if not imports:
        return source
    limit = tree.line(top_statement(tree, node))
    rows = "".join(line + "\n" for line in imports)
    own = [
        statement
        for statement in tree.module.body
        if isinstance(statement, cst.SimpleStatementLine)
        and any(isinstance(part, (cst.Import, cst.ImportFrom)) for part in statement.body)
        and tree.positions[statement].end.line < limit
    ]
    if not own:
        text = source.split("\n")
        top = below_directives(text)
        return "\n".join([*text[:top], *imports, *([""] if text[top] else []), *text[top:]])
    end = source.index("\n", tree.end(own[-1])) + 1
    return source[:end] + rows + source[end:]


def _indent(tree: Tree, node: cst.CSTNode) -> str:
    text = tree.source.split("\n")[tree.line(node) - 1]
    return text[: len(text) - len(text.lstrip(" \t"))]


def _unit(tree: Tree) -> str:
    """One level of indentation, as the block has it."""
    return tree.module.default_indent


def _reindented(line: str, indent: str, unit: str) -> str:
    bare = line.lstrip(" ")
    return indent + unit * ((len(line) - len(bare)) // len(LEVEL)) + bare


def _comment_of(rest: str) -> str:
    """The comment in what follows a line's last statement."""
    return rest.lstrip(" \t;").rstrip()
