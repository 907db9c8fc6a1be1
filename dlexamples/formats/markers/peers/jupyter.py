"""Cell tags of Jupyter's tools, in a directive's options, in an info string or in a notebook's metadata.

MyST-NB: https://myst-nb.readthedocs.io/en/latest/configuration.html; jupytext: `python tags=["…"] active="md"`,
https://jupytext.readthedocs.io/en/latest/formats-markdown.html; nbmake and nbval use the same tags.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_code
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.markers.peers import Code

PEER = "jupyter"
SKIPS = {"skip-execution", "nbval-skip"}
RAISES = {"raises-exception", "nbval-raises-exception"}


@in_code(PEER)
def code(code: Code) -> Iterator[Ask | Problem]:
    for tag in _tags(code):
        if tag in SKIPS:
            yield Ask(tag, Marks(skip=f"{PEER}: {tag}"))
        elif tag in RAISES:
            yield Ask(tag, Marks(raises="Exception"))
    active = code.info.attributes.get("active")
    if active is not None:
        # A cell that is active in Markdown alone is text to Jupyter.
        runs = re.search(r"\b(ipynb|py)\b", active)
        text = f'active="{active}"'
        yield Ask(text, Marks() if runs else Marks(skip=f"jupytext: {text}"))
    if "noeval" in code.info.flags:
        yield Ask(".noeval", Marks(skip="jupytext: .noeval"))


def _tags(code: Code) -> list[str]:
    named = code.options.get("tags", "") if "tags" in code.block.published else ""
    return re.findall(r"[\w.-]+", f"{named} {code.info.attributes.get('tags', '')}")
