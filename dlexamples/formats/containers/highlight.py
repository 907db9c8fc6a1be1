"""Jekyll's `{% highlight python %}` and Hugo's `{{< highlight python >}}`: code up to the closing tag.

https://jekyllrb.com/docs/liquid/tags and https://gohugo.io/shortcodes/highlight. Both programs look for their tags
before Markdown is read, so that blank and indented lines inside mean nothing, and neither does the tag's own indent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.containers import ANYWHERE, closing, line_at

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

RAW = r"(?:\{%-?\s*(?:end)?raw\s*-?%\}\s*)?"
OPENING = re.compile(
    RAW + r"(?:(?P<liquid>\{%-?)|(?P<hugo>\{\{[<%]-?))\s*highlight(?P<info>\s[^\n]*?)-?[%>]\}\}?\s*" + RAW + "$"
)
LIQUID = re.compile(RAW + r"\{%-?\s*endhighlight\s*-?%\}")
HUGO = re.compile(r"\{\{[<%]-?\s*/\s*highlight\s*-?[%>]\}\}")


def highlight(parser: MarkdownIt) -> None:
    parser.block.ruler.before("code", "highlight", tagged_code, ANYWHERE)


def tagged_code(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if state.src[at] != "{":
        return False
    opening = OPENING.match(state.src[at : state.eMarks[start]])
    if not opening:
        return False
    # A tag of another line may also hold the end of the code: `print(x){% endhighlight %}`.
    found = closing(state, LIQUID if opening["liquid"] else HUGO, state.eMarks[start], end)
    if not found:
        return False
    if silent:
        return True
    last = line_at(state, found.start(), start + 1, end)
    begins_row = found.start() <= state.bMarks[last] + state.tShift[last]
    token = state.push("highlight", "code", 0)
    token.info = opening["info"]
    token.markup = found[0]
    token.content = state.getLines(start + 1, last if begins_row else last + 1, state.sCount[start], True)
    token.map = [start, last + 1]
    state.line = last + 1
    return True
