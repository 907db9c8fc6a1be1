"""What is known at a stop: the session's code as trees, and the objects that are alive."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dlexamples.names import BUILTINS, Names, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dlexamples.model import Stop

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp

_MAGIC = re.compile(r"(?m)^(\s*)[%!].*$")


@dataclass(frozen=True)
class Scene:
    """A stop, read once."""

    stop: Stop
    trees: tuple[ast.Module, ...]
    """One a block, in the session's order."""
    parents: dict[ast.AST, ast.AST]
    bound: frozenset[str]
    """Names that the session binds globally, at whatever line; not those that it binds only from themselves, as in
    `X -= X.mean()`."""
    free: tuple[str, ...]
    """Names that the session reads and neither binds nor has alive."""
    packages: frozenset[str]
    """Top-level packages that the session imports."""

    @cached_property
    def live(self) -> Mapping[str, Any]:
        """Every name that could be looked up where the session stopped."""
        return {**self.stop.namespace, **self.stop.locals}

    @property
    def block(self) -> ast.Module:
        """The block that stopped."""
        return self.trees[self.stop.statement.block]

    @cached_property
    def statement(self) -> ast.stmt:
        """The top-level statement that stopped."""
        line = self.stop.statement.line
        at = [node for node in self.block.body if node.lineno <= line <= (node.end_lineno or node.lineno)]
        columns = [node for node in at if node.col_offset <= self.stop.statement.column]
        return (columns or at or self.block.body)[-1]

    @cached_property
    def framework(self) -> str:
        """`torch`, `keras` or `numpy`: what the session imports, the failing block's own imports first; else what these
        stand on."""
        own = names(self.stop.sources[self.stop.statement.block]).imports
        for packages in (own, self.packages, beneath(own), beneath(self.packages)):
            torch, keras = "torch" in packages, bool(packages & {"tensorflow", "keras"})
            if torch != keras:
                return "torch" if torch else "keras"
        return "numpy"

    def reads(self, name: str) -> list[ast.Name]:
        """Every place that reads the global `name`, in the order of the text."""
        found = [node for tree in self.trees for node in ast.walk(tree) if _reads(node, name)]
        return [node for node in found if isinstance(node, ast.Name) and not self._is_local(node)]

    def function(self, call: ast.Call) -> ast.FunctionDef | None:
        """The function or method of the session that `call` enters, if it is told by its name alone."""
        wanted = last_name(call.func)
        found = [
            node
            for tree in self.trees
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name == wanted
        ]
        return found[0] if len(found) == 1 else None

    def value(self, node: ast.expr) -> Any:
        """The live object that a plain name stands for, else None."""
        return self.live.get(node.id) if isinstance(node, ast.Name) else None

    def is_in_block(self, node: ast.AST) -> bool:
        """Whether it stands in the block that stopped."""
        return self.block in self.ancestors(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def _is_local(self, name: ast.Name) -> bool:
        return any(name.id in _locals(scope) for scope in self.ancestors(name))


def scene(stop: Stop) -> Scene:
    trees = tuple(_parse(source) for source in stop.sources)
    parents = {child: node for tree in trees for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = [names(source) for source in stop.sources]
    readable = [block for block, tree in zip(found, trees, strict=True) if tree.body]
    bound = frozenset().union(*(block.binds for block in found)) - _from_themselves(readable)
    read = frozenset().union(*(block.needs | block.needs_later for block in found))
    missing = read - bound - BUILTINS - set(stop.namespace)
    free = (name for tree in trees for name in _in_order(tree) if name in missing)
    packages = frozenset().union(*(block.imports for block in found))
    return Scene(stop, trees, parents, bound, tuple(dict.fromkeys(free)), packages)


def _from_themselves(blocks: list[Names]) -> frozenset[str]:
    """Names that these blocks bind only in statements that read them. What a block that does not parse would bind is
    lost where it stands above, and comes too late below."""
    statements = [statement for block in blocks for statement in block.statements]
    itself = frozenset().union(*(statement.binds & statement.needs for statement in statements))
    return itself - frozenset().union(*(statement.binds - statement.needs for statement in statements))


def last_name(node: ast.AST) -> str:
    """`fit` of `model.fit`, `zip` of `zip`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _parse(source: str) -> ast.Module:
    """An empty module for a block that Python cannot read; notebook magics are passed over."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(SyntaxError, ValueError):
            return ast.parse(source)
        with contextlib.suppress(SyntaxError, ValueError):
            return ast.parse(_MAGIC.sub(r"\1pass", source))
    return ast.Module(body=[], type_ignores=[])


def _in_order(tree: ast.Module) -> list[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [node.id for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))]


def _reads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _locals(scope: ast.AST) -> frozenset[str]:
    """The names that a function, lambda or comprehension keeps to itself."""
    if isinstance(scope, Comprehension):
        return frozenset(_stores(*(generator.target for generator in scope.generators)))
    if not isinstance(scope, Function):
        return frozenset()
    arguments = scope.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    body = scope.body if isinstance(scope.body, list) else [scope.body]
    shared = {name for node in ast.walk(scope) if isinstance(node, ast.Global) for name in node.names}
    return frozenset({p.arg for p in parameters if p} | (_stores(*body) - shared))


def _stores(*nodes: ast.AST) -> set[str]:
    inner = (node for outer in nodes for node in ast.walk(outer))
    return {node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def beneath(packages: frozenset[str]) -> frozenset[str]:
    """The frameworks that modules of these packages have imported."""
    loaded = [vars(module) for name, module in list(sys.modules.items()) if name.partition(".")[0] in packages]
    frameworks = {name: module for name in ("torch", "tensorflow", "keras") if (module := sys.modules.get(name))}
    return frozenset(name for name, module in frameworks.items() if any(each.get(name) is module for each in loaded))
