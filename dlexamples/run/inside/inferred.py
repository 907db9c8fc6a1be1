"""What expressions of a session's text stand for, as far as is certain without running them.

A name is followed to the live object where the session binds it once; a call of a class gives an object of that
class; `self.layer` is what the one assignment in the class gives it.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
import typing
from dataclasses import dataclass
from typing import Any

from .members import MISSING, UNKNOWN, held_by, member, subclasses
from .scoping import Imported, Once, Parameter, Scope, Text

MOST_STEPS = 12


@dataclass(frozen=True)
class Known:
    """This very object."""

    value: Any

    @property
    def cls(self) -> type:
        return type(self.value)

    @property
    def exact(self) -> bool:
        return True


@dataclass(frozen=True)
class Made:
    """An object of a class, or where that is not `exact`, of a class below it."""

    cls: type
    exact: bool = True


Value = Known | Made | None


class Inferred:
    """Answers for one session."""

    def __init__(self, text: Text, namespace: dict[str, Any]) -> None:
        self.text = text
        self.namespace = namespace

    def value(self, node: ast.expr, steps: int = 0) -> Value:
        """None where it is not certain."""
        if steps > MOST_STEPS or node not in self.text.scopes:
            return None
        if isinstance(node, ast.Name):
            return self._named(node.id, self.text.scopes[node], steps)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, steps)
        if isinstance(node, ast.Call):
            return self._called(node, steps)
        return None

    def _named(self, name: str, scope: Scope, steps: int) -> Value:
        holder = scope.holding(name)
        if holder is None:
            # No statement of the session binds it, but a star may: the last one holds.
            live = self.namespace.get(name, MISSING)
            return Known(live) if live is not MISSING and len(self.text.outer.bound.get("*", ())) == 1 else None
        bound = holder.bound[name]
        if holder.parent is None and "*" in holder.bound:
            return None
        if len(bound) > 1 and not (isinstance(bound[0], Imported) and all(each == bound[0] for each in bound)):
            return None
        if holder.parent is None and bound[0] is not None and name in self.namespace:
            return Known(self.namespace[name])
        return self._bound(bound[0], steps)

    def _bound(self, bound: Any, steps: int) -> Value:
        if bound is None or isinstance(bound, Once):
            return None
        if isinstance(bound, Imported):
            return imported(bound)
        if isinstance(bound, Parameter):
            cls = self._class_of(bound, steps)
            return Made(cls, exact=not type.__subclasses__(cls)) if cls else None
        return self.value(bound, steps + 1) if isinstance(bound, ast.expr) else None

    def _class_of(self, parameter: Parameter, steps: int) -> type | None:
        """The post's own class, of a method's `self` or of an annotation: what is below it is known."""
        if parameter.of is not None:
            scope = self.text.scopes[parameter.of]
            found = self._named(parameter.of.name, scope, steps + 1) if scope.parent is None else None
        elif parameter.annotation is not None:
            found = self.value(parameter.annotation, steps + 1)
        else:
            return None
        cls = found.value if isinstance(found, Known) else None
        if not isinstance(cls, type) or cls.__module__ != self.namespace.get("__name__"):
            return None
        return cls if parameter.of is not None or not type.__subclasses__(cls) else None

    def _attribute(self, node: ast.Attribute, steps: int) -> Value:
        owner = self.value(node.value, steps + 1)
        if owner is None:
            return None
        if isinstance(owner, Known) and isinstance(owner.value, (types.ModuleType, type)):
            if node.attr in self.text.attributes:
                return None
            found = member(owner.value, node.attr)
            return None if found is MISSING or found is UNKNOWN else Known(found)
        return self._of_object(owner, node.attr, steps)

    def _of_object(self, owner: Known | Made, name: str, steps: int) -> Value:
        places = self.text.attributes.get(name, [])
        own = self._own_places(owner.cls, places)
        if own is None or len(own) > 1:
            return None
        if isinstance(owner, Known):
            held = held_by(owner.value).get(name)
            return None if held is None else Known(held)
        value = self.text.values.get(own[0]) if own else None
        if value is None or inspect.getattr_static(owner.cls, name, MISSING) is not MISSING:
            return None
        return self.value(value, steps + 1)

    def _own_places(self, cls: type, places: list[ast.Attribute]) -> list[ast.Attribute] | None:
        """Those of `places` where an object of `cls` gets the attribute; None where that is not certain."""
        found: list[ast.Attribute] = []
        for place in places:
            holder = self.text.scopes[place].holding(place.value.id) if isinstance(place.value, ast.Name) else None
            bound = holder.bound[place.value.id] if holder and isinstance(place.value, ast.Name) else []
            parameter = bound[0] if len(bound) == 1 else None
            if not isinstance(parameter, Parameter) or parameter.of is None:
                return None
            other = self._class_of(parameter, 0)
            if other is cls:
                found.append(place)
            elif other is None or issubclass(cls, other) or issubclass(other, cls):
                return None
        return found

    def _called(self, node: ast.Call, steps: int) -> Value:
        if isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value, steps + 1)
            if (
                owner is not None
                and not isinstance(owner.cls, types.ModuleType)
                and _gives_itself(owner, node.func.attr)
            ):
                return owner
        callee = self.value(node.func, steps + 1)
        return made(callee.value) if isinstance(callee, Known) and isinstance(callee.value, type) else None


def made(cls: type) -> Made | None:
    """What a call of the class gives."""
    if type(cls).__call__ is not type.__call__:
        return None
    new = inspect.getattr_static(cls, "__new__")
    # One that is written in Python may choose a class below this one: `pathlib.Path`, `keras.Model`.
    return Made(cls, exact=not isinstance(new, staticmethod))


def imported(what: Imported) -> Known | None:
    """What an import of a module that is loaded binds."""
    module = sys.modules.get(what.module)
    if module is None:
        return None
    if not what.name:
        return Known(module)
    found = member(module, what.name)
    return None if found is MISSING or found is UNKNOWN else Known(found)


def of_class_and_below(value: Known | Made) -> list[type]:
    """The classes that the object may be of."""
    return [value.cls] if value.exact else [value.cls, *subclasses(value.cls)]


def _gives_itself(owner: Known | Made, name: str) -> bool:
    """A method that says so in its annotation: `Module.to(…) -> Self`."""
    method = inspect.getattr_static(owner.cls, name, None)
    if not isinstance(method, types.FunctionType):
        return False
    overloads = typing.get_overloads(method) if sys.version_info >= (3, 11) else []
    for each in (*overloads, method):
        told = getattr(each, "__annotations__", {})
        given = told.get("return")
        if str(given) in {"Self", "typing.Self", "typing_extensions.Self"}:
            return True
        if isinstance(given, (str, typing.TypeVar)) and told.get("self") == given:
            return True
    return False
