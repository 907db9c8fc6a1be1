"""Sentences that say what the training of their own section gives: "We reach an accuracy of about 98 %"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from dlexamples.formats.front_matter import front_matter_rows
from dlexamples.formats.headings import headings
from dlexamples.model import Result, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Block, Document

_TRAINS = re.compile(r"\.(?:fit|backward|apply_gradients|train_on_batch|minimize|train_step)\(|\bGradientTape\(")
_AFTER = re.compile(r"\b(\d[\d,]*)\s+(?:epochs?|iterations|steps|updates)\b", re.IGNORECASE)
_DATA = re.compile(r"\bon\s+(?:the\s+)?([A-Z][\w-]+)")
_AHEAD = re.compile(r"\b(?:following|below|next|let['\u2019]s|will|should)\b|:\s*$", re.IGNORECASE)
_OF_THE_POST = re.compile(r"\bth(?:is|e) (?:post|tutorial|article|guide|notebook|walkthrough|recipe)\b", re.IGNORECASE)
_NO_PROSE = re.compile(r"\s*(?:\||>|<|!\[|\[[^\]]+\]:|#{1,6}\s|```|~~~|:::|\{[%{]|---|===|\$\$)")
"""Tables, quotes, HTML, pictures, links' targets, headings, fences, directives, rules, formulas."""
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z*_`(])")
_MARKS = str.maketrans({"*": " ", "`": " "})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Rows of prose that follow each other."""

    line: int
    """The document's, of its first row, from 1."""
    rows: tuple[str, ...]

    @property
    def text(self) -> str:
        """In one row; emphasis and code marks are blanks, so that columns stay."""
        return " ".join(self.rows).translate(_MARKS)

    def span(self, start: int, end: int) -> Span:
        """Of characters of `text`, from 0."""
        starts = [0, *accumulate(len(row) + 1 for row in self.rows)]
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
        return Span(self.line + first, start - starts[first] + 1, self.line + last, end - starts[last] + 1)


@dataclass(frozen=True, slots=True)
class _Code:
    """The Python blocks of a document."""

    python: tuple[Block, ...]
    lines: tuple[int, ...]
    """Of their opening fences."""
    training: frozenset[str]
    """The ids of those that train."""
    headings: tuple[int, ...]
    """Their lines."""

    @staticmethod
    def of(document: Document) -> _Code:
        python = tuple(block for block in document.blocks if block.is_python)
        training = frozenset(block.id for block in python if _TRAINS.search(block.source))
        found = headings(document.view or document.text) if training else ()
        return _Code(python, tuple(b.line for b in python), training, tuple(heading.line for heading in found))

    def around(self, line: int) -> tuple[Block | None, Block | None]:
        """The nearest ones above and below the line, in its own section."""
        number, section = bisect_left(self.lines, line), bisect_right(self.headings, line)
        near = (self.python[at] if 0 <= at < len(self.python) else None for at in (number - 1, number))
        above, below = (b if b and bisect_right(self.headings, b.line) == section else None for b in near)
        return above, below


def said(document: Document) -> Iterator[Result]:
    """The results that sentences tell, each of the block whose training it speaks of."""
    code = _Code.of(document)
    if not code.training:
        return
    from dlexamples.results.wording import told

    for paragraph in paragraphs(document):
        for at, sentence in _sentences(paragraph):
            for metric, match in told(sentence):
                block = _block_of(paragraph.line, sentence, code)
                if block and _speaks_of(sentence, block, code.python):
                    span = paragraph.span(at + match.start(), at + match.end())
                    yield Result(block.id, metric, float(match["number"]), " ".join(match[0].split()), span)


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """The prose outside the blocks: no tables, quotes, headings, HTML, comments."""
    rows = _COMMENT.sub(_blank, document.view or document.text).splitlines()
    code = {line for block in document.blocks for line in range(block.line, block.end_line + 1)}
    first = front_matter_rows(rows)
    gathered: list[str] = []
    for number, row in enumerate([*rows[first:], ""], first + 1):
        ends = not row.strip() or number in code or _NO_PROSE.match(row)
        if gathered and (ends or _ITEM.match(row)):
            yield Paragraph(number - len(gathered), tuple(gathered))
            gathered = []
        if not ends:
            gathered.append(row)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _sentences(paragraph: Paragraph) -> Iterator[tuple[int, str]]:
    """Each with its first character's place in the paragraph's text, from 0."""
    at, text = 0, paragraph.text
    for found in _SENTENCE.finditer(text):
        yield at, text[at : found.start()]
        at = found.end()
    yield at, text[at:]


def _block_of(line: int, sentence: str, code: _Code) -> Block | None:
    """The block above in the section, or the one below, where the sentence looks ahead; of a sentence about the whole
    post, the only one that trains."""
    above, below = code.around(line)
    if below and _AHEAD.search(sentence) and not (above and above.id in code.training):
        return below
    if above:
        return above
    if len(code.training) > 1 or not _OF_THE_POST.search(sentence):
        return None
    return next(block for block in code.python if block.id in code.training)


def _speaks_of(sentence: str, block: Block, python: Sequence[Block]) -> bool:
    """Whether numbers of epochs and names of data that it tells are those of the code."""
    counted = () if "converge" in sentence else _AFTER.findall(sentence)
    named = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in _DATA.findall(sentence)]
    if not (counted or named):
        return True
    code = "\n".join(each.source for each in python if each.line <= block.line)
    numbers = {number.replace("_", "") for number in re.findall(r"\d[\d_]*", code)}
    plain = re.sub(r"[^a-z0-9]", "", code.lower())
    return all(number.replace(",", "") in numbers for number in counted) and all(name in plain for name in named)
