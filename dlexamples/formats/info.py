"""What stands behind a fence's marker, in every dialect: a language, attributes, classes, flags.

CommonMark gives an info string no meaning beyond its first word. What the others write into it:

- Pandoc, and d2l with it: `{#id .python .input key="v"}` (https://pandoc.org/MANUAL.html#extension-fenced_code_attributes)
- Quarto and knitr: `{python}`, `{python setup, include=FALSE}` (https://yihui.org/knitr/options/)
- MyST: `{code-cell} ipython3` (https://mystmd.org/guide/directives)
- MkDocs, Docusaurus, jupytext: `python title="x.py" {1,3-5} tags=["hide"]`
- HackMD: `python=12`, the number of the first line
- rustdoc, pytest-markdown-docs: `python,ignore`, `python notest fixture:x`
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Info:
    """An info string that was read. Nothing is lower-cased but `language` and `directive`."""

    words: tuple[str, ...] = ()
    """What has no value, in order as written, the language and the classes (without dots) among them."""
    language: str = ""
    """Lower-case, without `lang-`; what the directive means when it says no other."""
    directive: str = ""
    """`code-cell` of `{code-cell} ipython3`."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """`key=value`, without quotes; a value in brackets keeps them: `["hide"]`. The last of a key counts."""
    classes: tuple[str, ...] = ()
    """`.python .input`, without dots."""
    flags: frozenset[str] = frozenset()
    """The words beside the language: `notest`, `fixture:x`, `out`, `input`."""
    label: str = ""
    """The chunk's name in Quarto and knitr, which is no flag: `setup` of `{python setup, include=FALSE}`."""
    identifier: str = ""
    """`id` of `{#id .python}`."""


DIRECTIVES = {
    "code": "",
    "code-block": "",
    "code-cell": "",
    "sourcecode": "",
    "doctest": "pycon",
    "ipython": "ipython",
    "jupyter-execute": "python",
    "plot": "python",
    "testcleanup": "python",
    "testcode": "python",
    "testoutput": "text",
    "testsetup": "python",
}
"""Directives of MyST and Sphinx that hold code, and the language that they mean; empty when it is their argument."""
LOOKS = {"cell", "line-numbers", "linenos", "linenums", "number-lines", "numberlines", "sourcecode"}
"""Classes that may stand before the language: `{.numberLines .python}`."""
LONGEST = 2000
"""Characters that are read: the pattern below takes quadratic time on a page of dots or brackets."""
HEAD = re.compile(r"\s*(?P<language>[\w][^\s,:{}\[\]=]*)(?=[\s,:{\[]|$)|\s*(?P<numbered>py\w*)=(\d*|\+)(?=\s|$)", re.I)
"""A language in front: `python`, `python:title=x`, `python{1,3}`, and HackMD's `python=12`."""
TOKEN = re.compile(
    r"(?P<lines>\{[\d\s,*|-]*\}|\[[^\]]*\])"
    r"|\.?(?P<key>[\w.-]+)\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|[^\s,}]*)"
    r"|\{(?P<name>[\w-]+)\}"
    r"|\#(?P<identifier>[^\s,{}]+)"
    r"|\.(?P<class>\w[^\s,{}=]*)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')"
    r"|(?P<word>\w[^\s,{}=\[\]]*)"
    r"|[^\s,:{}\[\]]+|."
)


@lru_cache(maxsize=1024)
def parse_info(info: str) -> Info:
    """The info string `info`, as the format gives it: unescaped, without the fence's marker. Any text can be read."""
    info = info[:LONGEST]
    head = HEAD.match(info)
    tokens = list(TOKEN.finditer(info, head.end() if head else 0))
    words = [head["language"] or head["numbered"]] if head else []
    directive = _directive(head, tokens)
    attributes: dict[str, str] = {}
    classes: list[str] = []
    for token in tokens:
        match token.lastgroup:
            case "value":
                attributes[token["key"]] = _unquoted(token["value"])
            case "class":
                classes.append(token["class"])
                words.append(token["class"])
            case "name" | "word":
                words.append(token["name"] or token["word"])
    label = _label(info, tokens)
    if label:
        words.remove(label)
    said = words[1:] if directive else words
    meant = DIRECTIVES.get(directive) or next((word for word in said if word.lower() not in LOOKS), "")
    return Info(
        words=tuple(words),
        language=re.sub(r"^lang(uage)?-", "", meant.lower()),
        directive=directive,
        attributes=attributes,
        classes=tuple(classes),
        flags=frozenset(said) - {meant},
        label=label,
        identifier=next((token["identifier"] for token in tokens if token["identifier"]), ""),
    )


def _directive(head: re.Match[str] | None, tokens: list[re.Match[str]]) -> str:
    """The name of the directive that the info string begins with, when that holds code."""
    if head or not tokens or not tokens[0]["name"]:
        return ""
    name = tokens[0]["name"].lower()
    return name if name in DIRECTIVES else ""


def _label(info: str, tokens: Sequence[re.Match[str]]) -> str:
    """The second word in braces behind a language."""
    said = [token for token in tokens if token.lastgroup]
    if not info.lstrip().startswith("{") or [token.lastgroup for token in said[:2]] != ["word", "word"]:
        return ""
    first, second = said[:2]
    is_inside = "}" not in info[first.end() : second.start()]
    return second["word"] if is_inside and second["word"] != first["word"] else ""


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
