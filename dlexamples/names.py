"""Which names a block needs from outside, which it binds, and what each of its statements changes."""

from __future__ import annotations

import ast
import builtins
import re
import sys
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dlexamples.paths import files_made, files_named
from dlexamples.scopes import Scope, always

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING: frozenset[str] = frozenset()
BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__", "__annotations__"}

# Changing the state of a module is told by what is called: `torch.manual_seed(0)`, `plt.style.use(…)`,
# `torch.set_default_dtype(…)`, `tf.config.run_functions_eagerly(…)`, `os.environ.setdefault(…)`.
_SETS_STATE = re.compile(r"(^|_)(set|seed|use|enable|disable|filterwarnings|simplefilter)(_|$)|^(basicConfig|chdir)$")
_STATEFUL_ATTRIBUTES = {"environ", "path", "rcParams", "config"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement of a block."""

    line: int
    end_line: int
    needs: frozenset[str]
    """Read when it runs, builtins included; what only a function's body reads is not."""
    binds: frozenset[str]
    touches: frozenset[str]
    """Names whose objects it changes without binding them: `model.add(…)`, `x[0] = 1`, `train(model)`."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a block asks of the namespace and gives to it."""

    needs: frozenset[str] = frozenset()
    """Read at top level before the block has surely bound them."""
    needs_later: frozenset[str] = frozenset()
    """Read by the bodies of its functions and bound nowhere in the block."""
    builtins: frozenset[str] = frozenset()
    """Builtins that it reads: an earlier block may have bound the name (`input = torch.randn(…)`)."""
    binds: frozenset[str] = frozenset()
    surely: frozenset[str] = frozenset()
    """Of `binds`, those that its run binds whatever it decides: not in a branch, a loop or a function."""
    statements: tuple[Statement, ...] = ()
    imports: frozenset[str] = frozenset()
    """Top-level packages that it imports anywhere."""
    imported: frozenset[str] = frozenset()
    """Of `binds`, those that an import binds."""
    sets_state: frozenset[str] = frozenset()
    """Names through which it changes something global (a seed, a default, the environment), if they are imported."""
    only_defines: bool = False
    """Holds imports and definitions alone, with at least one function."""
    makes: frozenset[str] = frozenset()
    """Files that it writes, by the names that stand in its text."""
    opens: frozenset[str] = frozenset()
    """Files that it speaks of and does not write."""
    star: bool = False
    """Has `from … import *`: any name may come from it."""


@lru_cache(maxsize=256)
def names(source: str) -> Names:
    """The names of a block; of a block that does not parse, as far as parso can read it."""
    limit = sys.getrecursionlimit()
    # A sum of a thousand terms is a tree a thousand deep, and each level takes three calls.
    sys.setrecursionlimit(max(limit, 6_000))
    try:
        return _names(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _names_of_broken(source)
    finally:
        sys.setrecursionlimit(limit)


def _names(source: str) -> Names:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    scope = Scope()
    statements = tuple(_statement(scope, node) for node in tree.body)
    later = scope.deferred - scope.ever
    makes = files_made(tree)
    return Names(
        needs=_frozen(scope.needs - BUILTINS),
        needs_later=_frozen(later - BUILTINS),
        builtins=_frozen((scope.needs | later) & BUILTINS),
        binds=_frozen(scope.ever | scope.late),
        surely=_surely(tree.body),
        statements=statements,
        imports=_imports(tree),
        imported=_frozen(scope.imported),
        sets_state=_frozen(set().union(*map(_changes_state, tree.body))),
        only_defines=_only_defines(tree),
        makes=_frozen(makes),
        opens=_frozen(files_named(tree) - makes),
        star=scope.star,
    )


def _frozen(found: Iterable[str]) -> frozenset[str]:
    """One object for all that are empty, as most are: of thousands of posts each is told once."""
    return frozenset(found) or NOTHING


def _surely(body: list[ast.stmt]) -> frozenset[str]:
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.If) and always(node.test):
            found |= _surely(node.body)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            targets = (n for item in node.items if item.optional_vars for n in ast.walk(item.optional_vars))
            found |= _surely(node.body) | {target.id for target in targets if isinstance(target, ast.Name)}
        elif not isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)):
            scope = Scope()
            scope.visit(node)
            found = (found - _deleted(node)) | scope.bound
    return _frozen(found)


