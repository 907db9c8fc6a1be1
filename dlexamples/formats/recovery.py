"""What can still be read where a fence is never closed, or holds another of its own length."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.elements import Fence
from dlexamples.formats.layout import apply
from dlexamples.formats.mended import as_published, changed, edit_of, is_untouched, rows_of, text_of
from dlexamples.formats.mistakes import guesses
from dlexamples.formats.stretches import around, stretch
from dlexamples.formats.suspects import faulty, is_broken, may_be_faulty, swallows
from dlexamples.model import Diagnostic, Fix, Flaw, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.formats.mended import Row
    from dlexamples.formats.stretches import Stretch
    from dlexamples.formats.suspects import Guess, Mend, Suspect

    Element = Fence | Comment
    Read = Callable[[str], Iterable[Element]]

WORK = 4_000_000
"""Characters, each fence counted as so many more, that are read again for all guesses about one document together:
each guess is a reading of the stretch in which the fence stands."""
A_FENCE = 200
NEAR_THE_END = 100
"""Rows above a stretch's end in which nothing may have to be mended: a fence is seldom longer."""
FEWEST, MOST = 3, 200
"""Guesses that are tried in one stretch, however long or short it is."""


class Reading(NamedTuple):
    """A document with some of its fences mended."""

    rows: list[Row]
    elements: list[Element]
    sound_until: float
    """The published line of the first fence that swallows another or is never closed."""
    faults: int
    """How many fences are faulty, how many say Python and are none because lines are on the wrong side of them, and
    how many markers are no fence's."""
    broken: int
    """How many of the faults are Python that is none."""


def recovered(text: str, read: Read) -> Iterator[Element]:
    """The elements that `read` finds in `text`, as their author meant them, each that had to be read otherwise with
    its flaw.

    A faulty fence is mended in each of the ways that authors' mistakes suggest, its stretch of the document is read
    with each, and the best reading is kept. Where nothing is faulty, nothing is read again.
    """
    ahead = list(read(text))
    if not any(isinstance(element, Fence) and may_be_faulty(element) for element in ahead):
        yield from ahead
        return
    rows = rows_of(text)
    work = Work(max(WORK, 2 * _size(rows, ahead)))
    settled: list[Element] = []
    sound = 0
    while suspect := next(_faulty(rows, ahead, settled), None):
        found = (_part(each, suspect, ahead, read, work) for each in _around(suspect, settled, ahead, sound, work))
        part = next(filter(None, found))
        settled = [*(element for element in (*settled, *ahead) if element.line <= part.start), *part.elements]
        sound = part.stop
        if part.is_in_step:
            ahead = [element for element in ahead if element.line > sound]
        else:
            below = stretch(rows, sound, len(rows), settled)
            work.left -= _size(below.rows, ahead)
            ahead = [as_published(element, below.rows) for element in read(text_of(below.rows))]
    yield from (*settled, *ahead)


