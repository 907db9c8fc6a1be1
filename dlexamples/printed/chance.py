"""Whether output differs from the post's by chance: told by a second run with another seed."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def differs_by_chance(shown: str, got: str, again: str) -> bool:
    """Whether `shown` is what one more run might print: the text of both runs, with other numbers only where the two
    runs have other numbers themselves."""
    (text, numbers), (got_text, drawn), (again_text, redrawn) = map(_split, (shown, got, again))
    if not text == got_text == again_text or drawn == redrawn:
        return False
    return all(one == two or two != three for one, two, three in zip(numbers, drawn, redrawn, strict=True))


def _split(text: str) -> tuple[str, tuple[float, ...]]:
    """The text without its numbers and blanks, and the numbers."""
    bare = re.sub(r"\s+", "", _NUMBER.sub(" # ", text))
    return bare, tuple(float(number) for number in _NUMBER.findall(text))
