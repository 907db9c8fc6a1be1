"""The keywords of a call that the called refuses, and what it calls them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair.invented.parameters import Parameters, parameters_of
from dlexamples.repair.invented.spelling import Likeness, likeness, words

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlexamples.repair import edit

Change = tuple[int, int, str]
"""A part of the source, by offsets, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A keyword under the name, and with the value, that the called takes."""

    keyword: str
    parameter: str
    changes: tuple[Change, ...]
    is_guess: bool
    """A typing error, or a value that is converted."""
    value: str = ""
    """The new value, where it is another."""

    @property
    def told(self) -> str:
        return f"`{self.keyword}` to `{self.parameter}{'=' + self.value if self.value else ''}`"


@dataclass(frozen=True, slots=True)
class Refused:
    """A keyword that has no certain counterpart."""

    keyword: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A keyword that asks for what the called does anyway."""

    keyword: str
    value: str
    change: Change
    why: str


@dataclass(frozen=True, slots=True)
class Keywords:
    """What becomes of the keywords of one call that are refused."""

    renamed: tuple[Renamed, ...]
    dropped: tuple[Dropped, ...]
    refused: tuple[Refused, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*(change for found in self.renamed for change in found.changes), *(one.change for one in self.dropped))


def keywords_of(tree: edit.Tree, call: cst.Call, function: Any, error: str = "", package: str = "") -> Keywords | None:
    """None where every keyword is taken, or nothing tells which are. `package`: that of the function."""
    taken = parameters_of(function, error)
    if taken is None or any(argument.star for argument in call.args):
        return None
    written = {argument.keyword.value: argument for argument in call.args if argument.keyword}
    unknown = [name for name in written if taken.refuses(name, error)]
    if not unknown:
        return None
    given = {*taken.positional[: len(call.args) - len(written)], *(name for name in written if name not in unknown)}
    renamed: list[Renamed] = []
    dropped = [one for name in unknown if (one := _dropped(tree, written[name], package))]
    refused: list[Refused] = []
    for name in unknown:
        if any(name == one.keyword for one in dropped):
            continue
        if any(name in found.keyword.split("`, `") for found in renamed):
            continue
        free = [parameter for parameter in taken.names if parameter not in given]
        made = _as_part(tree, written, name, taken, free) or _renamed(tree, written[name], free)
        made = made or _required(tree, written[name], [one for one in taken.required if one in free])
        if made is None:
            near = get_close_matches(name, free, 3, 0.6)
            refused.append(Refused(name, tuple(dict.fromkeys([*_by_role(name, free), *_alike(name, free)[0], *near]))))
            continue
        given.add(made.parameter)
        renamed.append(made)
    return Keywords(tuple(renamed), tuple(dropped), tuple(refused))


def _dropped(tree: edit.Tree, argument: cst.Arg, package: str) -> Dropped | None:
    assert argument.keyword
    name, value = argument.keyword.value, tree.text(argument.value)
    always = table()["always"].get(package, {}).get(name)
    if always is None or value.replace('"', "'") != always:
        return None
    return Dropped(name, value, removed(tree, argument), hint(package, name))


def _renamed(tree: edit.Tree, argument: cst.Arg, free: Sequence[str]) -> Renamed | None:
    assert argument.keyword
    name = argument.keyword.value
    at = (tree.start(argument.keyword), tree.end(argument.keyword))
    alike, how = _alike(name, free)
    if how is Likeness.FORM and len(alike) == 1:
        return Renamed(name, alike[0], ((*at, alike[0]),), is_guess=False)
    meant = _by_role(name, free)
    if len(meant) == 1:
        return Renamed(name, meant[0], ((*at, meant[0]),), is_guess=False)
    for row in table()["conversions"]:
        found = [parameter for parameter in row["to"] if parameter in free]
        if name in row["from"] and len(found) == 1:
            value = row["value"].format(_operand(tree, argument.value))
            changes = ((*at, found[0]), (tree.start(argument.value), tree.end(argument.value), value))
            return Renamed(name, found[0], changes, is_guess=True, value=value)
    if not meant and len(alike) == 1:
        return Renamed(name, alike[0], ((*at, alike[0]),), is_guess=True)
    return None


