"""Calls that no run has reached, checked against what is installed: a `train()` that is defined and never called.

Looked at after the session's last statement, in its process, with everything alive. Nothing is called, and nothing is
imported but what answers whether a name is there. Only what is certain is told; see `guards` for what is left alone.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import inspect
import re
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

from .calls import cannot_import, finding, in_characters, no_attribute, suggestion
from .errors import public_name
from .guards import flags, guarded
from .inferred import Inferred, Known, Made, Value, of_class_and_below
from .members import MISSING, has_submodule, held_by, is_keras, is_namespace, is_torch_module, lacks, member, sets
from .scoping import FUNCTIONS, Text
from .signatures import refusal

_OF_KERAS = re.compile(
    r"(add|compile|(evaluate|fit|predict)(_generator)?|(predict|test|train)_on_batch|predict_classes"
    r"|(get|set|load|save)_weights|summary|train)"
)
_OF_TORCH = re.compile(r"(cpu|cuda|eval|half|(load_)?state_dict|(named_)?parameters|requires_grad_|to|train|zero_grad)")
_ASKED = (ast.Call, ast.Attribute, ast.Import, ast.ImportFrom)
_CALLABLE = (type, types.FunctionType, types.BuiltinFunctionType)
_ANYTHING = {"exec", "globals", "eval"}
"""What makes names out of text."""


def unreached(
    blocks: list[dict[str, Any]], ran: set[int], lines: set[int], namespace: dict[str, Any]
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """By a block's index, what is wrong with its code that no run reached; as `calls.findings` tells it. `ran`: the
    blocks that were run; `lines`: the document's lines that have run."""
    trees = {block["index"]: tree for block in blocks if (tree := _parsed(block["source"]))}
    waiting = {
        block["index"]: statements
        for block in blocks
        if block["index"] in trees.keys() & ran
        if (statements := list(_unreached(trees[block["index"]].body, lines, block["first_line"] - 1)))
    }
    if not waiting or any(_makes_names(tree) for tree in trees.values()):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = flags(trees.values())
        check = _Check(Text.of(trees.values()), namespace)
        for index, statements in waiting.items():
            excused = guarded(trees[index], answers)
            found = [each for statement in statements for each in check.statement(statement, excused)]
            if found:
                found.sort(key=lambda each: (each["line"], each["column"]))
                yield index, in_characters(found, blocks[index]["source"])


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _unreached(suite: list[ast.stmt], run: set[int], offset: int) -> Iterator[ast.stmt]:
    """The outermost statements of which no line has run, that call something or import it."""
    for statement in suite:
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
        if run.isdisjoint(range(first + offset, (statement.end_lineno or first) + offset + 1)):
            if any(
                isinstance(node, (ast.Call, ast.Attribute, ast.Import, ast.ImportFrom)) for node in ast.walk(statement)
            ):
                yield statement
            continue
        for inner in _suites(statement):
            yield from _unreached(inner, run, offset)


def _suites(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
        yield part.body


def _makes_names(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Name) and node.id in _ANYTHING for node in ast.walk(tree))


