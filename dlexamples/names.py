"""Which names a block needs from outside, which it binds, and what each of its statements changes.

Scopes follow the language reference, section 4.2: a class body is not seen by its methods, a comprehension has a
scope of its own, `global` reaches the module, a function's body runs later than its definition.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import parso

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
    sets_state: bool = False
    """Changes something global that later blocks live in: a seed, a default, the environment."""
    only_defines: bool = False
    """Holds imports and definitions alone, with at least one function."""
    star: bool = False
    """Has `from … import *`: any name may come from it."""


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
    scope = _Scope()
    statements = tuple(_statement(scope, node) for node in tree.body)
    later = scope.deferred - scope.ever
    return Names(
        needs=frozenset(scope.needs - BUILTINS),
        needs_later=frozenset(later - BUILTINS),
        builtins=frozenset((scope.needs | later) & BUILTINS),
        binds=frozenset(scope.ever | scope.late),
        surely=_surely(tree.body),
        statements=statements,
        imports=_imports(tree),
        sets_state=any(_changes_state(node, scope.imported) for node in tree.body),
        only_defines=_only_defines(tree),
        star=scope.star,
    )


def _surely(body: list[ast.stmt]) -> frozenset[str]:
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.If) and _always(node.test):
            found |= _surely(node.body)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            targets = (n for item in node.items if item.optional_vars for n in ast.walk(item.optional_vars))
            found |= _surely(node.body) | {target.id for target in targets if isinstance(target, ast.Name)}
        elif not isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)):
            scope = _Scope()
            scope.visit(node)
            found = (found - _deleted(node)) | scope.bound
    return frozenset(found)


def _deleted(node: ast.stmt) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Del)}


def _statement(scope: _Scope, node: ast.stmt) -> Statement:
    before, scope.ever = scope.ever, set()
    scope.visit(node)
    binds, scope.ever = frozenset(scope.ever), before | scope.ever
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return Statement(first, node.end_lineno or first, binds, frozenset(_touched(node) - scope.imported))


def _names_of_broken(source: str) -> Names:
    """parso reads on past an error, so that later blocks are told what this one would have defined."""
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
    imports = frozenset(re.findall(r"^\s*(?:import|from)\s+(\w+)", source, re.MULTILINE))
    needs = frozenset(reads - binds - BUILTINS)
    whole = Statement(1, max(1, source.count("\n")), frozenset(binds), frozenset(touches - imports))
    return Names(needs=needs, binds=frozenset(binds), statements=(whole,), imports=imports)


def _binds_in_broken(previous: Any, following: Any) -> bool:
    """`name =` at the start of a line, `def name`, `as name`: where the rest of the statement is past reading."""
    if previous is not None and previous.type == "keyword" and previous.value in {"def", "class", "as", "import"}:
        return True
    return _starts_line(previous) and following is not None and following.value == "="


def _starts_line(previous: Any) -> bool:
    return previous is None or previous.type in {"newline", "indent", "dedent", "error_leaf"}


class _Scope(ast.NodeVisitor):
    """Reads and bindings of one scope, in the order in which they run."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.ever: set[str] = set()
        self.needs: set[str] = set()
        self.deferred: set[str] = set()
        self.globals: set[str] = set()
        self.imported: set[str] = set()
        self.late: set[str] = set()
        """Names of the module that a function binds once it is called: `global x; x = …`."""
        self.star = False

    def bind(self, name: str) -> None:
        self.bound.add(name)
        self.ever.add(name)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id)
        elif isinstance(node.ctx, ast.Del) and node.id in self.bound:
            self.bound.remove(node.id)
        elif node.id not in self.bound:
            self.needs.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and node.target.id not in self.bound:
            self.needs.add(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind(node.target.id)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self.bind(name)
            self.imported.add(name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.star = True
                continue
            self.bind(alias.asname or alias.name)
            self.imported.add(alias.asname or alias.name)

    def visit_Global(self, node: ast.Global) -> None:
        self.globals.update(node.names)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        self._visit_all([*node.body, *node.orelse])

    visit_AsyncFor = visit_For

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        before = set(self.bound)
        self._visit_all(node.body)
        after_body = self.bound
        self.bound = set(before)
        self._visit_all(node.orelse)
        if _always(node.test) or _leaves(node.orelse):
            self.bound = after_body | before
        elif not _leaves(node.body):
            self.bound &= after_body

    def visit_Try(self, node: Any) -> None:
        before = set(self.bound)
        self._visit_all([*node.body, *node.orelse])
        after = set(self.bound)
        for handler in node.handlers:
            self.bound = set(before)
            if handler.type:
                self.visit(handler.type)
            if handler.name:
                self.bind(handler.name)
            self._visit_all(handler.body)
        self.bound = after
        self._visit_all(node.finalbody)

    visit_TryStar = visit_Try

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        before = set(self.bound)
        for case in node.cases:
            self.bound = set(before)
            self.visit(case.pattern)
            if case.guard:
                self.visit(case.guard)
            self._visit_all(case.body)
        self.bound = before

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self.bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self.bind(node.rest)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all(node.decorator_list)
        needed = set(self.needs)
        self._signature(node.args)
        if node.returns:
            self.visit(node.returns)
        self.needs -= _type_parameters(node) - needed
        self.bind(node.name)
        self._later(node.args, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._signature(node.args)
        self._later(node.args, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *(k.value for k in node.keywords)])
        inner = _Scope()
        inner.bound.add("__class__")
        inner._visit_all(node.body)
        self.needs |= inner.needs - self.bound - {"__module__", "__qualname__"} - _type_parameters(node)
        self.deferred |= inner.deferred
        self.late |= inner.late
        self.bind(node.name)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        inner = _Scope()
        for index, generator in enumerate(node.generators):
            if index:
                inner.visit(generator.iter)
            inner.visit(generator.target)
            inner._visit_all(generator.ifs)
        inner._visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        for walrus in (n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)):
            self.bind(walrus)
        self.needs |= inner.needs - self.bound
        self.deferred |= inner.deferred

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def _signature(self, arguments: ast.arguments) -> None:
        self._visit_all([*arguments.defaults, *(d for d in arguments.kw_defaults if d)])
        self._visit_all([a.annotation for a in _parameters(arguments) if a.annotation])

    def _later(self, arguments: ast.arguments, body: list[ast.stmt] | list[ast.expr]) -> None:
        inner = _Scope()
        for parameter in _parameters(arguments):
            inner.bind(parameter.arg)
        inner._visit_all(body)
        local = inner.ever - inner.globals
        self.deferred |= ((inner.needs | inner.deferred) - local) | (inner.globals - inner.ever)
        self.late |= inner.late | (inner.globals & inner.ever)

    def _visit_all(self, nodes: list[ast.stmt] | list[ast.expr] | list[ast.stmt | ast.expr]) -> None:
        for node in nodes:
            self.visit(node)


def _type_parameters(node: ast.AST) -> set[str]:
    """PEP 695's: `def f[T](x: T)`, from Python 3.12."""
    return {parameter.name for parameter in getattr(node, "type_params", [])}


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    variadic = [a for a in (arguments.vararg, arguments.kwarg) if a]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *variadic]


