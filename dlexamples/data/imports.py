"""The names by which a fill may speak of a library, and the imports that it still needs."""

from __future__ import annotations

import ast
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dlexamples.names import names

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene


class Imports:
    """Gives the name that is live; where there is none, notes the import."""

    def __init__(self, scene: Scene) -> None:
        self.lines: list[str] = []
        self._scene = scene
        self._beside = _bound_beside(scene)

    def module(self, module: str, alias: str = "") -> str:
        """The name of a module: `torch`, or whatever the post calls it."""
        if name := self._live(sys.modules.get(module), alias or module):
            return name
        line = f"import {module} as {alias}"
        if alias and (self._is_free(alias) or self._is_only(alias, line)):
            return self._note(line, alias)
        return self._note(f"import {module}", module)

    def item(self, module: str, name: str) -> str:
        """The name of a class or function of a module."""
        if live := self._live(getattr(sys.modules.get(module), name, None), name):
            return live
        if not self._is_free(name) and not self._is_only(name, f"from {module} import {name}"):
            # A module in a package is there once it is imported itself.
            inner = f"{module}.{name}"
            return self.module(inner) if find_spec(inner) else f"{self.module(module)}.{name}"
        return self._note(f"from {module} import {name}", name)

    def _live(self, value: Any, first: str) -> str:
        """The name under which `value` is alive where the fill will stand."""
        if value is None:
            return ""
        namespace = self._scene.stop.namespace
        found = [name for name, other in namespace.items() if other is value and name not in self._beside]
        public = sorted((name for name in found if not name.startswith("_")), key=lambda name: (name != first, name))
        return public[0] if public else ""

    def _is_free(self, name: str) -> bool:
        return name not in self._scene.bound and name not in self._scene.stop.namespace

    def _is_only(self, name: str, line: str) -> bool:
        """Whether the post gets `name` from that very import alone, further down."""
        if name in self._scene.stop.namespace:
            return False
        found: set[str] = set()
        for node in (node for tree in self._scene.trees for node in ast.walk(tree)):
            match node:
                case ast.Import(names=items):
                    found |= {f"import {i.name} as {i.asname}" for i in items if i.asname == name}
                    found |= {f"import {i.name}" for i in items if not i.asname and i.name.split(".")[0] == name}
                case ast.ImportFrom(module=module, names=items):
                    found |= {f"from {module} import {i.name}" for i in items if i.name == name and not i.asname}
                    found |= {"as" for i in items if i.asname == name}
                case ast.Name(id=bound, ctx=ast.Store()) | ast.FunctionDef(name=bound) | ast.ClassDef(name=bound):
                    found |= {"own"} if bound == name else set()
        return found == {line}

    def _note(self, line: str, name: str) -> str:
        if line not in self.lines:
            self.lines.append(line)
        return name


def _bound_beside(scene: Scene) -> frozenset[str]:
    """Names bound on the failing statement's own line, before it: a fill above that line does not see them."""
    place = scene.stop.statement
    beside = [s.binds for s in names(scene.stop.sources[place.block]).statements if s.end_line == place.line]
    return frozenset().union(*beside)
