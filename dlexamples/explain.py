"""What a code means: the pages of `codes/`, one a code."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

_PAGES = files("dlexamples") / "codes"
FAMILIES = {
    "DL0": "the document",
    "DL1": "names and data",
    "DL2": "calls that the installed library does not have or take",
    "DL3": "shapes, dtypes and devices",
    "DL4": "runs, but does not train",
    "DL5": "the environment: packages, files, network, hardware",
    "DL9": "limits",
}


@cache
def codes() -> tuple[str, ...]:
    """Every code that has a page, in order."""
    return tuple(sorted(page.name.removesuffix(".md") for page in _PAGES.iterdir() if page.name.endswith(".md")))


def explain(code: str) -> str:
    """The page of `code` in Markdown; of a family (`DL2`, `DL2xx`), and of an empty code, its codes and their titles.

    Raises ValueError, with the nearest codes, when there is none.
    """
    wanted = code.strip().upper()
    family = re.fullmatch(r"(DL\d?|)(?:XX)?", wanted)
    if family and any(known.startswith(family[1]) for known in codes()):
        return listed(family[1])
    if wanted not in codes():
        raise ValueError(_unknown(code, get_close_matches(wanted, codes())))
    return page_of(wanted)


def listed(prefix: str = "") -> str:
    """The codes that begin so, each with its title, by family; a line each."""
    rows: list[str] = []
    for family, about in FAMILIES.items():
        own = [code for code in codes() if code.startswith(family) and code.startswith(prefix)]
        if own:
            rows += ["", f"{family}xx: {about}", "", *(f"    {code}  {title(code)}" for code in own)]
    return "\n".join(rows[1:])


def title(code: str) -> str:
    """What the page's first line says behind the code."""
    return page_of(code).partition("\n")[0].partition(": ")[2]


@cache
def page_of(code: str) -> str:
    """The page without its front matter, which is for the tests."""
    page = (_PAGES / f"{code}.md").read_text(encoding="utf-8")
    if not page.startswith("---\n"):
        return page
    return page.partition("\n---\n")[2].lstrip("\n")


def _unknown(code: str, near: list[str]) -> str:
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"no code {code!r}.{guess} `dlexamples explain` lists all."