def _required(tree: edit.Tree, argument: cst.Arg, lacking: Sequence[str]) -> Renamed | None:
    """`StepLR(optimizer, step=10)`: what has to be given, is not, and has the keyword's word in its name."""
    assert argument.keyword
    name = argument.keyword.value
    meant = [parameter for parameter in lacking if set(words(name)) < set(words(parameter))]
    if len(meant) != 1:
        return None
    change = (tree.start(argument.keyword), tree.end(argument.keyword), meant[0])
    return Renamed(name, meant[0], (change,), is_guess=True)


def _alike(name: str, free: Sequence[str]) -> tuple[list[str], Likeness | None]:
    """The parameters of the nearest likeness."""
    found = {parameter: how for parameter in free if (how := likeness(name, parameter)) is not None}
    nearest = min(found.values(), default=None)
    return [parameter for parameter, how in found.items() if how is nearest], nearest


def _by_role(name: str, free: Sequence[str]) -> list[str]:
    named = [role for role in table()["roles"] if name in role]
    return [parameter for parameter in free if any(parameter in role for role in named)]


def _as_part(
    tree: edit.Tree, written: dict[str, cst.Arg], name: str, taken: Parameters, free: Sequence[str]
) -> Renamed | None:
    """Keywords that are parts of one tuple, and a tuple whose parts are keywords."""
    for row in table()["tuples"]:
        for parts in (row["parts"], row["also"]):
            if name in parts and row["whole"] in free:
                return _joined(tree, written, parts, row["whole"], taken)
            value = written[name].value
            if name != row["whole"] or not all(part in free for part in parts) or not isinstance(value, cst.Tuple):
                continue
            if len(value.elements) == len(parts):
                code = [tree.text(element.value) for element in value.elements]
                text = ", ".join(f"{part}={one}" for part, one in zip(parts, code, strict=True))
                at = (tree.start(written[name]), tree.end(written[name]))
                return Renamed(name, ", ".join(parts), ((*at, text),), is_guess=False)
    return None


def _joined(
    tree: edit.Tree, written: dict[str, cst.Arg], parts: Sequence[str], whole: str, taken: Parameters
) -> Renamed | None:
    default = taken.defaults.get(whole)
    usual = default if isinstance(default, tuple) and len(default) == len(parts) else ()
    given = [part for part in parts if part in written]
    if len(given) < len(parts) and not usual:
        return None
    code = [
        tree.text(written[part].value) if part in written else repr(usual[index]) for index, part in enumerate(parts)
    ]
    value = f"({', '.join(code)})"
    first, *others = [written[part] for part in given]
    changes = [(tree.start(first), tree.end(first), f"{whole}={value}")]
    changes += [removed(tree, other) for other in others]
    return Renamed("`, `".join(given), whole, tuple(changes), is_guess=False, value=value)


def removed(tree: edit.Tree, argument: cst.Arg) -> Change:
    """The argument with the comma before it taken out, or with the one behind it where it is the first."""
    call = tree.parents[argument]
    assert isinstance(call, cst.Call)
    index = [one is argument for one in call.args].index(True)
    if index:
        return tree.end(call.args[index - 1]), tree.end(argument), ""
    following = tree.start(call.args[1]) if len(call.args) > 1 else tree.end(argument)
    return tree.start(argument), following, ""


def _operand(tree: edit.Tree, value: cst.BaseExpression) -> str:
    code = tree.text(value)
    return code if isinstance(value, (cst.Name, cst.Attribute, cst.Float, cst.Integer, cst.Call)) else f"({code})"


def described(found: Keywords, whose: str = "the installed") -> str:
    """What the edit does, and by what source."""
    renamed = ", ".join(one.told for one in found.renamed)
    told = [f"rename {renamed}, as {whose} signature has it"] if renamed else []
    return "; ".join([*told, *left_out(found)])


def left_out(found: Keywords) -> list[str]:
    return [f"leave `{one.keyword}={one.value}` out: {one.why}" for one in found.dropped]


def hint(package: str, keyword: str) -> str:
    """What would do instead, in a library without a parameter for it; '' where nothing is known."""
    return str(table()["hints"].get(package, {}).get(keyword, ""))


def changed(source: str, changes: Sequence[Change]) -> str:
    """The source with all of the changes, which do not overlap."""
    for start, end, text in sorted(changes, reverse=True):
        source = source[:start] + text + source[end:]
    return source


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(files("dlexamples.repair").joinpath("invented/roles.toml").read_text("utf-8"))
