"""The import of a class, or of a function, of a library that the post imports or speaks of: `DataLoader`, `Dense`.

A ranked index of the installed package: the shallowest public module that has the name, in modules that are loaded
first, then in the package's other files. A lower-case word by itself is no import: `trainer`, `losses`, `mean`.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import io
import pkgutil
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.data.choice import subjects
from dlexamples.data.echo import only_echoed
from dlexamples.data.missing_import import Import, imported, supplied
from dlexamples.data.names import said
from dlexamples.data.uses import is_used_as, shown_uses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene
    from dlexamples.model import Proposal

NOT_PUBLIC = {
    "src",
    "testing",
    "tests",
    "test",
    "internal",
    "compat",
    "legacy",
    "experimental",
    "contrib",
    "deprecated",
}
DEEPEST = 3
"""Dots in a module's name."""
CLASS = re.compile(r"[A-Z][A-Za-z0-9]+")
FUNCTION = re.compile(r"[a-z]\w*_\w+")
"""A function's name of several words; one word alone may be anybody's."""
PART_OF = {"tensorflow": "keras"}
"""A package whose public classes are another's: `tensorflow.keras.layers` is `keras.layers`."""


def indexed(name: str, scene: Scene) -> Iterator[Proposal]:
    """The import for `name`, when one library has it that the session imports; else one that the post does."""
    is_function = FUNCTION.fullmatch(name) and not said(name, subjects())
    if not (CLASS.fullmatch(name) or is_function):
        return
    if found := in_libraries(name, scene):
        candidate, value = found
        yield supplied(name, candidate, shown_uses(name, value, candidate.thing, scene), scene)


def in_libraries(name: str, scene: Scene) -> tuple[Import, Any] | None:
    """The import for `name`, with what it gives, where one library has it; None where two have."""
    for packages in (scene.packages, scene.stop.post.packages - scene.packages):
        found = [known for package in sorted(packages) if (known := _in_package(name, package, scene))]
        if len({id(value) for _, value in found}) > 1:
            found = _at_home(found, scene)
        if len({id(value) for _, value in found}) == 1:
            return min(found, key=lambda each: _rank(each[0].module))
        if found:
            return None
    return None


def _at_home(found: list[tuple[Import, Any]], scene: Scene) -> list[tuple[Import, Any]]:
    """Those of the one library that has the most of the classes which the block leaves out: `Sequential` beside
    `Dense` is Keras's. All of them where two have as many."""
    read = {node.id for node in ast.walk(scene.block) if isinstance(node, ast.Name)}
    others = [name for name in scene.free if name in read and name[:1].isupper()]
    homes = [candidate.module.partition(".")[0] for candidate, _ in found]
    counts = {home: sum(bool(_modules_with(name, home)) for name in others) for home in homes}
    most = [home for home in counts if counts[home] == max(counts.values())]
    if len({PART_OF.get(home, home) for home in most}) > 1:
        return found
    return [each for each in found if each[0].module.partition(".")[0] in most]


def _in_package(name: str, package: str, scene: Scene) -> tuple[Import, Any] | None:
    """The import from the package, with what it gives; None where the package has no such thing, or the session uses
    the name as something else."""
    if package in sys.stdlib_module_names or not _may_have(name, package) or not _is_here(package):
        return None
    for module in _modules_with(name, package):
        candidate = Import(f"from {module} import {name}")
        value = imported(name, candidate)
        if value is not None and _is_of(value, package) and _fits(name, value, scene):
            return candidate, value
    return None


def _may_have(name: str, package: str) -> bool:
    """A framework takes seconds to import: one that nobody has imported must define the name in some file."""
    homes = (package, PART_OF.get(package, package))
    return package in sys.modules or any(_mentioning(name, home) for home in homes)


def _is_here(package: str) -> bool:
    """Whether it is installed; it is imported, for its modules to be loaded."""
    with contextlib.suppress(Exception), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        importlib.import_module(package)
        return True
    return False


def _modules_with(name: str, package: str) -> list[str]:
    """The public modules that have the name, the best first."""
    loaded = [module for module in _loaded(package) if _has(module, name)]
    if PART_OF.get(package):
        loaded += [f"{package}.{module}" for module in _loaded(PART_OF[package]) if _has(module, name)]
    return sorted(loaded or _mentioning(name, package), key=_rank)


def _loaded(package: str) -> list[str]:
    return [
        module
        for module in list(sys.modules)
        if (module == package or module.startswith(package + ".")) and _is_public(module)
    ]


def _is_public(module: str) -> bool:
    parts = module.split(".")
    return len(parts) <= DEEPEST + 1 and not any(part.startswith("_") or part in NOT_PUBLIC for part in parts)


def _has(module: str, name: str) -> bool:
    found = sys.modules.get(module)
    # Libraries that load on demand list their names all the same.
    return found is not None and (name in vars(found) or (hasattr(found, "__getattr__") and name in dir(found)))


def _mentioning(name: str, package: str) -> list[str]:
    """Modules of the package that are not loaded and define or import the name at their top."""
    spec = importlib.util.find_spec(package)
    found: list[str] = []
    folders = [(package, Path(folder)) for folder in (spec and spec.submodule_search_locations) or ()]
    while folders:
        prefix, folder = folders.pop()
        for module in pkgutil.iter_modules([str(folder)]):
            path = f"{prefix}.{module.name}"
            if not _is_public(path):
                continue
            file = folder / module.name / "__init__.py" if module.ispkg else folder / f"{module.name}.py"
            if _defines(file, name):
                found.append(path)
            if module.ispkg:
                folders.append((path, folder / module.name))
    return found


def _defines(file: Path, name: str) -> bool:
    with contextlib.suppress(OSError, SyntaxError, ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = file.read_text("utf-8")
        if name not in text or not re.search(rf"\b{name}\b", text):
            return False
        for node in ast.parse(text).body:
            match node:
                case ast.ClassDef(name=found) | ast.FunctionDef(name=found) if found == name:
                    return True
                case ast.ImportFrom(names=aliases) if any((a.asname or a.name) == name for a in aliases):
                    return True
    return False


def _is_of(value: Any, package: str) -> bool:
    """Whether it is a class or a function that the package makes, and not one that it only uses."""
    own = {package, PART_OF.get(package, package)}
    return callable(value) and str(getattr(value, "__module__", "")).partition(".")[0] in own


def _fits(name: str, value: Any, scene: Scene) -> bool:
    is_class = isinstance(value, type)
    if (is_class and name.islower()) or only_echoed(name, value, scene):
        return False
    return is_used_as(value, name, "class" if is_class else "function", scene)


def _rank(module: str) -> tuple[int, int, str]:
    return module.count("."), len(module), module
