"""What a post says to install."""

from __future__ import annotations

import re

_INSTALL = re.compile(r"\bpip3?\s+install\s+([^`\n;|&#<]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w,.-]+\])?")
_TAKES_VALUE = {"-r", "-c", "-e", "-f", "-i", "-t", "--requirement", "--find-links", "--index-url", "--extra-index-url"}


def installs(text: str) -> tuple[str, ...]:
    """The packages that a post says to install, as it writes them, without versions: in a fence or in its prose,
    not in a comment that no reader sees."""
    found: list[str] = []
    for match in _INSTALL.finditer(_COMMENT.sub("", text)):
        words = iter(match[1].split())
        for word in words:
            if word in _TAKES_VALUE:
                next(words, None)
            elif word.startswith("git+"):
                found.append(word)
            elif requirement := _REQUIREMENT.match(word.strip("\"'")):
                found.append(requirement[0])
    return tuple(dict.fromkeys(found))
