"""Why no form of a data set would serve where its name is used, for the author to read."""

from __future__ import annotations

import ast
from itertools import combinations
from typing import TYPE_CHECKING

from dlexamples.data.consumers import uses
from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

SHORT = 60
UNUSED = "the code does not show what it holds, as nothing trains on it, loops over it or calls a model with it"


def unserved(name: str, scene: Scene) -> str:
    """The use that nothing serves, or two uses that ask for different forms."""
    found = uses(name, scene)
    for node, taken in found:
        if not taken:
            return f"no array, tensor, loader or Bunch of it would serve `{_shown(node, scene)}`"
    for (node, taken), (other, also) in combinations(found, 2):
        if not taken & also:
            return f"`{_shown(node, scene)}` and `{_shown(other, scene)}` ask for different forms of it"
    return "the places where it is used ask for different forms of it"


def _shown(node: ast.expr, scene: Scene) -> str:
    """The code around a use, on one line."""
    around = scene.parents[node]
    while isinstance(around, ast.keyword):
        around = scene.parents[around]
    text = ast.unparse(around).strip().split("\n")[0].removesuffix(":")
    if len(text) <= SHORT:
        return text
    return f"{last_name(around.func)}(…)" if isinstance(around, ast.Call) else ast.unparse(node)
