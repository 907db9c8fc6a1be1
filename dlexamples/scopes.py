"""Reads and bindings of one scope, in the order in which they run.

Scopes follow the language reference, section 4.2: a class body is not seen by its methods, a comprehension has a
scope of its own, `global` reaches the module, a function's body runs later than its definition.
"""

from __future__ import annotations

import ast
from typing import Any


class Scope(ast.NodeVisitor):
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
        if always(node.test) or _leaves(node.orelse):
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
        inner = Scope()
        inner.bound.add("__class__")
        inner._visit_all(node.body)
        self.needs |= inner.needs - self.bound - {"__module__", "__qualname__"} - _type_parameters(node)
        self.deferred |= inner.deferred
        self.late |= inner.late
        self.bind(node.name)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        inner = Scope()
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
        inner = Scope()
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


def always(test: ast.expr) -> bool:
    """`if __name__ == "__main__":` and `if True:` are not a question for a reader who pastes the block."""
    return (isinstance(test, ast.Constant) and bool(test.value)) or ast.unparse(test) in {
        "__name__ == '__main__'",
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
    }


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))
