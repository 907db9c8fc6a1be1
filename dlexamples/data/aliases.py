"""The import of a well-known alias that a post leaves out: `np`, `plt`, `F` …; the names are rows of aliases.toml."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dlexamples.data.insert import inserted
from dlexamples.model import Applicability, Claim, Fill, Proposal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

_ANNOTATIONS = ast.arg | ast.AnnAssign | ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Import:
    """One candidate for an alias."""

    line: str
    beside: frozenset[str] = frozenset()
    """The session imports one of these packages; any session, when empty."""

    @property
    def module(self) -> str:
        """`torch.nn.functional` of `import torch.nn.functional as F`."""
        return self.line.split()[1]

    @property
    def thing(self) -> str:
        """`torch.utils.data.Dataset` of `from torch.utils.data import Dataset`."""
        words = self.line.split()
        return f"{words[1]}.{words[3]}" if words[0] == "from" else words[1]


@dataclass(frozen=True, slots=True)
class Alias:
    """A well-known name."""

    imports: tuple[Import, ...]
    use: str = "module"
    """`sure`, `module`, `class` or `function`: how the name must be used to be this one."""


@cache
def table() -> dict[str, Alias]:
    rows = tomllib.loads(files(__package__).joinpath("aliases.toml").read_text(encoding="utf-8"))
    return {
        name: Alias(
            tuple(Import(i["line"], frozenset(i.get("beside", ()))) for i in row["imports"]),
            row.get("use", "module"),
        )
        for name, row in rows.items()
    }


def alias(name: str, scene: Scene) -> Iterator[Proposal]:
    """The import for `name`, when it is well known, installed, and used as that library would be."""
    row = table().get(name)
    if row is None:
        return
    for candidate in row.imports:
        if candidate.beside and not candidate.beside & scene.packages:
            continue
        value = _imported(name, candidate)
        if value is not None and _is_used_as(value, name, row, scene):
            yield _proposal(name, candidate, scene)
            return


def _imported(name: str, candidate: Import) -> Any:
    """The object that the import gives, or None where the package is not here or does not load."""
    bound: dict[str, Any] = {}
    try:
        if importlib.util.find_spec(candidate.module.partition(".")[0]) is None:
            return None
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(candidate.line, bound)
    except Exception:
        return None
    return bound.get(name)


def _is_used_as(value: Any, name: str, row: Alias, scene: Scene) -> bool:
    """Whether the session uses `name` as what the import gives."""
    nodes = scene.reads(name)
    if row.use == "sure":
        attributes = all(isinstance(scene.parents[node], ast.Attribute) for node in nodes)
        return attributes and any(_fits(node, value, "module", scene) for node in nodes)
    return all(_fits(node, value, row.use, scene) for node in nodes)


def _fits(node: ast.AST, value: Any, use: str, scene: Scene) -> bool:
    """Whether the place reads what `value` has: `np.linalg.norm` along the attributes that are modules or classes."""
    parent = scene.parents[node]
    if isinstance(parent, ast.Attribute):
        return _has(parent, value, scene)
    if use == "module":
        return False
    called = isinstance(parent, ast.Call) and parent.func is node
    based = use == "class" and isinstance(parent, ast.ClassDef | ast.Subscript | _ANNOTATIONS)
    checked = use == "class" and isinstance(parent, ast.Call) and node in parent.args[1:]
    return called or based or checked


def _has(node: ast.Attribute, value: Any, scene: Scene) -> bool:
    if not hasattr(value, node.attr):
        return False
    outer, inner = scene.parents[node], getattr(value, node.attr)
    if isinstance(outer, ast.Attribute) and isinstance(inner, type(ast)):
        return _has(outer, inner, scene)
    return isinstance(node.ctx, ast.Load)


def _proposal(name: str, candidate: Import, scene: Scene) -> Proposal:
    library = candidate.module.partition(".")[0]
    why = f"`{name}` is used as posts use {candidate.thing}"
    return Proposal(
        rule="aliases",
        code="DL103",
        message=f"`{name}` is used but never imported in the post",
        applicability=Applicability.SAFE,
        description=f"add `{candidate.line}`",
        sources=inserted(scene, [], [candidate.line]),
        fills=(Fill(name, library, Claim.REAL, None, "", why, candidate.line + "\n"),),
        label="never imported",
    )
