"""What readers see above the content of an admonition or a directive."""

from __future__ import annotations

import re
from typing import NamedTuple

from dlexamples.formats.containers.directives import tab_title

ROW = re.compile(r'(?:!!!|\?\?\?\+?) ?(?P<type>[\w-]*)(?: +[\w-]+)*(?: *"(?P<title>[^\n]*)")?')
NAMED = re.compile(r"\s*\{(?P<name>[\w:-]+)\}\s*(?P<title>.*)")
"""MyST's: `{note} Title`."""
ATTRIBUTES = re.compile(r"\s*\{(?P<attributes>.*)\}\s*$")
"""Pandoc's and Quarto's: `{.callout-note title="Title"}`."""
PLAIN = re.compile(r"\s*(?P<name>[\w-]+)(?:\[(?P<label>[^\]]*)\])?\s*(?P<title>.*)")
"""Docusaurus' and VuePress': `note Title`, `note[Title]`."""
CALLOUT = re.compile(r"\.callout-(\w+)|\.(note|tip|warning|caution|important|danger|info)\b")
TITLE = re.compile(r"""title=["'](.*?)["']""")
ADMONITIONS = {
    "admonition", "attention", "caution", "danger", "details", "error", "hint", "important", "info", "note", "seealso",
    "tip", "warning",
}  # fmt: skip


class Box(NamedTuple):
    """The class of an element and its title."""

    kind: str
    title: str


def admonition(row: str) -> str:
    """The title of MkDocs' row, or of the info string of MyST's directive."""
    if found := directive(row) if row.lstrip().startswith("{") else None:
        return found.title
    row_found = ROW.match(row)
    if not row_found:
        return ""
    title = row_found["title"]
    return row_found["type"].capitalize() if title is None else title


def directive(info: str) -> Box | None:
    """The box that a directive of this info string opens; None where it closes one."""
    if not info.strip():
        return None
    if title := tab_title(info):
        return Box("md-tab", title)
    if found := NAMED.match(info):
        return _box(found["name"], found["title"])
    if found := ATTRIBUTES.match(info):
        callout = CALLOUT.search(found["attributes"])
        title_found = TITLE.search(found["attributes"])
        name = next(filter(None, callout.groups()), "") if callout else ""
        return _box(name, title_found[1] if title_found else "")
    if found := PLAIN.match(info):
        return _box(found["name"], found["label"] or found["title"])
    return Box("", "")


def _box(name: str, title: str) -> Box:
    if name.lower() not in ADMONITIONS:
        return Box("", "")
    return Box("md-box", title.strip() or name.capitalize())
