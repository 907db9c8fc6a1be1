"""Frameworks for which a block is one of several alternatives: tabs that name one, d2l's `%%tab` and `#@tab`.

d2l-en: https://github.com/d2l-ai/d2l-en/blob/master/CONTRIBUTING.md and https://book.d2l.ai/user/code_tabs.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.dialects.draft import Draft

LINE = re.compile(r"(%%tab|#\s*@tab)\s+(?P<names>\w[\w, ]*)")
_NONE: frozenset[str] = frozenset()
MODULES = {
    "pytorch": "torch",
    "torch": "torch",
    "tensorflow": "tensorflow",
    "tf": "tensorflow",
    "keras": "keras",
    "jax": "jax",
    "flax": "jax",
    "mxnet": "mxnet",
    "gluon": "mxnet",
    "paddle": "paddle",
    "paddlepaddle": "paddle",
}
JOINING = {"and", "or", "with", "in", "on", "the", "using", "version", "backend", "code", "example", "implementation"}
JOINING |= {"v", "x", "python", "api"}
"""What may stand in a tab's title beside frameworks and numbers. `NumPy, no JAX needed` names none."""


def frameworks(draft: Draft) -> Draft:
    """What a line in the block says counts before the tabs around it. `all` is no restriction."""
    first = next((i for i, code in enumerate(draft.codes) if code.strip()), None)
    line = LINE.fullmatch(draft.codes[first]) if first is not None else None
    if first is None or line is None:
        return replace(draft, tabs=_around(draft))
    # The directive's line is no Python; the comment's is.
    stand_ins = {first: f"# {draft.codes[first]}"} if line[1] == "%%tab" else {}
    return replace(draft.standing(stand_ins), tabs=frozenset(_modules(line["names"])))


def _around(draft: Draft) -> frozenset[str]:
    """What the innermost tab says that names a framework."""
    titles = (title for title in reversed(draft.fence.tabs) if _names_only(title))
    named = (frozenset(_modules(title)) for title in titles)
    return next((modules for modules in named if modules), _NONE)


def _names_only(title: str) -> bool:
    return all(word in MODULES or word in JOINING for word in _words(title))


def _words(title: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", title.lower())


def _modules(names: str) -> Iterator[str]:
    for word in _words(names):
        if word in MODULES:
            yield MODULES[word]
