"""Which public module of a package has a name: read from the files, without importing them."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import pkgutil
from functools import cache
from pathlib import Path


@cache
def public_names(package: str) -> dict[str, str]:
    """Each name that exactly one public module `package.module` lists in its `__all__`, with that module.

    Empty for a package that is not installed.
    """
    found: dict[str, set[str]] = {}
    spec = importlib.util.find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        for module in pkgutil.iter_modules([folder]):
            if not module.name.startswith("_"):
                for name in _listed(Path(folder, module.name)):
                    found.setdefault(name, set()).add(f"{package}.{module.name}")
    return {name: modules.pop() for name, modules in found.items() if len(modules) == 1}


def _listed(stem: Path) -> frozenset[str]:
    """`__all__` of the module `stem.py` or `stem/__init__.py`, where it is written as a literal."""
    path = next((path for path in (stem / "__init__.py", stem.with_suffix(".py")) if path.is_file()), None)
    if path is None:
        return frozenset()
    with contextlib.suppress(SyntaxError, ValueError, OSError):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                    return frozenset(ast.literal_eval(value))
    return frozenset()