class _Check:
    """Of one session."""

    def __init__(self, text: Text, namespace: dict[str, Any]) -> None:
        self.text = text
        self.inferred = Inferred(text, namespace)
        self.main = namespace.get("__name__")

    def statement(self, statement: ast.stmt, excused: set[ast.AST]) -> Iterator[dict[str, Any]]:
        nodes = [node for node in ast.walk(statement) if node not in excused]
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from _imports(node)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield from self._attribute(node, id(node) in called)
            elif isinstance(node, ast.Call):
                yield from self._call(node)

    def _attribute(self, node: ast.Attribute, is_called: bool) -> Iterator[dict[str, Any]]:
        owner = self.inferred.value(node.value)
        if owner is None or node.attr in self.text.attributes:
            return
        if isinstance(owner, Known) and isinstance(owner.value, (types.ModuleType, type)):
            if node.attr not in self.text.strings and member(owner.value, node.attr) is MISSING:
                yield finding("DL202", no_attribute(owner.value, node), node)
        elif is_called and self._lacks(owner, node):
            code = _idiom(owner.cls, node.attr) or "DL202"
            near = "" if code == "DL201" else suggestion(owner.cls, node.attr)
            yield finding(code, f"{_told(node.value, owner)} has no `{node.attr}`{near}", node)

    def _lacks(self, owner: Known | Made, node: ast.Attribute) -> bool:
        if isinstance(owner, Known) and node.attr in held_by(owner.value):
            return False
        if self._is_self(node.value) and not self._has_one(owner.cls):
            # A mixin, or a base of what the reader writes: another class may bring it.
            return False
        if not all(lacks(cls, node.attr, self.text.strings) for cls in of_class_and_below(owner)):
            return False
        return not self._is_handed_on(node.value, owner.cls)

    def _is_self(self, node: ast.expr) -> bool:
        scope = self.text.scopes.get(node)
        holder = scope.holding(node.id) if scope and isinstance(node, ast.Name) else None
        bound = holder.bound[node.id] if holder and isinstance(node, ast.Name) else []
        return any(getattr(each, "of", None) for each in bound)

    def _has_one(self, cls: type) -> bool:
        """An object of the class is alive."""
        return any(type(value) is cls for value in self.inferred.namespace.values())

    def _call(self, node: ast.Call) -> Iterator[dict[str, Any]]:
        callee = self.inferred.value(node.func)
        if isinstance(callee, Known) and isinstance(
            callee.value, (type, types.FunctionType, types.BuiltinFunctionType)
        ):
            wrong = refusal(callee.value, node)
            if wrong:
                yield finding("DL203", f"`{ast.unparse(node.func)}` {wrong[0]}", wrong[1])
            return
        if isinstance(node.func, ast.Attribute):
            yield from self._method(node, node.func, self.inferred.value(node.func.value))
        if callee is not None and is_torch_module(callee.cls):
            yield from self._forward(node, callee)

    def _method(self, node: ast.Call, method: ast.Attribute, owner: Value) -> Iterator[dict[str, Any]]:
        if owner is None or (isinstance(owner, Known) and isinstance(owner.value, (type, types.ModuleType))):
            return
        wrong = self._refused(owner, method.attr, node, method.value)
        if wrong:
            code = _idiom(owner.cls, method.attr) or "DL203"
            message = f"`{method.attr}` of {_told(method.value, owner)} {wrong[0]}"
            yield finding(code, message, wrong[1])

    def _forward(self, node: ast.Call, owner: Known | Made) -> Iterator[dict[str, Any]]:
        torch = sys.modules["torch"]
        if any(
            inspect.getattr_static(cls, "__call__") is not torch.nn.Module.__call__ for cls in of_class_and_below(owner)
        ):
            return
        if "register_forward_pre_hook" in self.text.read:
            return
        wrong = self._refused(owner, "forward", node, node.func)
        if wrong:
            yield finding("DL203", f"`forward` of {_told(node.func, owner)} {wrong[0]}", wrong[1])

    def _refused(self, owner: Known | Made, name: str, call: ast.Call, of: ast.expr) -> tuple[str, ast.AST] | None:
        """Why every class that the object may be of refuses the call."""
        if name in self.text.attributes or name in self.text.strings:
            return None
        wrong = None
        for cls in of_class_and_below(owner):
            function = inspect.getattr_static(cls, name, None)
            if not isinstance(function, types.FunctionType):
                return None
            wrong = refusal(function, call, cls)
            if wrong is None or sets(cls, name):
                return None
        if isinstance(owner, Known) and name in held_by(owner.value):
            return None
        return None if wrong is None or self._is_handed_on(of, owner.cls) else wrong

    def _is_handed_on(self, node: ast.expr, cls: type) -> bool:
        """Whether a library other than the object's own gets it, and may put methods of its own on it."""
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        roots = {base.__module__.partition(".")[0] for base in cls.__mro__} | {"builtins", self.main}
        return not all(self._stays(call.func, roots) for call in self.text.handed_on.get(name, ()))

    def _stays(self, function: ast.expr, roots: set[Any]) -> bool:
        found = self.inferred.value(function)
        if isinstance(found, Known):
            module = getattr(found.value, "__module__", None) or type(found.value).__module__
            return str(module).partition(".")[0] in roots
        if isinstance(function, ast.Name):
            holder = self.text.scopes[function].holding(function.id)
            if holder is None:
                return hasattr(builtins, function.id)
            return all(isinstance(each, (*FUNCTIONS, ast.ClassDef)) for each in holder.bound[function.id])
        if isinstance(function, ast.Attribute):
            if self._is_self(function.value) or isinstance(function.value, ast.Call):
                return self._is_self(function.value) or ast.unparse(function.value).startswith("super(")
            owner = self.inferred.value(function.value)
            return owner is not None and owner.cls.__module__.partition(".")[0] in roots
        return False


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[dict[str, Any]]:
    if isinstance(node, ast.ImportFrom) and node.level:
        return
    for alias in node.names:
        module = alias.name if isinstance(node, ast.Import) else node.module or ""
        package = module.partition(".")[0]
        if package not in sys.modules and not _is_installed(package):
            yield finding("DL502", f"package `{package}` is not installed", alias)
            continue
        lacking = _lacking(module)
        if lacking and is_namespace(lacking.rpartition(".")[0]):
            yield finding("DL502", f"package `{lacking}` is not installed", alias)
        elif lacking:
            yield finding("DL202", f"package `{package}` has no module `{lacking}`", alias)
        elif isinstance(node, ast.ImportFrom) and alias.name != "*":
            loaded = sys.modules.get(module)
            if loaded is not None and member(loaded, alias.name) is MISSING:
                yield finding("DL202", cannot_import(loaded, alias.name), alias)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return True


def _lacking(module: str) -> str:
    """The first part of a dotted name that the package before it has not; '' where that is not certain."""
    parts = module.split(".")
    for length in range(2, len(parts) + 1):
        name, before = ".".join(parts[:length]), sys.modules.get(".".join(parts[: length - 1]))
        if name in sys.modules:
            continue
        if before is None or has_submodule(before, parts[length - 1]):
            return ""
        return name
    return ""


def _idiom(cls: type, name: str) -> str:
    """DL201 where the method is another framework's."""
    if is_torch_module(cls) and _OF_KERAS.fullmatch(name):
        return "DL201"
    return "DL201" if is_keras(cls) and _OF_TORCH.fullmatch(name) else ""


def _told(node: ast.expr, owner: Known | Made) -> str:
    name = public_name(owner.cls).removeprefix("__main__.")
    return f"`{ast.unparse(node)}`, a `{name}`,"
