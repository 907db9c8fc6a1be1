"""An object that a library makes without being told anything, and that a post leaves out: `accelerator` is
`Accelerator()`."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.index import in_libraries
from dlexamples.data.insert import inserted
from dlexamples.data.names import said
from dlexamples.model import Applicability, Claim, Fill, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene


def instance(name: str, scene: Scene) -> Iterator[Proposal]:
    """One with its defaults, where a library of the post has a class of that name, which takes no argument and has
    every method that the code calls, or, where it calls none, what it reads."""
    if name != name.lower() or said(name):
        return
    read = _read(name, scene)
    found = in_libraries("".join(map(str.capitalize, name.split("_"))), scene) if read else None
    if found is None or not _is_made_of_nothing(found[1]) or not read <= set(dir(found[1])):
        return
    candidate, kind = found
    imports = Imports(scene)
    call = f"{imports.item(candidate.module, kind.__name__)}()"
    line = f"{name} = {call}"
    yield Proposal(
        rule="instance",
        code="DL102",
        message=f"`{name}` is not defined in the post",
        applicability=Applicability.UNSAFE,
        description=f"make one with its defaults: `{line}`",
        sources=inserted(scene, [line], imports.lines),
        fills=(
            Fill(
                name,
                "object",
                Claim.SYNTHETIC,
                None,
                "",
                f"the code reads {_listed(read)}, which {candidate.thing} has",
                "\n".join([*grouped(imports.lines), line, ""]),
            ),
        ),
        label="never defined",
    )


def _read(name: str, scene: Scene) -> set[str]:
    """Methods, which a class has; else attributes, some of which only an object has."""
    attributes = [up for node in scene.reads(name) if isinstance(up := scene.parents[node], ast.Attribute)]
    called = {node.attr for node in attributes if getattr(scene.parents[node], "func", None) is node}
    return called or {node.attr for node in attributes}


def _is_made_of_nothing(kind: Any) -> bool:
    """Whether a call without arguments makes one; a class that others derive from does not say which is meant."""
    if not isinstance(kind, type) or inspect.isabstract(kind) or kind.__subclasses__():
        return False
    try:
        inspect.signature(kind).bind()
    except (TypeError, ValueError):
        return False
    return True


def _listed(read: set[str]) -> str:
    shown = [f"`{name}`" for name in sorted(read)]
    return f"{shown[0]} and {len(shown) - 1} more" if len(shown) > 2 else " and ".join(shown)
