"""The comments at a block's top that must stay its first lines: nothing is inserted above them.

Their form tells them, so that a comment in prose is none:

* `#!/usr/bin/env python`, `# -*- coding: utf-8 -*-` (PEP 263: they count in the first two lines only)
* `#| echo: false` (Quarto, nbdev), `#@tab pytorch` (d2l), `#@title` (Colab), `# %%` (jupytext)
* `# dlexamples: …` and the markers of other tools: `# doctest: …`, `# runnable: …`, `# doc-builder: …`
* what stands in a source for a line that is no Python: `# %%time`, `# !pip install …`, `# :tags: …`, and MyST's
  options between two lines `# ---`
"""

from __future__ import annotations

import re

DIRECTIVE = re.compile(
    r"""\#(
    [|!]                                                     # without a space, for a shebang too
    | \s*@\w
    | \s*%(%|\w)
    | \s*!\S
    | \s*:[\w.-]+:(\s|$)
    | \s*-{3}\s*$
    | \s*-\*-
    | \s*(file)?(en)?coding[:=]
    | \s*vim?:
    | \s*(dlexamples|x?doctest|byexample|runnable|doc-builder):
    )""",
    re.VERBOSE,
)


def below_directives(rows: list[str]) -> int:
    """The number, from 0, of the first row that something may be inserted above.

    Comments and blank rows above the last directive stay above: they may be the rest of one (a shell command that
    goes on in the next row, a list of options), or its reason.
    """
    below = 0
    goes_on = False
    for number, row in enumerate(rows):
        if not row.strip():
            # Blank rows behind a directive set it apart.
            below += 0 < below == number
            continue
        if not row.startswith("#"):
            break
        if goes_on or DIRECTIVE.match(row):
            below, goes_on = number + 1, row.endswith("\\")
    return below