@dataclass
class Work:
    """How many characters may still be read again."""

    left: int

    def tries(self, size: int) -> Iterator[int]:
        """A number for each guess that may be tried where a reading is of so many characters."""
        for number in range(min(max(min(self.left, WORK) // max(size, 1), FEWEST), MOST)):
            self.left -= size
            yield number


def _size(rows: Sequence[Row], elements: Sequence[Element]) -> int:
    return sum(len(row.text) + 1 for row in rows) + A_FENCE * len(elements)


def _around(
    suspect: Suspect, settled: list[Element], ahead: list[Element], sound: int, work: Work
) -> Iterator[Stretch]:
    """The stretches in which a faulty fence may be mended, the shortest first; the last is all below row `sound`."""
    line = suspect.fence.line
    above = [*settled, *(element for element in ahead if element.line < line)]
    if work.left > 0:
        below = [element for element in ahead if element.line >= line]
        yield from around(suspect.rows, above, below, suspect.fence, sound)
    yield stretch(suspect.rows, sound, len(suspect.rows), settled)


class Part(NamedTuple):
    """What is found in one stretch."""

    start: int
    stop: int
    elements: list[Element]
    is_in_step: bool
    """What was read below the stretch stays as it was read."""


def _part(each: Stretch, suspect: Suspect, ahead: Sequence[Element], read: Read, work: Work) -> Part | None:
    """The elements of a stretch as their author meant them; None where they cannot be told from the stretch alone."""
    elements = list(read(text_of(each.rows)))
    alone = [as_published(element, each.rows) for element in each.own(elements)]
    whole = [element for element in ahead if each.start < element.line <= each.stop]
    if each.end and _above(alone, suspect) != _above(whole, suspect):
        return None
    reading, flaws = _mended(_reading(each.rows, elements), read, work)
    found = [as_published(element, reading.rows) for element in each.own(reading.elements)] if flaws else alone
    # One that is cut in two by the stretch's end would be mended, too.
    is_cut = any(line > each.stop - NEAR_THE_END for line in flaws)
    if each.end and (is_cut or each.ends_under(reading.elements) is None):
        return None
    sound = not _in_vain(flaws, reading) and _reads_back(each, found, flaws, read, work)
    told = flaws if sound else {line: list(map(_unoffered, flaws[line])) for line in flaws}
    is_in_step = not each.end or (each.ends_under(elements) == each.ends_under(reading.elements) and alone == whole)
    return Part(each.start, each.stop, list(_flawed(found, told, alone)), is_in_step)


def _above(elements: Sequence[Element], suspect: Suspect) -> list[Element]:
    return [element for element in elements if element.line < suspect.fence.line]


def _flawed(found: Sequence[Element], told: dict[int, list[Flaw]], alone: Sequence[Element]) -> Iterator[Element]:
    """The elements with what is told of them. `alone`: as they were read before they were mended."""
    seen = {element.line: element.text.rstrip("\n") for element in alone if isinstance(element, Fence)}
    # A directive that turns out to hold fences is none itself: the first of them says what is wrong with it.
    waiting = sorted(told, reverse=True)
    for element in found:
        while isinstance(element, Fence) and waiting and waiting[-1] <= element.line:
            as_meant = seen.get(element.line) == element.text.rstrip("\n")
            own = (_harmless(flaw) if as_meant and _only_closes(flaw) else flaw for flaw in told[waiting.pop()])
            element = replace(element, flaws=(*element.flaws, *own))
        yield element


def _only_closes(flaw: Flaw) -> bool:
    """Whether a closing line is put in; where one is mended, it has opened a fence as it is."""
    return not any(edit.before for edit in flaw.edits)


def _harmless(flaw: Flaw) -> Flaw:
    """The fence ends with the document or its container, and there it should: readers see what was meant."""
    return replace(flaw, diagnostic=replace(flaw.diagnostic, level="warning"))


def _reads_back(
    part: Stretch, found: Sequence[Element], flaws: Mapping[int, list[Flaw]], read: Read, work: Work
) -> bool:
    """Whether the stretch with all that is offered has the fences that were found, but for lines that are deleted,
    and nothing more to be offered."""
    edits = [edit for told in flaws.values() for flaw in told for edit in flaw.edits]
    if not edits:
        return True
    deleted = {edit.line for edit in edits if not edit.after.strip("> \n")}
    wanted = [element.text for element in found if isinstance(element, Fence) and element.line not in deleted]
    try:
        mended = apply(text_of(part.rows), map(part.placed, edits))
    except ValueError:
        return False
    again, more = _mended(_reading(rows_of(mended), list(read(mended))), read, work)
    is_mended = not any(flaw.edits for told in more.values() for flaw in told)
    fences = [element.text for element in part.own(again.elements) if isinstance(element, Fence)]
    return is_mended and part.ends_under(again.elements) is not None and wanted == fences


def _unoffered(flaw: Flaw) -> Flaw:
    return Flaw(replace(flaw.diagnostic, fix=None))


def _reading(rows: list[Row], elements: list[Element]) -> Reading:
    faulty = list(_faulty(rows, elements))
    wrong = (suspect for suspect in faulty if not suspect.fence.closed or swallows(suspect))
    sound_until = next((float(suspect.published(suspect.fence.line)) for suspect in wrong), math.inf)
    broken = sum(is_broken(element) for element in elements if isinstance(element, Fence))
    return Reading(rows, elements, sound_until, len(faulty) + broken + _loose(rows, elements), broken)


def _loose(rows: Sequence[Row], elements: Iterable[Element]) -> int:
    """How many lines begin with a marker and are in no block and no comment: in HTML, say, that is shown as it is."""
    inside = {line for element in elements for line in range(element.line, element.end_line + 1)}
    return sum(
        1 for i, row in enumerate(rows, 1) if row.text.lstrip(" \t>").startswith(("```", "~~~")) and i not in inside
    )


def _faulty(rows: Sequence[Row], elements: Iterable[Element], settled: Iterable[Element] = ()) -> Iterator[Suspect]:
    """The faulty fences among the elements, which follow those that are settled."""
    above = [element for element in settled if isinstance(element, Fence)]
    for element in elements:
        if not isinstance(element, Fence):
            continue
        if suspect := faulty(element, above, rows):
            yield suspect
        above.append(element)


def _mended(reading: Reading, read: Read, work: Work) -> tuple[Reading, dict[int, list[Flaw]]]:
    """The best reading, and what is wrong with the fences, by the published lines on which they open."""
    flaws: dict[int, list[Flaw]] = defaultdict(list)
    settled: set[int] = set()
    fences: set[int] = set()
    tries = work.tries(_size(reading.rows, reading.elements))
    found = _faulty(reading.rows, reading.elements)
    while suspect := next(found, None):
        line = suspect.published(suspect.fence.line)
        if line in settled:
            continue
        if best := _best(suspect, reading, read, tries, fences):
            guess, after = best
            for mend in guess:
                settled.add(suspect.published(mend.line))
                flaws[suspect.published(mend.line)].append(_flaw(mend, reading.rows))
            fences.update(_fences_of(guess, suspect))
            reading = after
            found = _faulty(reading.rows, reading.elements)
            continue
        settled.add(line)
        if not suspect.fence.closed or swallows(suspect):
            flaws[line].append(_unmended(suspect))
    return reading, flaws


def _best(
    suspect: Suspect, reading: Reading, read: Read, tries: Iterator[int], fences: Collection[int]
) -> tuple[Guess, Reading] | None:
    """The guess that makes the most of the fence and of what follows it; None where it is as well left as it is.

    `fences`: the published lines of the fences that were mended before.
    """
    possible = (guess for guess in guesses(suspect) if _is_possible(guess, reading.rows))
    tried: list[tuple[Price, Guess, Reading]] = []
    for _, guess in zip(tries, possible, strict=False):
        rows = changed(reading.rows, [change for mend in guess for change in mend.changes])
        after = _reading(rows, list(read(text_of(rows))))
        if not _can_be_told(after, {*fences, *_fences_of(guess, suspect)}):
            continue
        price = _price(guess, reading, after)
        tried.append((price, guess, after))
        if not price.in_vain and not price.faults:
            break
    if not tried:
        return None
    price, guess, after = min(tried, key=lambda tried: tried[0])
    # No fence that is never closed is left so, and no code is left hidden in the fence above it.
    must_mend = not suspect.fence.closed or (swallows(suspect) and not price.in_vain)
    return (guess, after) if must_mend or price.faults < reading.faults + (not price.in_vain) else None


def _fences_of(guess: Guess, suspect: Suspect) -> set[int]:
    """The published lines on which the fences of a guess open. A directive that holds fences is none."""
    is_directive = suspect.fence.info.startswith("{") and guess[0].code == "DL004"
    return set() if is_directive else {suspect.published(mend.line) for mend in guess}


def _can_be_told(reading: Reading, lines: Collection[int]) -> bool:
    """Whether each block is made of published lines that follow each other, with none that was put in, and the
    fences that are mended, which open on these lines, are still there."""
    for element in reading.elements:
        first, count = element.first_line - 1, len(element.prefixes)
        if count and reading.rows[first + count - 1].line - reading.rows[first].line != count - 1:
            return False
    return set(lines) <= {reading.rows[e.line - 1].line for e in reading.elements if isinstance(e, Fence)}


class Price(NamedTuple):
    """What is wrong with a guess, the worst first."""

    in_vain: bool
    """A fence that was mended is as faulty as before."""
    sound_until: float
    """Negative: the further down, the better."""
    faults: int


def _price(guess: Guess, reading: Reading, after: Reading) -> Price:
    in_vain = _in_vain({reading.rows[mend.line - 1].line for mend in guess}, after)
    # What does not parse is no better for being hidden in a fence around it.
    hidden = reading.broken - after.broken if any(mend.code == "DL004" for mend in guess) else 0
    return Price(in_vain, -after.sound_until, after.faults + hidden)


def _in_vain(lines: Collection[int], reading: Reading) -> bool:
    """Whether one of the fences that open on these published lines is faulty."""
    fences = (element for element in reading.elements if isinstance(element, Fence))
    return any(reading.rows[fence.line - 1].line in lines and faulty(fence, (), reading.rows) for fence in fences)


def _is_possible(guess: Guess, rows: Sequence[Row]) -> bool:
    """What was mended once is not mended again."""
    return all(is_untouched(rows, change) for mend in guess for change in (*mend.changes, *mend.written))


def _flaw(mend: Mend, rows: Sequence[Row]) -> Flaw:
    changes = mend.written or mend.changes
    edits = (edit_of(rows, change, mend.code, mend.applicability, mend.would_do) for change in changes)
    diagnostic = Diagnostic(
        code=mend.code,
        level="error",
        message=mend.found,
        span=_span(rows[mend.line - 1]),
        fix=Fix(mend.applicability, mend.would_do),
        label="this fence",
    )
    return Flaw(diagnostic, tuple(edits))


def _unmended(suspect: Suspect) -> Flaw:
    span = _span(suspect.rows[suspect.fence.line - 1])
    return Flaw(Diagnostic("DL003", "error", "this fence is never closed", span, label="this fence"))


def _span(row: Row) -> Span:
    """The opening line from its marker on."""
    text = row.published or row.text
    start = min((at for mark in ("```", "~~~") if (at := text.find(mark)) >= 0), default=0)
    return Span(row.line, start + 1, row.line, max(len(text.rstrip()), start + 1) + 1)
