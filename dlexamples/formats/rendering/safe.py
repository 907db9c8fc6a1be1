"""HTML that may be shown: what a post's author wrote can style nothing, run nothing and ask nobody for anything."""

from __future__ import annotations

import re
from functools import partial
from html import escape, unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nh3

from dlexamples.formats.rendering.images import embedded

if TYPE_CHECKING:
    from pathlib import Path

LANDMARKS = {"article", "aside", "footer", "header", "hgroup", "nav"}
"""The page has its own."""
MATHML = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
    "munderover",
}  # fmt: skip
TAGS = (nh3.ALLOWED_TAGS - LANDMARKS - {"area", "map"}) | MATHML
ALIGNED = {"align"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "dir"},
    "a": {"href", "name", "title"},
    "abbr": {"title"},
    "col": {"span"},
    "details": {"open"},
    "div": ALIGNED,
    "img": {"alt", "height", "src", "title", "width"},
    "math": {"display"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mo": {"fence", "form", "separator", "stretchy"},
    "mover": {"accent"},
    "mspace": {"width"},
    "mtable": {"columnspacing", "displaystyle"},
    "mtd": {"columnalign"},
    "munder": {"accentunder"},
    "ol": {"start", "type"},
    "p": ALIGNED,
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    **{f"h{level}": ALIGNED for level in range(1, 7)},
}
CLASSES = {"div": {"md-box", "md-math", "md-tab"}, "p": {"md-title"}, "span": {"md-math"}, "a": {"md-note"}}
"""Those that `markdown.py` writes. A post that writes them, too, only looks like what it could have written anyway."""
SCHEMES = {"data", "http", "https", "mailto"}
ELEMENT = re.compile(r'<(?P<name>/?[a-z][a-z0-9]*)(?P<attributes>(?: [a-z]+="[^"]*")*)>')
"""A tag as nh3 writes it. Tags are gone through from the first on, so that what stands in a value is none."""
ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')


def safe(html: str, folder: Path, prefix: str) -> str:
    """The HTML of a post in `folder`, every element closed, its anchors and the links to them under `prefix`."""
    clean = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        attribute_filter=partial(_attribute, prefix),
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
    )
    return ELEMENT.sub(partial(_placed, folder), clean)


def _placed(folder: Path, tag: re.Match[str]) -> str:
    """A tag as it stands on the page. Tables and formulas wider than the window scroll by themselves, also with the
    keys."""
    match tag["name"]:
        case "div" if 'class="md-math"' in tag["attributes"]:
            return f'<div tabindex="0"{tag["attributes"]}>'
        case "img":
            return _image(dict(ATTRIBUTE.findall(tag["attributes"])), folder)
        case "table":
            return f'<div class="md-scroll" tabindex="0">{tag[0]}'
        case "/table":
            return f"{tag[0]}</div>"
    return tag[0]


def _attribute(prefix: str, tag: str, name: str, value: str) -> str | None:
    if name in {"id", "name"}:
        return prefix + value
    if (tag, name) != ("a", "href"):
        return value
    if value.startswith("#"):
        return f"#{prefix}{value[1:]}"
    return None if value.strip().lower().startswith("data:") else value


def _image(attributes: dict[str, str], folder: Path) -> str:
    """The image itself where it can be shown; else what it would show, and where it lies."""
    source, alt = (unescape(attributes.get(name, "")) for name in ("src", "alt"))
    size = "".join(
        f' {name}="{value}"' for name in ("width", "height") if (value := attributes.get(name, "")).isdigit()
    )
    if data := embedded(source, folder):
        return f'<img alt="{escape(alt)}" src="{data}"{size}>'
    source = "an image in the text" if source.startswith("data:") else source
    is_remote = bool(urlsplit(source.replace("[", "")).netloc)
    # A reader of a badge sees its words; where it comes from is long.
    told = f"<i>{escape(alt.strip())}</i>" if alt.strip() else ""
    where = "" if told and is_remote else f"<code>{escape(source)}</code>"
    return f'<span class="md-image" title="{escape(source)}">{" ".join(filter(None, (told, where)))}</span>'
