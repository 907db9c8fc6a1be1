"""The table of counterparts: whose way of writing, on whose object, and what says the same there."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlexamples.repair.idioms.spelling import resolved
from dlexamples.repair.live import MISSING
from dlexamples.repair.signatures import public_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).parent / "idioms.toml"


@dataclass(frozen=True, slots=True)
class Row:
    """One idiom. The object is `x`; the other names are what the call is given."""

    on: tuple[str, ...]
    """The classes that the object may be of, or the module that it is."""
    idiom: str
    """Whose way of writing it is: `PyTorch`."""
    write: str
    """`x.unsqueeze(dim)`; a default makes an argument optional, a star takes several."""
    use: str = ""
    """`numpy.expand_dims(x, dim)`; `x` alone drops the call. Empty for a refusal."""
    safe: bool = False
    """The counterpart gives the same values, and nothing else changes."""
    says: str = ""
    """What the edit does, if not merely to write the counterpart."""
    refuse: str = ""
    """Why no counterpart says the same; completes "no fix is offered because"."""
    where: Mapping[str, str] = field(default_factory=dict)
    """By argument: the class that its value must be of."""
    exact: bool = False
    """Holds of the classes in `on` alone, and not of those that derive from them."""
    unless: str = ""
    """`called`: not where the post calls the object itself."""
    source: str = ""

    @property
    def name(self) -> str:
        """The name that the object lacks."""
        return first_attribute(self.pattern)

    @property
    def pattern(self) -> ast.expr:
        return expression(self.write)

    def is_of(self, owner: Any) -> bool:
        return self._path(owner) != ""

    def class_of(self, owner: Any) -> str:
        """The class that a reader knows the object by: its own, or the public one that it derives from."""
        name = public_name(type(owner)).removeprefix("builtins.")
        is_private = ".src." in name or ".python." in name
        return self._path(owner) if is_private else name

    def _path(self, owner: Any) -> str:
        for path in self.on:
            wanted = resolved(path)
            if wanted is owner or (isinstance(wanted, type) and self._is_instance(owner, wanted)):
                return path
        return ""

    def _is_instance(self, owner: Any, wanted: type) -> bool:
        return type(owner) is wanted if self.exact else isinstance(owner, wanted)


@cache
def expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


@cache
def table() -> tuple[Row, ...]:
    """Rows of several names with one `VERB` in the text are a row each."""
    found: list[Row] = []
    for data in tomllib.loads(TABLE.read_text("utf-8"))["idiom"]:
        told = {name: value for name, value in data.items() if name != "verbs"} | {"on": tuple(data["on"])}
        found.extend(Row(**_with_verb(told, verb)) for verb in data.get("verbs", [""]))
    return tuple(found)


def _with_verb(told: dict[str, Any], verb: str) -> dict[str, Any]:
    return {name: value.replace("VERB", verb) if isinstance(value, str) else value for name, value in told.items()}


def rows_for(owner: Any, name: str) -> list[Row]:
    """The rows about this name of the live object."""
    return [row for row in table() if row.name == name and row.is_of(owner)]


def fits(row: Row, values: Mapping[str, Any]) -> bool:
    """Whether the arguments' live values are of the classes that the row asks for."""
    for name, classes in row.where.items():
        wanted = tuple(cls for path in classes.split("|") if (cls := resolved(path)) is not MISSING)
        if not isinstance(values.get(name, MISSING), wanted):
            return False
    return True


def first_attribute(pattern: ast.expr) -> str:
    """The attribute of `x` itself."""
    return next(
        node.attr
        for node in ast.walk(pattern)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "x"
    )