def _deleted(node: ast.stmt) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Del)}


def _statement(scope: Scope, node: ast.stmt) -> Statement:
    before, scope.ever = scope.ever, set()
    scope.visit(node)
    binds, scope.ever = _frozen(scope.ever), before | scope.ever
    own = Scope()
    own.visit(node)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    touches = _frozen(_touched(node) - scope.imported)
    return Statement(first, node.end_lineno or first, _frozen(own.needs), binds, touches)


def _names_of_broken(source: str) -> Names:
    """parso reads on past an error, so that later blocks are told what this one would have defined."""
    import parso  # Nearly every block parses.

    binds: set[str] = set()
    reads: set[str] = set()
    touches: set[str] = set()
    leaf: Any = parso.parse(source).get_first_leaf()  # type: ignore[no-untyped-call]
    previous: Any = None
    while leaf is not None:
        following = leaf.get_next_leaf()
        if leaf.type == "name" and not (previous and previous.value == "."):
            (binds if leaf.is_definition() or _binds_in_broken(previous, following) else reads).add(leaf.value)
            if _starts_line(previous) and following is not None and following.value == ".":
                touches.add(leaf.value)
        previous, leaf = leaf, following
    imports = _frozen(re.findall(r"^\s*(?:import|from)\s+(\w+)", source, re.MULTILINE))
    needs = _frozen(reads - binds - BUILTINS)
    whole = Statement(1, max(1, source.count("\n")), needs, _frozen(binds), _frozen(touches - imports))
    return Names(needs=needs, binds=_frozen(binds), statements=(whole,), imports=imports)


def _binds_in_broken(previous: Any, following: Any) -> bool:
    """`name =` at the start of a line, `def name`, `as name`: where the rest of the statement is past reading."""
    if previous is not None and previous.type == "keyword" and previous.value in {"def", "class", "as", "import"}:
        return True
    return _starts_line(previous) and following is not None and following.value == "="


def _starts_line(previous: Any) -> bool:
    return previous is None or previous.type in {"newline", "indent", "dedent", "error_leaf"}


def _imports(tree: ast.Module) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return _frozen(found)


def _touched(node: ast.stmt) -> set[str]:
    """Names whose objects the statement changes in place, as far as its form tells."""
    found: set[str | None] = set()
    for child in ast.walk(node):
        if isinstance(child, (ast.Attribute, ast.Subscript)) and not isinstance(child.ctx, ast.Load):
            found.add(_root(child))
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Call)):
            continue
        function = child.value.func
        if isinstance(function, ast.Attribute):
            found.add(_root(function))
        elif isinstance(function, ast.Name) and function.id not in BUILTINS:
            found.update(a.id for a in child.value.args if isinstance(a, ast.Name))
    return {name for name in found if name}


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _changes_state(node: ast.stmt) -> set[str]:
    """The roots of what the statement calls or assigns to, where that would change the state of a module."""
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        roots = {_root(target) for target in targets if isinstance(target, (ast.Attribute, ast.Subscript))}
        return {root for root in roots if root}
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return set()
    function = node.value.func
    root = _root(function)
    name = function.attr if isinstance(function, ast.Attribute) else root or ""
    speaks = bool(_SETS_STATE.search(name)) or _inner_attribute(function) in _STATEFUL_ATTRIBUTES
    return {root} if root and speaks else set()


def _inner_attribute(node: ast.expr) -> str:
    inner = node.value if isinstance(node, ast.Attribute) else None
    return inner.attr if isinstance(inner, ast.Attribute) else ""


def _only_defines(tree: ast.Module) -> bool:
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    body = [n for n in tree.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    return all(isinstance(n, kinds) for n in body) and any(
        isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) for n in ast.walk(tree)
    )
