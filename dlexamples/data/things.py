"""Data that is one object and no table of inputs and targets: a photograph, a graph, a series, a text, a sound."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.data.import_group import grouped
from dlexamples.data.imports import Imports
from dlexamples.data.insert import inserted
from dlexamples.data.made import form, run
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.model import Applicability, Claim, Fill, Proposal
from dlexamples.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

LONGEST_COMMENT = 100


@dataclass(frozen=True, slots=True)
class Thing:
    """What stands under one name, or under several that belong together."""

    names: tuple[str, ...]
    lines: list[str]
    what: str
    """For the comment in the reader's code, with the attribution that its licence asks for."""
    claim: Claim
    why: str
    is_exact: bool = False
    """The name alone says which data are meant: `air_passengers`."""


@dataclass(frozen=True, slots=True)
class Uses:
    """How the session uses a missing name."""

    name: str
    scene: Scene
    imports: Imports

    @property
    def attributes(self) -> frozenset[str]:
        """`shape` of `image.shape`."""
        around = (self.scene.parents[node] for node in self.scene.reads(self.name))
        return frozenset(up.attr for up in around if isinstance(up, ast.Attribute))

    @property
    def calls(self) -> tuple[ast.Call, ...]:
        """Those that are given it."""
        nodes = self.scene.reads(self.name)
        around = ((node, self.scene.parents[node]) for node in nodes)
        direct = [up for node, up in around if isinstance(up, ast.Call) and node in up.args]
        keywords = [self.scene.parents[node] for node in nodes]
        named = [self.scene.parents[up] for up in keywords if isinstance(up, ast.keyword)]
        return tuple(call for call in (*direct, *named) if isinstance(call, ast.Call))

    @property
    def callees(self) -> frozenset[str]:
        """`imshow` of `plt.imshow(image)`."""
        return frozenset(last_name(call.func) for call in self.calls)

    @property
    def takers(self) -> frozenset[str]:
        """Packages of the live objects that are called with it, or of which a method is: `transformers`."""
        functions = (call.func for call in self.calls)
        owners = (f.value if isinstance(f, ast.Attribute) else f for f in functions)
        found = (self.scene.value(owner) for owner in owners)
        kinds = (value if isinstance(value, type) else type(value) for value in found if value is not None)
        return frozenset(kind.__module__.partition(".")[0] for kind in kinds)

    @property
    def keys(self) -> tuple[ast.expr, ...]:
        """What it is indexed with."""
        around = ((node, self.scene.parents[node]) for node in self.scene.reads(self.name))
        return tuple(up.slice for node, up in around if isinstance(up, ast.Subscript) and up.value is node)

    @property
    def columns(self) -> frozenset[str]:
        """The columns of a table that are read: `table["age"]`, `table[["age", "sex"]]`."""
        return self._columns(ast.Load)

    @property
    def added(self) -> frozenset[str]:
        """The columns of a table that the code makes: `table["age"] = …`."""
        return self._columns(ast.Store)

    def _columns(self, context: type[ast.expr_context]) -> frozenset[str]:
        around = ((node, self.scene.parents[node]) for node in self.scene.reads(self.name))
        subscripts = [up for node, up in around if isinstance(up, ast.Subscript) and up.value is node]
        keys = [up.slice for up in subscripts if isinstance(up.ctx, context)]
        inner = [node for key in keys for node in (key, *getattr(key, "elts", ()))]
        return frozenset(n.value for n in inner if isinstance(n, ast.Constant) and isinstance(n.value, str))

    @property
    def is_looped_over(self) -> bool:
        around = ((node, self.scene.parents[node]) for node in self.scene.reads(self.name))
        return any(isinstance(up, ast.For | ast.comprehension) and up.iter is node for node, up in around)

    def unused(self, *names: str) -> str:
        """The first of `names` that the post does not have."""
        taken = {*self.scene.bound, *self.scene.free, *self.scene.stop.namespace}
        return next((name for name in names if name not in taken), names[-1])

    def beside(self, pattern: str) -> str:
        """Another missing name of that pattern; empty where there is none."""
        found = (other for other in self.scene.free if other != self.name and re.fullmatch(pattern, other))
        return next(found, "")


@dataclass(frozen=True, slots=True)
class Known:
    """One file of the catalogue."""

    name: str
    names: re.Pattern[str]
    make: Callable[[Uses], Thing | None]


THINGS: Registry[Known] = Registry("dlexamples.data.catalogue")
Make = Callable[[Uses], Thing | None]


def thing(name: str, *, names: str) -> Callable[[Make], Make]:
    """Registers a function that gives the object for a name that `names` matches whole, as the code uses it.

    None where the uses do not show that it is meant; raises CannotTell where they show another one.
    """

    def register(make: Make) -> Make:
        THINGS.add(name, Known(name, re.compile(names), make))
        return make

    return register


def one_thing(name: str, scene: Scene) -> Iterator[Proposal]:
    """The object that `name` stands for; a refusal where the code asks for another one."""
    for known in THINGS.items().values():
        if not known.names.fullmatch(name) or _is_misspelt(name, scene):
            continue
        uses = Uses(name, scene, Imports(scene))
        try:
            made = known.make(uses)
            if made is not None:
                yield _proposal(known, made, uses)
                return
        except CannotTell as why:
            yield _refused(known, name, str(why), scene)
            return


def _is_misspelt(name: str, scene: Scene) -> bool:
    """Whether the post has nearly the same name: the author's own object is meant."""
    return any(difflib.SequenceMatcher(None, other, name).ratio() >= 0.85 for other in scene.bound)


def _proposal(known: Known, made: Thing, uses: Uses) -> Proposal:
    lines = [*_comment(made), *made.lines]
    source = "\n".join([*grouped(uses.imports.lines), *lines]) + "\n"
    values = run(source, uses.scene)
    fills = (Fill(name, known.name, made.claim, *form(values[name]), made.why, source) for name in made.names)
    listed = ", ".join(f"`{name}`" for name in made.names)
    return Proposal(
        rule=known.name,
        code="DL102",
        message=f"`{uses.name}` is not defined in the post",
        applicability=Applicability.SAFE if made.is_exact else Applicability.UNSAFE,
        description=f"define {listed}: {made.what}",
        sources=inserted(uses.scene, lines, uses.imports.lines),
        fills=tuple(fills),
        label="never defined",
    )


def _comment(made: Thing) -> list[str]:
    named = f"# {', '.join(made.names)}: {made.what}"
    return [named] if len(named) <= LONGEST_COMMENT else [f"# {', '.join(made.names)}:", f"# {made.what}"]


def _refused(known: Known, name: str, reason: str, scene: Scene) -> Proposal:
    return Proposal(
        rule=known.name,
        code="DL101",
        message=f"`{name}` is not defined in the post, and nothing is supplied for it: {reason}",
        applicability=Applicability.DISPLAY,
        description="define it, or name the data set",
        sources=scene.stop.sources,
        label="never defined",
        final=True,
    )
