"""What the text itself looks after: syntax that runs, or fails, only where the author has asked whether it may."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_QUESTIONS = {
    "hasattr",
    "getattr",
    "isinstance",
    "issubclass",
    "callable",
    "type",
    "dir",
    "vars",
    "find_spec",
    "modules",
    "platform",
    "TYPE_CHECKING",
    "__class__",
    "__dict__",
}
_ABOUT_WHAT_IS_HERE = re.compile(r"version|backend|framework|^is_\w+_available$|^_?has_|^have_|legacy", re.I)
_CATCHES = re.compile(r"suppress|raises|raise|warns|patch|mock|skip|fail", re.I)
_JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BODY_STAYS = re.compile(
    r"^(property|setter|getter|deleter|staticmethod|classmethod|abstractmethod|cached_property|cache|lru_cache|wraps"
    r"|contextmanager|no_grad|inference_mode|enable_grad|autocast|tf_function|override|final)$"
)
"""Decorators under which a function's body means what it says; another one may compile it, or catch what it raises."""


def guarded(tree: ast.AST, flags: frozenset[str] = frozenset()) -> set[ast.AST]:
    """The syntax that is looked after: in a `try` that catches, under a question about what is installed or what an
    object is, after such a question that leaves, under a decorator that may do anything. `flags`: names that hold the
    answer to such a question."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if _looks_after(node, flags):
            found.update(ast.walk(node))
        for suite in _suites(node):
            for number, statement in enumerate(suite):
                if _leaves_where_it_is_missing(statement, flags):
                    for later in suite[number:]:
                        found.update(ast.walk(later))
                    break
    return found


def flags(trees: Iterable[ast.AST]) -> frozenset[str]:
    """The names that hold an answer about what is installed: `HAS_APEX`, `is_tf2`."""
    every = list(trees)
    found: frozenset[str] = frozenset()
    while True:
        more = found.union(*(_flags(tree, found) for tree in every))
        if more == found:
            return found
        found = more


def _flags(tree: ast.AST, known: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if getattr(node, "handlers", None) and isinstance(node, ast.stmt):
            yield from _bound(node)
        elif isinstance(node, _FUNCTIONS) and any(isinstance(n, ast.Return) and asks(n, known) for n in ast.walk(node)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.If)):
            told = node.test if isinstance(node, ast.If) else node.value
            if told is not None and asks(told, known):
                yield from _bound(node)


def asks(test: ast.AST, flags: frozenset[str] = frozenset()) -> bool:
    """Whether the expression asks what is installed here, or what an object is."""
    for node in ast.walk(test):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if name in _QUESTIONS or name in flags or (name and _ABOUT_WHAT_IS_HERE.search(name)):
            return True
    return False


def _looks_after(node: ast.AST, flags: frozenset[str]) -> bool:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        return asks(node.test, flags) or (isinstance(node.test, ast.Constant) and not node.test.value)
    if isinstance(node, ast.BoolOp):
        return any(asks(value, flags) for value in node.values[:-1])
    if isinstance(node, ast.comprehension):
        return any(asks(test, flags) for test in node.ifs)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return any(_looks_after(part, flags) for part in node.generators)
    if isinstance(node, ast.Match):
        return asks(node.subject, flags) or any(isinstance(part, ast.MatchClass) for part in ast.walk(node))
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(_CATCHES.search(_name(item.context_expr)) for item in node.items)
    if isinstance(node, _FUNCTIONS):
        return not all(map(_leaves_the_body, node.decorator_list))
    return bool(getattr(node, "handlers", None)) and isinstance(node, ast.stmt)


def _leaves_where_it_is_missing(statement: ast.stmt, flags: frozenset[str]) -> bool:
    if isinstance(statement, ast.Assert):
        return asks(statement.test, flags)
    if not isinstance(statement, ast.If) or not asks(statement.test, flags):
        return False
    return any(isinstance(node, _JUMPS) for node in ast.walk(statement))


def _leaves_the_body(decorator: ast.expr) -> bool:
    """`tf.function` has too common a name to be known by it alone."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if ast.unparse(called) == "tf.function":
        return True
    return bool(_BODY_STAYS.match(_name(decorator)))


def _name(node: ast.expr) -> str:
    """The last part of a dotted name, called or not."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _bound(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.alias):
            yield child.asname or child.name.partition(".")[0]
        elif isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            yield child.name


def _suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        suite = getattr(node, field, None)
        if isinstance(suite, list):
            yield suite
