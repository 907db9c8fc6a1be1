"""A fence on its way to being a block: what a dialect's step reads and gives back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.info import Info, parse_info
from dlexamples.formats.syntax import parsed, syntax_error
from dlexamples.model import Diagnostic, Flaw, Printed, Span

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection, Mapping, Sequence

    from dlexamples.formats.elements import Fence
    from dlexamples.model import Edit, Fix


class Row(NamedTuple):
    """One line: the document's text before the code, and the code."""

    prefix: str
    code: str
    stands_in: bool = False
    """The code only stands for the published line, which is `prefix`."""

    def after(self, width: int) -> Row:
        """The first `width` characters of the code are no code: a prompt, an indentation."""
        return self if self.stands_in else Row(self.prefix + self.code[:width], self.code[width:])

    def stood_for(self, code: str) -> Row:
        """`code` stands for the whole line."""
        return Row(self.prefix if self.stands_in else self.prefix + self.code, code, stands_in=True)


@dataclass(frozen=True)
class Draft:
    """What is known of a fence so far. A step returns another; nothing is changed in place."""

    fence: Fence
    info: Info
    rows: tuple[Row, ...]
    bound: Collection[str] = ()
    """Names that blocks above bind."""
    document: Sequence[str] = ()
    """The document's rows; empty where no edit can be written in them."""
    language: str = ""
    """Empty as long as nothing says which."""
    why: str = ""
    near_miss: str = ""
    interactive: bool = False
    printed: tuple[Printed, ...] = ()
    tabs: frozenset[str] = frozenset()
    flaws: tuple[Flaw, ...] = field(default=())

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(row.code for row in self.rows)

    @cached_property
    def source(self) -> str:
        return "".join(f"{code}\n" for code in self.codes)

    @cached_property
    def published(self) -> tuple[str, ...]:
        return tuple(published(self.fence))

    @property
    def tree(self) -> ast.Module | None:
        """The source's tree; None when it is no Python."""
        return parsed(self.source)

    @cached_property
    def syntax_error(self) -> str:
        return syntax_error(self.source)

    @property
    def is_broken_python(self) -> bool:
        return self.language == "python" and bool(self.syntax_error)

    def standing(self, stand_ins: Mapping[int, str]) -> Draft:
        """With these codes in place of the rows of these numbers, from 0."""
        if not stand_ins:
            return self
        rows = (row.stood_for(stand_ins[i]) if i in stand_ins else row for i, row in enumerate(self.rows))
        return replace(self, rows=tuple(rows))

    def span(self, first: int, last: int) -> Span:
        """The document's place of the rows `first` to `last`, from 0, as published."""
        column = len(self.fence.prefixes[first]) + 1
        end = len(self.fence.prefixes[last]) + len(self.published[last]) + 1
        return Span(self.fence.first_line + first, column, self.fence.first_line + last, max(end, column + 1))

    def flawed(
        self,
        code: str,
        level: str,
        message: str,
        span: Span,
        edits: tuple[Edit, ...] = (),
        fix: Fix | None = None,
    ) -> Draft:
        return replace(self, flaws=(*self.flaws, Flaw(Diagnostic(code, level, message, span, fix=fix), edits)))


def drafted(fence: Fence, bound: Collection[str], document: Sequence[str]) -> Draft:
    """The fence as it is published, before any step."""
    return Draft(fence, parse_info(fence.info), _rows(fence), bound, document, flaws=fence.flaws)


def published(fence: Fence) -> list[str]:
    """The rows of the fence's text, without the containers' prefixes and without line ends."""
    return fence.text.removesuffix("\n").split("\n") if fence.text else []


def untouched(draft: Draft) -> Draft:
    """What is not run stands as it is published."""
    if draft.language == "python":
        return draft
    return replace(draft, rows=_rows(draft.fence), interactive=False, printed=())


def _rows(fence: Fence) -> tuple[Row, ...]:
    return tuple(Row(prefix, code) for prefix, code in zip(fence.prefixes, published(fence), strict=True))
