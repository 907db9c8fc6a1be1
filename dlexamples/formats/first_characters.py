"""markdown-it's block parser, made to ask only the rules that a line's first character allows.

Asking every rule at every line is most of its time, and a post of many megabytes is mostly prose and lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import Ruler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

    Rule = Callable[[StateBlock, int, int, bool], bool]

FIRST = {
    "blockquote": ">",
    "colon_fence": ":",
    "directive": ":",
    "fence": "`~",
    "heading": "#",
    "highlight": "{",
    "hr": "*-_",
    "html_block": "<",
    "jsx_comment": "{",
    "list": "*+-0123456789",
    "mkdocs": "!?=[:",
    "myst_line_comment": "%",
    "reference": "[",
}
"""What a rule begins with. Rules that are not named can begin with anything."""
CHARACTERS = frozenset("".join(FIRST.values()))
OTHER = "a"
"""A character that no rule names."""


def by_first_character(parser: MarkdownIt) -> None:
    """To be used when the parser has all its rules."""
    parser.block = _Blocks(parser.block.ruler)


class _Rules(Ruler["Rule"]):
    """Where a rule asks which others interrupt it, it is given one that asks those."""

    def __init__(self, rules: Ruler[Rule]) -> None:
        super().__init__()
        self.__rules__ = rules.__rules__
        self._chains: dict[str, list[Rule]] = {}

    def getRules(self, chainName: str = "") -> list[Rule]:  # noqa: N802, N803 - markdown-it's name
        if chainName not in self._chains:
            self._chains[chainName] = [_any_of(self.allowed(chainName))]
        return self._chains[chainName]

    def allowed(self, chain: str) -> dict[str, Sequence[Rule]]:
        """The rules of a chain by the first character."""
        rules = [(rule.fn, FIRST.get(rule.name)) for rule in self.__rules__ if rule.enabled]
        own = {id(fn) for fn in super().getRules(chain)}
        return {
            first: tuple(fn for fn, firsts in rules if id(fn) in own and (firsts is None or first in firsts))
            for first in (*CHARACTERS, OTHER)
        }


def _any_of(allowed: dict[str, Sequence[Rule]]) -> Rule:
    others = allowed[OTHER]

    def interrupts(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        first = state.src[state.bMarks[line] + state.tShift[line]]
        return any(rule(state, line, end, silent) for rule in allowed.get(first, others))

    return interrupts


class _Blocks(ParserBlock):
    def __init__(self, rules: Ruler[Rule]) -> None:
        self.ruler = _Rules(rules)
        self._allowed = self.ruler.allowed("")
        self._all = rules.getRules("")

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - markdown-it's names
        """As the method that it takes the place of; whether a list is tight only matters where it is rendered."""
        state.tight = False
        others, nesting = self._allowed[OTHER], state.md.options.maxNesting
        line = startLine
        while (line := state.skipEmptyLines(line)) < endLine and state.sCount[line] >= state.blkIndent:
            if state.level >= nesting:
                line = endLine
                break
            state.line = line
            first = state.src[state.bMarks[line] + state.tShift[line]]
            rules = self._all if state.is_code_block(line) else self._allowed.get(first, others)
            # No generator: each level of nesting would cost two frames more.
            for rule in rules:
                if rule(state, line, endLine, False):
                    break
            line = state.line
        state.line = min(line, endLine)