def _always(test: ast.expr) -> bool:
    """`if __name__ == "__main__":` and `if True:` are not a question for a reader who pastes the block."""
    return (isinstance(test, ast.Constant) and bool(test.value)) or ast.unparse(test) in {
        "__name__ == '__main__'",
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
    }


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))


def _imports(tree: ast.Module) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return frozenset(found)


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


def _changes_state(node: ast.stmt, imported: set[str]) -> bool:
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, (ast.Attribute, ast.Subscript)) and _is_state(t, imported) for t in targets)
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    function = node.value.func
    if isinstance(function, ast.Name):
        return function.id in imported and bool(_SETS_STATE.search(function.id))
    return isinstance(function, ast.Attribute) and _is_state(function, imported, call=True)


def _is_state(target: ast.Attribute | ast.Subscript, imported: set[str], *, call: bool = False) -> bool:
    if call and isinstance(target, ast.Attribute):
        speaks = bool(_SETS_STATE.search(target.attr)) or _inner_attribute(target) in _STATEFUL_ATTRIBUTES
        return speaks and (_root(target) in imported or _is_module_alias(target))
    return _root(target) in imported or _is_module_alias(target)


def _inner_attribute(node: ast.Attribute) -> str:
    return node.value.attr if isinstance(node.value, ast.Attribute) else ""


def _is_module_alias(node: ast.expr) -> bool:
    """`torch.manual_seed(0)` in a block that leaves the import to an earlier one."""
    return _root(node) in {"torch", "tf", "np", "numpy", "random", "os", "sys", "plt", "keras", "jax"}


def _only_defines(tree: ast.Module) -> bool:
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    body = [n for n in tree.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    functions = any(isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) for n in ast.walk(tree))
    return functions and all(isinstance(n, kinds) for n in body)
