"""What a code means: the pages of `codes/`, one a code."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files

_PAGES = files("dlexamples") / "codes"


def codes() -> list[str]:
    """Every code that has a page, in order."""
    return sorted(page.name.removesuffix(".md") for page in _PAGES.iterdir() if page.name.endswith(".md"))


def explain(code: str) -> str:
    """The page of `code` in Markdown. Raises ValueError, with the nearest codes and all of them, when there is none."""
    known = codes()
    wanted = code.strip().upper()
    if wanted not in known:
        raise ValueError(_unknown(code, get_close_matches(wanted, known), known))
    return _without_front_matter((_PAGES / f"{wanted}.md").read_text(encoding="utf-8"))


def _without_front_matter(page: str) -> str:
    if not page.startswith("---\n"):
        return page
    return page.partition("\n---\n")[2].lstrip("\n")


def _unknown(code: str, near: list[str], known: list[str]) -> str:
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"no code {code!r}.{guess} The codes are {', '.join(known)}."
