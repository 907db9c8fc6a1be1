"""TeX between dollars as MathML, which browsers set without a script."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

LONGEST = 4000
"""Characters of a formula that is read; nesting costs a call each."""
NOT_READ = re.compile(r"<mi>(?:\\|&(?:amp;)?</mi>)|linebreak=")
"""A command or an alignment that the converter does not know comes out as it went in; lines that it breaks, no browser
breaks."""
ALIGNED = re.compile(
    r"\\(?P<part>begin|end)\{(?P<name>aligned|align(?:ed)?at\*?|eqnarray\*?|gather(?:ed|\*)?|multline\*?)\}"
)
OPTIONS = re.compile(r"\s*(?:\[[tbc]\]|\{\d+\})")
KNOWN = {"eqnarray": ("array", "{rcl}"), "gather": ("matrix", ""), "multline": ("matrix", "")}
"""What the converter knows in the place of an environment; `align*` in that of all others."""
OPERATOR = re.compile(r"<mo>(?P<inside><mrow>(?:(?!</?mo\b).|<mo\b[^>]*>[^<]*</mo>)*</mrow>)</mo>")
"""To HTML's parser what stands in a `<mo>` is text, not MathML."""


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
        found = str(convert(_known(tex), display="block" if display else "inline"))
    except Exception:  # What is no TeX fails in any way: with the converter's errors, at an index, in depth.
        return ""
    return "" if NOT_READ.search(found) else _without_nested_operators(found)


def _without_nested_operators(mathml: str) -> str:
    """From the innermost out."""
    while (found := OPERATOR.sub(r"\g<inside>", mathml)) != mathml:
        mathml = found
    return mathml


def _known(tex: str) -> str:
    """The formula with environments that the converter knows."""
    parts: list[str] = []
    at = 0
    for found in ALIGNED.finditer(tex):
        name, columns = KNOWN.get(re.sub(r"ed$|\*$", "", found["name"]), ("align*", ""))
        is_start = found["part"] == "begin"
        parts += [tex[at : found.start()], f"\\{found['part']}{{{name}}}{columns if is_start else ''}"]
        options = OPTIONS.match(tex, found.end()) if is_start and name == "align*" else None
        at = options.end() if options else found.end()
    return "".join((*parts, tex[at:]))
