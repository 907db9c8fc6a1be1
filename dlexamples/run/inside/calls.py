"""Whether the installed libraries have and take what a block that is not run asks of them.

Nothing is executed but the imports, and nothing is called. Only what is certain is told: a name is followed when an
import alone binds it, through modules and classes; a call is checked against the callee's signature where it has one.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

from .bindings import Bindings, imports
from .guards import guarded
from .members import is_namespace
from .signatures import refusal

MISSING: Any = object()


def findings(source: str, earlier: list[str]) -> list[dict[str, Any]]:
    """What is wrong with the imports and calls of `source`, in the order of its text. `earlier`: the session's
    blocks before it, whose imports hold here, too.

    Each has a `code`, a `message`, and a place: `line` and `end_line` from 1, `column` and `end_column` in characters
    from 0.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return [_unparsed(error)]
        names = _names_of(earlier)
        found = [*_bind_imports(names, tree), *_wrong_uses(names, tree)]
    found.sort(key=lambda each: (each["line"], each["column"]))
    return in_characters(found, source)


def _names_of(earlier: list[str]) -> dict[str, Any]:
    """What the imports of the earlier blocks bind, and no later statement of theirs binds anew."""
    names: dict[str, Any] = {}
    for source in earlier:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for _ in _bind_imports(names, tree):
            pass
        for name in Bindings.of(tree).outer:
            names.pop(name, None)
    return names


def _wrong_uses(names: dict[str, Any], tree: ast.Module) -> Iterator[dict[str, Any]]:
    bound = Bindings.of(tree)
    known = {name: value for name, value in names.items() if name not in bound.all}
    excused = guarded(tree)
    parts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if node in excused:
            continue
        if isinstance(node, ast.Attribute) and id(node) not in parts and isinstance(node.ctx, ast.Load):
            yield from _missing_attribute(known, node, bound.assigned)
        if isinstance(node, ast.Call):
            callee = _value(known, node.func, bound.assigned)
            wrong = refusal(callee, node) if callee is not MISSING else None
            if wrong:
                yield finding("DL203", f"`{ast.unparse(node.func)}` {wrong[0]}", wrong[1])


def _missing_attribute(known: dict[str, Any], node: ast.Attribute, assigned: set[str]) -> Iterator[dict[str, Any]]:
    """The first attribute of a dotted name that the module or the class before it lacks."""
    chain: list[ast.Attribute] = []
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        chain.insert(0, root)
        root = root.value
    value = known.get(root.id, MISSING) if isinstance(root, ast.Name) else MISSING
    for part in chain:
        if value is MISSING or not isinstance(value, (types.ModuleType, type)) or part.attr in assigned:
            return
        owner = value
        try:
            value = getattr(owner, part.attr)
        except AttributeError:
            yield finding("DL202", no_attribute(owner, part), part)
            return
        except ImportError as error:
            yield _unimportable(error, part)
            return
        except Exception:
            # A module that makes its attributes when they are asked for: what happens in a run is not known.
            return


def _value(known: dict[str, Any], node: ast.expr, assigned: set[str]) -> Any:
    """What a dotted name stands for, or MISSING."""
    if isinstance(node, ast.Name):
        return known.get(node.id, MISSING)
    if not isinstance(node, ast.Attribute) or node.attr in assigned:
        return MISSING
    owner = _value(known, node.value, assigned)
    if not isinstance(owner, (types.ModuleType, type)):
        return MISSING
    try:
        return getattr(owner, node.attr)
    except Exception:
        return MISSING


def _bind_imports(names: dict[str, Any], tree: ast.Module) -> Iterator[dict[str, Any]]:
    """Imports what the block imports into `names`, and tells what cannot be."""
    excused = guarded(tree)
    here: dict[str, Any] = {}
    doubtful: set[str] = set()
    for node in imports(tree):
        for alias in node.names:
            try:
                bound = _imported(node, alias)
            except (Exception, SystemExit) as error:
                doubtful.add(alias.asname or alias.name.partition(".")[0])
                if node not in excused:
                    yield _unimportable(error, alias)
                continue
            # Of two imports of one name, in two functions say, nothing tells which one holds where.
            doubtful |= {name for name, value in bound.items() if here.get(name, value) is not value}
            here.update(bound)
    names.update(here)
    for name in doubtful:
        names.pop(name, None)


