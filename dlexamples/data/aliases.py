"""The import of a well-known alias that a post leaves out: `np`, `plt`, `F` …; the names are rows of aliases.toml."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from dlexamples.data.echo import only_echoed
from dlexamples.data.missing_import import Import, imported, supplied
from dlexamples.data.uses import is_used_as, shown_uses

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene
    from dlexamples.model import Proposal


@dataclass(frozen=True, slots=True)
class Alias:
    """A well-known name."""

    imports: tuple[Import, ...]
    use: str = "module"
    """How the name must be used to be this one, as in `is_used_as`."""


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
    packages = scene.packages
    if not any(candidate.beside & packages for candidate in row.imports):
        packages = packages | scene.stop.post.packages
    for candidate in row.imports:
        if candidate.beside and not candidate.beside & packages:
            continue
        value = imported(name, candidate)
        if value is None or only_echoed(name, value, scene):
            continue
        if is_used_as(value, name, row.use, scene):
            yield supplied(name, candidate, shown_uses(name, value, candidate.thing, scene), scene)
            return
