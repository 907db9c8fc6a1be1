"""Which file a stop misses, which call reads it, and where in the text it must be made."""

from __future__ import annotations

import ast
import builtins
import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from dlexamples.data.files.literals import live, value_of
from dlexamples.data.scene import Scene, last_name, scene
from dlexamples.model import Place
from dlexamples.paths import WORKING_FOLDER, files_made, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

# Modules under which a function knows itself, where that is not the package that authors import it from.
_HOMES = {"_io": "builtins", "io": "builtins", "posix": "os", "nt": "os", "keras_preprocessing": "keras"}
_PUTS_TOGETHER = {"Path", "PurePath", "join", "joinpath", "str", "fspath", "format"}
# They give None, or an empty list, for what is not there, and the stop comes later.
_SILENT = {"cv2.imread", "glob.glob"}
_NOT_THERE = re.compile(r"no such file|file not found|unable to open|cannot open|error opening|does not exist", re.I)


@dataclass(frozen=True, slots=True)
class Missing:
    """A file or folder that is not there."""

    path: str
    """As the post gives it; relative to the working folder where it lies in it."""
    call: ast.Call
    reader: str
    """What is called, as package and name: `pandas.read_csv`."""
    scene: Scene
    """Its statement is the one above which the file must be made."""

    @property
    def suffix(self) -> str:
        return PurePath(self.path).suffix.lower()


def missing(stop: Stop) -> Missing | None:
    """What the failing call could not find; nothing where the stop has another cause, or no call tells of it."""
    if isinstance(stop.error, (NameError, ImportError, SyntaxError)):
        return None
    here = scene(stop)
    for call in _calls(here.trees[stop.at.block], stop.at):
        reader = _reader(call, here)
        if last_name(call.func) in _PUTS_TOGETHER:
            continue
        for path in _paths(call, here):
            if not Path(path).exists() and (reader in _SILENT or _is_meant(path, stop.error)):
                return Missing(_relative(path), call, reader, here)
    return _silently(here)


def is_outside(path: str) -> bool:
    """Whether a block would have to write outside its scratch folder to make it."""
    climbs = PurePath(path).parts.count("..")
    return Path(path).is_absolute() or path.startswith("~") or climbs >= len(WORKING_FOLDER) or ":\\" in path


def saved_elsewhere(lost: Missing) -> str:
    """Where the session's own text writes the file, on a line that was not run before; empty where it does nowhere."""
    for index, tree in enumerate(lost.scene.trees):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and writes(call) and lost.path in files_made(call):
                is_later = index > lost.scene.stop.statement.block
                where = (
                    "a later block writes it" if is_later else "the post writes it, on a line that was not run before"
                )
                return f"{where} (`{ast.unparse(call.func)}`), and that one must come first"
    return ""


def _silently(here: Scene) -> Missing | None:
    """What an earlier `cv2.imread` or `glob` did not find, where the failing statement reads what came of it."""
    names, seen = _read(here.statement), set()
    while names:
        name = names.pop(0)
        if name in seen or not _is_nothing(here.live.get(name, here)):
            continue
        seen.add(name)
        for index, node in _bindings(name, here):
            call = node.value
            names += _read(call)
            if not isinstance(call, ast.Call) or (reader := _reader(call, here)) not in _SILENT:
                continue
            lost = next((path for path in _paths(call, here) if not Path(path).exists()), None)
            if lost is not None:
                end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
                place = Place(index, node.lineno, node.col_offset, *end)
                return Missing(_relative(lost), call, reader, scene(replace(here.stop, statement=place)))
    return None


def _read(node: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, list) and not value)


def _bindings(name: str, here: Scene) -> Iterator[tuple[int, ast.Assign]]:
    """The last top-level assignment of `name` before the statement that stopped."""
    at = (here.stop.statement.block, here.stop.statement.line)
    found = [
        (index, node)
        for index in range(here.stop.statement.block + 1)
        for node in here.trees[index].body
        if isinstance(node, ast.Assign) and [last_name(target) for target in node.targets] == [name]
        if (index, node.lineno) < at
    ]
    yield from found[-1:]


def _calls(tree: ast.Module, at: Place) -> list[ast.Call]:
    """The calls in a place, and those round it in the same lines, innermost first."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.lineno <= at.end_line and (node.end_lineno or 0) >= at.line
    ]
    return sorted(found, key=lambda call: len(ast.unparse(call)))


def _paths(call: ast.Call, here: Scene) -> Iterator[str]:
    """What the call is given, or called on, that may be a path."""
    receiver = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    for node in [*call.args, *(keyword.value for keyword in call.keywords), *receiver]:
        value = value_of(node, here)
        if isinstance(value, PurePath) or (isinstance(value, str) and value and "\n" not in value):
            path = os.fspath(value)
            if "://" not in path and not _is_module(node, here):
                yield path


def _is_module(node: ast.expr, here: Scene) -> bool:
    return isinstance(live(node, here), type(sys))


def _is_meant(path: str, error: BaseException) -> bool:
    """Whether the error tells of this path: by its attribute, else in its words."""
    told = getattr(error, "filename", None)
    if isinstance(error, OSError) and isinstance(told, (str, bytes, os.PathLike)):
        return _same(path, os.fsdecode(told))
    # Subclasses are a library's own: a model that is not in its cache, say.
    is_of_files = type(error) is FileNotFoundError or type(error).__name__ == "NotFoundError"
    if not is_of_files:
        is_of_files = isinstance(error, (ValueError, RuntimeError)) and bool(_NOT_THERE.search(str(error)))
        is_of_files = is_of_files and ("." in path or "/" in path)
    return is_of_files and path.rstrip("/") in str(error)


def _same(path: str, told: str) -> bool:
    return Path(path).resolve() == Path(told).resolve()


def _relative(path: str) -> str:
    """Without `./`, and without the working folder where it lies in it; others as they are."""
    here = Path.cwd().resolve()
    if Path(path).is_absolute() and Path(path).resolve().is_relative_to(here):
        return Path(path).resolve().relative_to(here).as_posix()
    return path if ":\\" in path else os.path.normpath(path).replace(os.sep, "/")


def _reader(call: ast.Call, here: Scene) -> str:
    """`pandas.read_csv`: the package that the function comes from, and its own name there."""
    function = live(call.func, here) or getattr(builtins, last_name(call.func), None)
    if function is None and isinstance(call.func, ast.Attribute):
        function = _method(call.func, here)
    # A function of an extension module may not know where it is from.
    holder = live(call.func.value, here) if isinstance(call.func, ast.Attribute) else None
    home = getattr(function, "__module__", None) or getattr(holder, "__name__", "")
    home = home.partition(".")[0] if isinstance(home, str) else ""
    return f"{_HOMES.get(home, home)}.{last_name(call.func) if home else ''}"


def _method(node: ast.Attribute, here: Scene) -> Any:
    """The function behind `model.load_weights`, `Path("x").read_text`: found on the class, no property is asked."""
    value = value_of(node.value, here)
    owner = type(value if isinstance(value, PurePath) else live(node.value, here))
    made_here = live(node.value.func, here) if isinstance(node.value, ast.Call) else None
    if isinstance(made_here, type):
        owner = made_here
    return next((vars(base)[node.attr] for base in owner.__mro__ if node.attr in vars(base)), None)
