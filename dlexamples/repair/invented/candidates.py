"""What may be meant by a name that a library lacks: what it does have that is spelled alike and can stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live
from dlexamples.repair.invented import library
from dlexamples.repair.invented.keywords import Keywords, keywords_of
from dlexamples.repair.invented.missing import Missing, can_be_called, fits
from dlexamples.repair.invented.spelling import Likeness, likeness, words
from dlexamples.repair.names import spelled
from dlexamples.repair.signatures import public_name

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another name for what is missing."""

    code: str
    """What to write."""
    told: str
    """Its full name."""
    imports: tuple[str, ...]
    like: Likeness
    cost: int
    is_own: bool
    """The post defines it."""
    keywords: Keywords | None = None
    """What the call's keywords become with it."""

    @property
    def is_certain(self) -> bool:
        renamed = self.keywords.renamed if self.keywords else ()
        return self.like <= Likeness.FORM and not self.is_own and not any(one.is_guess for one in renamed)


def candidates(missing: Missing) -> list[Candidate]:
    """Those of the nearest kind: what is the same name in another form or place leaves no room for typing errors."""
    found = sorted([*_of_owner(missing), *_elsewhere(missing)], key=lambda candidate: candidate.cost)
    near = [candidate for candidate in found if candidate.like <= Likeness.FORM]
    return near or found


def resembling(owner: Any, wanted: str) -> list[str]:
    """Names of the owner to tell the author of: none of them is taken."""
    names = [name for name in library.names_of(owner) if not isinstance(library.attribute(owner, name), ModuleType)]
    alike = [name for name in names if likeness(wanted, name) is not None]
    folded = {name.lower(): name for name in reversed(names)}
    near = [folded[name] for name in get_close_matches(wanted.lower(), list(folded), 3, 0.75)]
    long = [word for word in words(wanted) if len(word) > 4]
    most = len(words(wanted)) + 1
    sharing = [name for name in names if long and long[-1] in words(name) and len(words(name)) <= most]
    return list(dict.fromkeys([*alike, *near, *sharing]))[:3]


def owner_name(owner: Any) -> str:
    if isinstance(owner, ModuleType):
        return library.dotted(owner)
    return public_name(owner if isinstance(owner, type) else type(owner))


def _of_owner(missing: Missing) -> Iterator[Candidate]:
    for name in library.names_of(missing.owner):
        like = likeness(missing.name, name)
        if like is None:
            continue
        value = _bound(missing.owner, name)
        suits, keywords = _suits(missing, value)
        if suits:
            code = f"{missing.owner_code}.{name}"
            told = f"{owner_name(missing.owner)}.{name}"
            cost = like * 100 + _case(missing.name, name) + (like is Likeness.AXES and _axes(missing, name))
            yield Candidate(code, told, (), like, cost, _is_own(missing.owner, name), keywords)


def _elsewhere(missing: Missing) -> Iterator[Candidate]:
    """The same name in other public modules of the package."""
    if not isinstance(missing.owner, ModuleType):
        return
    for home in library.homes(missing.owner, missing.name):
        suits, keywords = _suits(missing, home.value)
        if suits:
            code, imports = written(missing, home)
            cost = 100 * (home.name != missing.name) + int(10 * home.distance) + _case(missing.name, home.name)
            like = Likeness.SAME if home.name == missing.name else Likeness.FORM
            yield Candidate(code, home.dotted, imports, like, cost, is_own=False, keywords=keywords)


def written(missing: Missing, home: library.Home) -> tuple[str, tuple[str, ...]]:
    """The home's name as the post writes it, in the shortest way, with the imports that this takes."""
    (code,), imports = spelled(missing.stop, [f"⟦{home.dotted}⟧"])
    ways = [] if imports else [code]
    node: cst.BaseExpression | None = missing.node.value
    while node is not None:
        text = missing.tree.module.code_for_node(node)
        if live.value_of(missing.stop, text) is home.anchor:
            ways.append(f"{text}.{home.path}")
        node = node.value if isinstance(node, cst.Attribute) else None
    return (min(ways, key=len), ()) if ways else (code, tuple(imports))


def _bound(owner: Any, name: str) -> Any:
    """As it is called: a method without its first parameter."""
    value = library.attribute(owner, name)
    if isinstance(owner, ModuleType) or isinstance(value, property) or not callable(value):
        return value
    return getattr(owner, name)


def _suits(missing: Missing, value: Any) -> tuple[bool, Keywords | None]:
    """Whether it can stand there, and the keywords that it has other names for."""
    if value is live.MISSING or (isinstance(value, type) and issubclass(value, BaseException)):
        return False, None
    suits = fits(missing, value)
    if missing.call is None or not callable(value):
        return suits, None
    # As if all of them were refused: a callable that hands its keywords on tells of none.
    written = " ".join(f"'{argument.keyword.value}'" for argument in missing.call.args if argument.keyword)
    keywords = keywords_of(missing.tree, missing.call, value, written)
    if keywords is None or keywords.refused:
        return suits, None
    names = {one.keyword: one.parameter for one in keywords.renamed}
    return can_be_called(missing.stop, missing.tree, missing.call, value, names), keywords


def _case(wanted: str, name: str) -> int:
    """Who writes a capital means a class."""
    return int(wanted[:1].isupper() != name[:1].isupper())


def _axes(missing: Missing, name: str) -> int:
    """What is for data of as many axes as another layer of the post comes first."""
    return 10 * (re.search(rf"[a-z]{name[-2]}[dD]\b", "\n".join(missing.stop.sources)) is None)


def _is_own(owner: Any, name: str) -> bool:
    if isinstance(owner, ModuleType):
        return False
    kind = owner if isinstance(owner, type) else type(owner)
    definer = next((cls for cls in kind.__mro__ if name in vars(cls)), kind)
    return definer.__module__ == "__main__"
