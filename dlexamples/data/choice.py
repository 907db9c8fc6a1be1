"""Which data set a missing name speaks of, and which other missing names come from the same one."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.data.consumers import forms
from dlexamples.data.forms import EVERY
from dlexamples.data.names import Said, said
from dlexamples.data.refusal import CannotTell, NothingSaysWhich
from dlexamples.data.slots import slot
from dlexamples.data.table import CATALOGUE, DataSet
from dlexamples.data.unserved import UNUSED

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

BY_FAR = 3
"""Times as often as the next."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A data set for some names."""

    dataset: DataSet
    names: tuple[str, ...]
    """Those that are missing, the one that stopped the session first."""
    why: str
    by_name: bool
    """False when only the text around the name speaks of the data set."""
    by_prose: bool = False
    """Only the post's prose, or a block that is apart, speaks of it: another may be meant."""


def subjects() -> frozenset[str]:
    """Every word that names a data set of the catalogue."""
    return frozenset(word for dataset in CATALOGUE.items().values() for word in dataset.words)


def choose(name: str, spoken: Said, scene: Scene) -> Choice:
    """The data set for `name`, which says `spoken`. Raises CannotTell."""
    _refuse_misspelling(name, spoken, scene)
    if spoken.words:
        dataset = _of_words(spoken.words)
        return Choice(dataset, _with_partners(name, dataset, scene), "the name", by_name=True)
    for partner in _beside(name, scene):
        words = _words(partner)
        if words:
            dataset = _of_words(words)
            return Choice(dataset, _with_partners(name, dataset, scene), f"`{partner}` beside it", by_name=True)
    spoken_of = _spoken_of(scene)
    by_prose, where = spoken_of is None, "text around it" if spoken_of else "post"
    dataset = spoken_of or _in_prose(scene)
    if forms(name, scene) == EVERY:
        raise CannotTell(UNUSED)
    return Choice(dataset, plain_names(name, scene), f"the {where} speaks of {dataset.title}", False, by_prose)


def meant(scene: Scene) -> DataSet:
    """The data set that the missing names speak of, or else the text. Raises CannotTell."""
    words = frozenset().union(*map(_words, scene.free))
    return _of_words(words) if words else _spoken_of(scene) or _in_prose(scene)


def plain_names(name: str, scene: Scene) -> tuple[str, ...]:
    """`name`, and the other missing names of data that speak of no data set."""
    plain = [
        other
        for other in scene.free
        if _is_plain(other) and (forms(other, scene) != EVERY or slot(other, scene) is not None)
    ]
    return (name, *(other for other in plain if other != name))


def _of_words(words: frozenset[str]) -> DataSet:
    found = [dataset for dataset in CATALOGUE.items().values() if words <= dataset.words]
    # `mnist` alone is MNIST, and no Fashion-MNIST.
    fewest = min((len(dataset.words - words) for dataset in found), default=0)
    closest = [dataset for dataset in found if len(dataset.words - words) == fewest]
    if len(closest) != 1:
        raise CannotTell(f"its name speaks of {' and '.join(sorted(words))} at once")
    return closest[0]


def _spoken_of(scene: Scene) -> DataSet | None:
    """The one data set of which the failing block speaks, in comments, strings or names; else the session."""
    block = scene.stop.published[scene.stop.statement.block]
    for text in (block, "\n".join(scene.stop.published)):
        found = [dataset for dataset in CATALOGUE.items().values() if dataset.spoken.search(text)]
        if len(found) == 1:
            return found[0]
        if found:
            shown = " and ".join(dataset.title for dataset in found)
            raise CannotTell(f"the post speaks of {shown}; the name does not say which is meant")
    return None


def _in_prose(scene: Scene) -> DataSet:
    """The data set of which the post speaks anywhere: the only one, or by far the most spoken of."""
    text = scene.stop.post.text
    counts = {dataset.name: len(dataset.spoken.findall(text)) for dataset in CATALOGUE.items().values()}
    first, second, *_ = sorted(counts, key=lambda name: -counts[name])
    if counts[first] < 1 or counts[first] < BY_FAR * counts[second]:
        raise NothingSaysWhich(
            "nothing in the code says which data set it stands for; a comment that names it would do"
        )
    return CATALOGUE.items()[first]


def _with_partners(name: str, dataset: DataSet, scene: Scene) -> tuple[str, ...]:
    """`name`, the missing names that speak of the same data set, and the plain ones used beside these."""
    others = [other for other in scene.free if other != name]
    named = [other for other in others if (words := _words(other)) and _of_words(words) is dataset]
    beside = [other for member in (name, *named) for other in _beside(member, scene) if _is_plain(other)]
    return tuple(dict.fromkeys((name, *named, *beside)))


def _beside(name: str, scene: Scene) -> list[str]:
    """Missing names of data that are read by the same call or loop as `name`."""
    found: list[str] = []
    for node in scene.reads(name):
        around = next((up for up in scene.ancestors(node) if isinstance(up, ast.Call | ast.stmt)), None)
        read = [n.id for n in ast.walk(around) if isinstance(n, ast.Name)] if around else []
        found += [other for other in read if other != name and other in scene.free and said(other, subjects())]
    return list(dict.fromkeys(found))


def _words(name: str) -> frozenset[str]:
    spoken = said(name, subjects())
    return spoken.words if spoken else frozenset()


def _is_plain(name: str) -> bool:
    spoken = said(name, subjects())
    return bool(spoken and spoken.plain)


def _refuse_misspelling(name: str, spoken: Said, scene: Scene) -> None:
    """A name of the post's own that says the same, or nearly: the author's data is meant, under another spelling."""
    for other in sorted(scene.bound):
        same = said(other, subjects()) == spoken and bool(spoken.words)
        alike = said(other, subjects()) is None and difflib.SequenceMatcher(None, other, name).ratio() >= 0.85
        if same or alike or other.lower() == name.lower():
            raise CannotTell(f"the post defines `{other}`, which may be what is meant")
