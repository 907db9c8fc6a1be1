"""Which names the scopes of a session's text bind, and to what."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Imported:
    """A name that an import binds."""

    module: str
    name: str
    """Of a `from … import`; empty where the module itself is bound."""


@dataclass(frozen=True)
class Parameter:
    """A function's parameter."""

    annotation: ast.expr | None
    of: ast.ClassDef | None = None
    """The class whose method it is the first parameter of: its `self`."""


class Once:
    """Something that the text alone does not say: a part of what a function gives, what a `with` opens."""


Bound = ast.expr | Imported | Parameter | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | Once | None
"""What a name is bound to; None where it may be bound to several things."""


@dataclass(eq=False)
class Scope:
    """A function's, a class's, or the session's own names."""

    node: ast.AST | None = None
    parent: Scope | None = None
    bound: dict[str, list[Bound]] = field(default_factory=dict)

    def bind(self, name: str, value: Bound = None) -> None:
        self.bound.setdefault(name, []).append(value)

    @property
    def outermost(self) -> Scope:
        return self.parent.outermost if self.parent else self

    def holding(self, name: str) -> Scope | None:
        """The scope that a read of `name` finds it in; None where none binds it."""
        scope: Scope | None = self
        while scope is not None:
            # A method does not see the names of its class.
            if name in scope.bound and (scope is self or not isinstance(scope.node, ast.ClassDef)):
                return scope
            scope = scope.parent
        return None


@dataclass
class Text:
    """The scopes of a session: of each piece of syntax the one that it stands in."""

    outer: Scope = field(default_factory=Scope)
    scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    classes: dict[str, list[ast.ClassDef]] = field(default_factory=dict)
    """By name, wherever they stand."""
    attributes: dict[str, list[ast.Attribute]] = field(default_factory=dict)
    """By name: the places where one is given a value."""
    values: dict[ast.Attribute, ast.expr] = field(default_factory=dict)
    """Of those places: the value, where the text says it."""
    strings: set[str] = field(default_factory=set)
    """Strings of the text, and the names of keywords: an attribute may be made of them."""
    read: set[str] = field(default_factory=set)
    """Attributes that are read, by name."""
    handed_on: dict[str, list[ast.Call]] = field(default_factory=dict)
    """By name, of a variable or of an attribute: the calls that get its object."""

    @classmethod
    def of(cls, trees: Iterable[ast.Module]) -> Text:
        text = cls()
        for tree in trees:
            text._visit(tree, text.outer)
        return text

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        self.scopes[node] = scope
        for name, value in _bindings(node):
            scope.bind(name, value)
        self._note(node, scope)
        inner = scope
        if isinstance(node, ast.ClassDef):
            self.classes.setdefault(node.name, []).append(node)
            inner = Scope(node, scope)
        elif isinstance(node, FUNCTIONS):
            inner = Scope(node, scope)
            for name, parameter in _parameters(node, scope.node):
                inner.bind(name, parameter)
        body = {id(part) for part in _body(node)}
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.arguments):
                for part in ast.walk(child):
                    if isinstance(part, ast.arg) and part.annotation:
                        self._visit(part.annotation, scope)
                for default in (*child.defaults, *(d for d in child.kw_defaults if d)):
                    self._visit(default, scope)
                continue
            self._visit(child, inner if id(child) in body else scope)

    def _note(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            # The name is bound here and in the scope that it belongs to: once more than is known.
            for name in node.names:
                owner: Scope | None = scope
                while owner is not None:
                    owner.bind(name)
                    owner = owner.parent
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            self.read.add(node.attr)
        elif isinstance(node, ast.Attribute):
            self.attributes.setdefault(node.attr, []).append(node)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Attribute):
            self.values[node.targets[0]] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute) and node.value:
            self.values[node.target] = node.value
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.strings.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg:
            self.strings.add(node.arg)
        elif isinstance(node, ast.Call):
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                for name in _objects(argument):
                    self.handed_on.setdefault(name, []).append(node)


def _objects(node: ast.expr) -> Iterator[str]:
    """The names whose objects an argument hands on."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for part in node.elts:
            yield from _objects(part)
    elif isinstance(node, (ast.Starred, ast.Await)):
        yield from _objects(node.value)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _objects(value)
    elif isinstance(node, ast.IfExp):
        yield from _objects(node.body)
        yield from _objects(node.orelse)


def _bindings(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    """The names that this piece of syntax itself binds in its scope."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value if len(node.targets) == 1 else Once())
    elif isinstance(node, ast.AnnAssign):
        yield from _targets(node.target, node.value)
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.NamedExpr)):
        yield from _targets(node.target, None)
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield from _targets(node.optional_vars, Once())
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            yield from _targets(target, None)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, node
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name, None
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, None
    elif isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            yield name, Imported(alias.name if alias.asname else name, "")
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            known = None if node.level or alias.name == "*" else Imported(node.module or "", alias.name)
            yield alias.asname or alias.name, known


def _targets(target: ast.expr, value: ast.expr | Once | None) -> Iterator[tuple[str, Bound]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, value and Once())
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
        alike = len(parts) == len(target.elts) and not any(isinstance(p, ast.Starred) for p in (*parts, *target.elts))
        for number, each in enumerate(target.elts):
            yield from _targets(each, parts[number] if alike else value and Once())


def _parameters(node: Function, around: ast.AST | None) -> Iterator[tuple[str, Parameter]]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args]
    decorators = {getattr(decorator, "id", "") for decorator in getattr(node, "decorator_list", [])}
    is_method = isinstance(around, ast.ClassDef) and not decorators & {"staticmethod", "classmethod"}
    for number, each in enumerate(every):
        of = around if is_method and number == 0 and isinstance(around, ast.ClassDef) else None
        is_new = getattr(node, "name", "") in {"__new__", "__init_subclass__", "__class_getitem__"}
        yield each.arg, Parameter(None if of else each.annotation, None if is_new else of)
    for each in arguments.kwonlyargs:
        yield each.arg, Parameter(each.annotation)
    for several in (arguments.vararg, arguments.kwarg):
        if several:
            yield several.arg, Parameter(None)


def _body(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Lambda):
        return [node.body]
    return list(node.body) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else []
