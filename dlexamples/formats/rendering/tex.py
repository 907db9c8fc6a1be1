"""TeX between dollars as MathML, which browsers set without a script."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

LONGEST = 4000
"""Characters of a formula that is read; nesting costs a call each."""
NOT_READ = re.compile(r"<mi>(?:\\|&amp;)")
"""A command or an alignment that the converter does not know comes out as it went in."""


@lru_cache(maxsize=1024)
def formula(tex: str, display: bool) -> str:
    """The HTML of a formula; the TeX itself where it cannot be read."""
    tag = "div" if display else "span"
    return f'<{tag} class="md-math">{_mathml(tex, display) or escape(tex)}</{tag}>'


def _mathml(tex: str, display: bool) -> str:
    from latex2mathml.converter import convert

    if len(tex) > LONGEST:
        return ""
    try:
        found = str(convert(tex, display="block" if display else "inline"))
    except Exception:  # What is no TeX fails in any way: with the converter's errors, at an index, in depth.
        return ""
    return "" if NOT_READ.search(found) else found
