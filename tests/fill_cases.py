"""Posts with missing names, and below each block what it is after they are supplied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filling import Filled

FENCE = re.compile(
    r"^```(python|python holds|python mended|text fills|text refused)\n(.*?)^```\n", re.MULTILINE | re.DOTALL
)
RESULT = re.compile(r"\n```(?:python mended|text fills|text refused)\n.*?^```\n", re.MULTILINE | re.DOTALL)


def blocks(text: str) -> list[str]:
    """The blocks of a case: its fences `python`."""
    return [match[2] for match in FENCE.finditer(text) if match[1] == "python"]


def holds(text: str) -> str:
    """What a case says that holds of what is supplied: its fence `python holds`."""
    return "".join(match[2] for match in FENCE.finditer(text) if match[1] == "python holds")


def with_results(text: str, filled: Filled) -> str:
    """The case with the expected text below each block that changed, and what was supplied at its end."""
    sources = iter(filled.sources)

    def after(match: re.Match[str]) -> str:
        if match[1] != "python":
            return match[0]
        mended = next(sources)
        return match[0] if mended == match[2] else f"{match[0]}\n```python mended\n{mended}```\n"

    supplied = "".join(
        f"{proposal.code} {proposal.applicability.value} {fill.name}: {fill.dataset}, {fill.claim.value}, "
        f"{fill.shape} {fill.dtype}, {fill.why}\n"
        for proposal in filled.proposals
        for fill in proposal.fills
    )
    return f"{FENCE.sub(after, without_results(text))}```text fills\n{supplied}```\n"


def without_results(text: str) -> str:
    return RESULT.sub("", text).rstrip("\n") + "\n\n"
