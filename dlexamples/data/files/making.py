"""How the maker of a kind of file is found, what it is asked, and what it gives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.names import names as found
from dlexamples.registry import Registry

if TYPE_CHECKING:
    from dlexamples.data.imports import Imports
    from dlexamples.data.scene import Scene
    from dlexamples.model import Claim


@dataclass(frozen=True, slots=True)
class Asking:
    """A file that is asked for."""

    path: str
    """Relative to the folder of the post, with forward slashes."""
    call: ast.Call
    """The call that reads it."""
    reader: str
    """What is called, as package and name: `pandas.read_csv`, `builtins.open`."""
    scene: Scene
    imports: Imports

    @property
    def stem(self) -> str:
        """`train` of `data/train.csv`."""
        return self.path.rpartition("/")[2].partition(".")[0]

    def argument(self, name: str, position: int | None = None) -> ast.expr | None:
        """What the reader is given under `name`, or at `position`."""
        given = {keyword.arg: keyword.value for keyword in self.call.keywords}
        if name in given:
            return given[name]
        at_hand = position is not None and position < len(self.call.args)
        return self.call.args[position] if at_hand and position is not None else None

    def unused(self, *names: str) -> str:
        """The first of the names that the post does not have; one that only an earlier fill has may be used again.

        Raises StopIteration when the post has all of them.
        """
        scene = self.scene
        authors = frozenset().union(*(found(source).binds for source in scene.stop.published))
        taken = authors | {*scene.free} | ({*scene.stop.namespace} - (scene.bound - authors))
        return next(name for name in (*names, *(f"{name}_made" for name in names)) if name not in taken)


@dataclass(frozen=True, slots=True)
class Made:
    """The lines that make a file, and what is in it."""

    lines: list[str]
    kind: str
    """`table`, `image`, `text` …: for the report."""
    what: str
    """What the file holds, in one clause for the reader of the post."""
    claim: Claim
    why: str
    """What the contents were told from."""
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    makes_folders: bool = False
    """The lines make the folders themselves."""


Maker = Callable[[Asking], Made]
MAKERS: Registry[Maker] = Registry(f"{__package__}.makers")


def maker(*keys: str) -> Callable[[Maker], Maker]:
    """Registers a function for readers, as package and name, and for suffixes, which any other reader is asked by.

    `/` stands for a path without a suffix. The function raises CannotTell.
    """

    def register(function: Maker) -> Maker:
        for key in keys:
            MAKERS.add(key, function)
        return function

    return register


def generator(asking: Asking) -> tuple[str, list[str]]:
    """The name of a seeded generator, and the line that makes it unless a fill above it in the block has."""
    name = asking.unused("rng", "generator")
    line = f"{name} = {asking.imports.module('numpy', 'np')}.random.default_rng(0)"
    place = asking.scene.stop.statement
    above = asking.scene.stop.sources[place.block].split("\n")[: place.line - 1]
    return name, [] if line in above else [line]


def shown_call(asking: Asking) -> str:
    """What is called, as the post writes it; without what it is called on where that is no plain name."""
    written = ast.unparse(asking.call.func)
    return written if len(written) <= 40 and "(" not in written else written.rpartition(".")[2]