def _imported(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> dict[str, Any]:
    """The names that one part of an import statement binds. Raises what the import raises."""
    if isinstance(node, ast.Import):
        module = importlib.import_module(alias.name)
        root = alias.name.partition(".")[0]
        return {alias.asname: module} if alias.asname else {root: sys.modules[root]}
    module = importlib.import_module(node.module or "")
    if alias.name == "*":
        public = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
        return {name: getattr(module, name) for name in public if hasattr(module, name)}
    if not hasattr(module, alias.name):
        try:
            return {alias.asname or alias.name: importlib.import_module(f"{module.__name__}.{alias.name}")}
        except ModuleNotFoundError as error:
            if error.name != f"{module.__name__}.{alias.name}":
                raise
            raise ImportError(cannot_import(module, alias.name)) from None
    return {alias.asname or alias.name: getattr(module, alias.name)}


def _unimportable(error: BaseException, node: ast.AST) -> dict[str, Any]:
    """As `dlexamples.diagnose` tells what stops a block that is run."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    if isinstance(error, ImportError):
        text = text.replace(f" ({error.path})", "")  # where it lies on this machine
    raised = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if is_namespace(error.name.rpartition(".")[0]):
            package = error.name
        if package == error.name or package not in sys.modules:
            return finding("DL502", f"package `{package}` is not installed", node)
        return finding("DL202", f"package `{package}` has no module `{error.name}`", node)
    return finding("DL202" if isinstance(error, (ImportError, AttributeError)) else "DL204", raised, node)


def no_attribute(owner: Any, node: ast.Attribute) -> str:
    kind = "module" if isinstance(owner, types.ModuleType) else "class"
    return f"{kind} `{ast.unparse(node.value)}` has no attribute `{node.attr}`{suggestion(owner, node.attr)}"


def cannot_import(module: types.ModuleType, name: str) -> str:
    return f"cannot import name `{name}` from `{module.__name__}`{suggestion(module, name)}"


def suggestion(owner: Any, name: str) -> str:
    public = [known for known in dir(owner) if name.startswith("_") or not known.startswith("_")]
    lower = {known.lower(): known for known in reversed(public)}
    near = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.75)
    alike = [known for known in near if _likeness(known, name) == _likeness(near[0], name)]
    return f"; did you mean {' or '.join(f'`{lower[known]}`' for known in sorted(alike))}?" if near else ""


def _likeness(known: str, name: str) -> float:
    """As `get_close_matches` has it, in which the second text is the one that is looked for."""
    return difflib.SequenceMatcher(None, known, name.lower()).ratio()


def _unparsed(error: BaseException) -> dict[str, Any]:
    line, column = 1, 0
    if isinstance(error, SyntaxError):
        line, column = error.lineno or 1, max(0, (error.offset or 1) - 1)
    text = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    message = f"the block is not valid Python: {text}"
    place = {"line": line, "column": column, "end_line": line, "end_column": column + 1}
    return {"code": "DL001", "message": message, **place}


def finding(code: str, message: str, node: Any) -> dict[str, Any]:
    place = {"line": node.lineno, "column": node.col_offset}
    if isinstance(node, ast.Attribute):
        # Of a dotted name over several lines, the part that is missing.
        place = {"line": node.end_lineno, "column": (node.end_col_offset or 0) - len(node.attr.encode())}
    return {
        "code": code,
        "message": message,
        **place,
        "end_line": node.end_lineno,
        "end_column": node.end_col_offset,
    }


def in_characters(found: list[dict[str, Any]], source: str) -> list[dict[str, Any]]:
    """`ast` counts bytes of UTF-8."""
    rows = [row.encode("utf-8", "surrogatepass") for row in source.split("\n")]

    def characters(line: int, column: int) -> int:
        return len(rows[line - 1][:column].decode("utf-8", "replace")) if line <= len(rows) else column

    return [
        each
        if each["code"] == "DL001"
        else {
            **each,
            "column": characters(each["line"], each["column"]),
            "end_column": characters(each["end_line"], each["end_column"]),
        }
        for each in found
    ]
