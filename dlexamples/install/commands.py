"""The commands with which a post tells its reader to install packages, word by word.

Read are the lines of fences that start with the command, prompts and magics before it left aside, and code spans in
prose. A comment (`# pip install einops if you lack it`) is prose that only looks like a command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Document

_PIP = r"\s*(?:[$>%!]\s*)*(?:sudo\s+)?(?:\S+\s+-m\s+|uv\s+)?pip3?\s+install\s+"
_COMMAND = re.compile(rf"(?:^|&&|;){_PIP}(?=(?P<words>.*))")
_SPAN = re.compile(rf"(?:`+|<code>){_PIP}(?P<words>.+?)(?:`|</code>)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WORD = re.compile(r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'`;|&#]+))""")
_ENDS = re.compile(r"\d?>|<")
"""A redirection, or the HTML tag that ends the code."""
_INDEX = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--index", "--default-index"}
_SOURCE = {"-r", "--requirement", "-e", "--editable"}
_TAKES_VALUE = {
    *("-c", "--constraint", "-t", "--target", "--prefix", "--root", "--trusted-host", "--proxy", "--timeout"),
    *("--retries", "--cache-dir", "--log", "--progress-bar", "--upgrade-strategy", "--no-binary", "--only-binary"),
    *("--platform", "--python-version", "--implementation", "--abi", "--config-settings", "--global-option"),
    *("--use-feature", "--torch-backend", "--python", "-p"),
}


class Command(NamedTuple):
    """One `pip install` of a post."""

    line: int
    """The document's, from 1."""
    requirements: tuple[Requirement, ...]
    elsewhere: tuple[str, ...]
    """What is not a name on an index: `-r requirements.txt`, `-e .`, a path, a URL, a repository."""
    own_index: str
    """The index of the post's own, as the option is written; empty for the reader's usual one."""


def commands(document: Document) -> tuple[Command, ...]:
    """In the document's order."""
    found = [_command(line, match["words"]) for line, text in _fenced(document) for match in _COMMAND.finditer(text)]
    found += [_command(line, match["words"]) for line, text in _prose(document) for match in _SPAN.finditer(text)]
    return tuple(sorted(found, key=lambda command: command.line))


def _fenced(document: Document) -> Iterator[tuple[int, str]]:
    """The lines of blocks, each with the document's number; continued ones are one, at the first one's."""
    for block in document.blocks:
        begun: list[str] = []
        for number, row in enumerate(block.published.split("\n"), block.first_line):
            begun.append(row.removesuffix("\\"))
            if not row.endswith("\\"):
                yield number - len(begun) + 1, " ".join(begun)
                begun.clear()


def _prose(document: Document) -> Iterator[tuple[int, str]]:
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), document.view or document.text)
    inside = {line for block in document.blocks for line in range(block.line, block.end_line + 1)}
    for number, row in enumerate(text.split("\n"), 1):
        if number not in inside and "install" in row:
            yield number, row


def _command(line: int, text: str) -> Command:
    requirements: list[Requirement] = []
    elsewhere: list[str] = []
    index = ""
    words = _words(text)
    for word in words:
        option, _, value = word.partition("=")
        if option in _INDEX:
            index = index or f"{option} {value or next(words, '')}"
        elif option in _SOURCE:
            elsewhere.append(f"{option} {value or next(words, '')}")
        elif word in _TAKES_VALUE:
            next(words, None)
        elif word.startswith("-"):
            continue
        elif _is_a_place(word):
            elsewhere.append(word)
        elif requirement := _requirement(word):
            requirements.append(requirement)
    return Command(line, tuple(requirements), tuple(elsewhere), index)


def _words(text: str) -> Iterator[str]:
    """As a shell would take them, but that `x>=1` is one word without quotes, too."""
    at = 0
    while match := _WORD.match(text, at):
        at = match.end()
        word = match[match.lastgroup or 0]
        if match.lastgroup == "bare" and not _requirement(word):
            if _ENDS.match(word):
                return
            word = word.partition("<")[0] if "://" not in word else word
        if word:
            yield word


def _is_a_place(word: str) -> bool:
    return "/" in word or word.startswith(".") or word.endswith((".whl", ".zip", ".tar.gz"))


def _requirement(word: str) -> Requirement | None:
    """None for what is none (`{package}`, `...`) and for what says where the package lies."""
    try:
        requirement = Requirement(word)
    except InvalidRequirement:
        return None
    return None if requirement.url else requirement
