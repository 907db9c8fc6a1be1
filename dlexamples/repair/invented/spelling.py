"""How near two names are: pure spelling, no library is asked.

Nearer than a typing error are the ways in which people write the same name: case, underscores, singular and plural,
British and American. Names of opposite meaning are often one letter apart (`argmax` and `argmin`, `sqrt` and `rsqrt`),
so what is a typing error is told narrowly, and what remains of it is a guess.
"""

from __future__ import annotations

import re
import sys
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
BRITISH = (
    (re.compile(r"is(e|ed|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"^(colo|behavio|neighbo|favo)u(r.*)$"), r"\1\2"),
    (re.compile(r"^grey(.*)$"), r"gray\1"),
    (re.compile(r"^(cent|met|fib)re(.*)$"), r"\1er\2"),
)
SHORTEST = 5
"""Letters of the longer of two names of which one may be a typing error of the other."""


class Likeness(IntEnum):
    """How two names are alike, nearest first."""

    SAME = 0
    FORM = 1
    """Other case, underscores, number or orthography."""
    WORDS = 2
    """The same words in another order or length, with a word for the kind of thing more or less."""
    AXES = 3
    """The name without how many axes it is for: `BatchNorm` and `BatchNorm2d`."""
    TYPO = 4
    """One letter more, less or other, or two in the other order."""


def likeness(wanted: str, name: str) -> Likeness | None:
    """None where they are not alike. Digits always count, and so does a trailing underscore, torch's "in place"."""
    if wanted == name:
        return Likeness.SAME
    if wanted.endswith("_") != name.endswith("_"):
        return None
    if normal(wanted) == normal(name):
        return Likeness.FORM
    if re.fullmatch(rf"{re.escape(normal(wanted))}[1-3]d", normal(name)):
        return Likeness.AXES
    if re.findall(r"\d+", wanted) != re.findall(r"\d+", name):
        return None
    if _same_words(words(wanted), words(name)):
        return Likeness.WORDS
    return Likeness.TYPO if _is_typing_error(wanted, name) else None


def words(name: str) -> list[str]:
    """`BCEWithLogitsLoss` is `bce`, `with`, `logit`, `loss`."""
    return [_plain(word.lower()) for word in WORDS.findall(name)]


@cache
def normal(name: str) -> str:
    return "".join(words(name))


def is_blank(name: str) -> bool:
    """Whether it stands for a thing of the reader's own: `YourLoss`."""
    return any(word.lower() in table()["blanks"] for word in WORDS.findall(name))


def _plain(word: str) -> str:
    """In the singular, in American orthography."""
    for pattern, plain in BRITISH:
        word = pattern.sub(plain, word)
    if word.endswith(("sses", "xes", "ches", "shes")) and word not in ("axes", "caches"):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _same_words(wanted: list[str], name: list[str]) -> bool:
    ours, theirs = _core(wanted), _core(name)
    if not ours or not theirs:
        return False
    for first, second in ((ours, theirs), (ours, _contracted(theirs, ours)), (_contracted(ours, theirs), theirs)):
        if sorted(first) == sorted(second) or "".join(first) == "".join(second):
            return True
    return False


def _core(found: list[str]) -> list[str]:
    """The words that say which thing it is, each in its shortest form."""
    words = table()
    found = found[1:] if len(found) > 1 and found[0] in words["verbs"] else found
    return [_short(word) for word in found if word not in words["kinds"]]


def _short(word: str) -> str:
    stem = word.removesuffix("ing")
    if stem != word and len(stem) > 3:
        word = stem[:-1] if stem[-1] == stem[-2] else stem
    return next((row[0] for row in table()["same"] if word in row), word)


def _contracted(found: list[str], others: list[str]) -> list[str]:
    """The words with those written as initials whose initials are a word of the others: `binary cross entropy` as
    `bce`."""
    for word in others:
        length = len(word)
        is_initials = length > 2 or word in table()["initials"]
        for start in range(len(found) - length + 1 if is_initials else 0):
            if "".join(part[0] for part in found[start : start + length]) == word:
                return [*found[:start], word, *found[start + length :]]
    return found


def _is_typing_error(wanted: str, name: str) -> bool:
    """One slip in a word that is long enough to tell it by the rest; people get the first letter right."""
    first, second = ([word.lower() for word in WORDS.findall(each)] for each in (wanted, name))
    ours, theirs = "".join(first), "".join(second)
    if max(len(ours), len(theirs)) < SHORTEST or ours[:1] != theirs[:1] or not _is_one_slip(ours, theirs):
        return False
    if len(first) != len(second):
        return True
    differing = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    return all(max(map(len, pair)) >= SHORTEST for pair in differing)


def _is_one_slip(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    same = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
    rest, longer = one[same:], other[same:]
    if len(one) == len(other):
        swapped = len(rest) > 1 and rest[0] == longer[1] and rest[1] == longer[0] and rest[2:] == longer[2:]
        return swapped or rest[1:] == longer[1:]
    return rest == longer[1:]


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(files("dlexamples.repair").joinpath("invented/words.toml").read_text("utf-8"))
