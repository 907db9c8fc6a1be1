"""Quarto and R Markdown: `#| eval: false`, `#| error: true`, `{python, eval=FALSE}`, `execute: eval: false`.

https://quarto.org/docs/computations/execution-options.html; the document's `execute` options are for the fences that
Quarto runs, `{python}`, and a fence's own options override them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_code
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.markers.peers import Code

PEER = "quarto"
FALSE = {"false", "f", "no", "off"}
TRUE = {"true", "t", "yes", "on"}


@in_code(PEER)
def code(code: Code) -> Iterator[Ask | Problem]:
    if not code.block.info.startswith(("{python", "{ipython")):
        return
    for key, marks in [("eval", Marks(skip=f"{PEER}: eval: false")), ("error", Marks(raises="Exception"))]:
        own = code.options.get(key, code.info.attributes.get(key))
        if own is None and key == "eval":
            own = code.front_matter.get("execute.eval")
        if own is None:
            continue
        asked = own.strip().lower() in (FALSE if key == "eval" else TRUE)
        yield Ask(f"{key}: {own}", marks if asked else Marks())
