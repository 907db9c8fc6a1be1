"""What can still be read where a fence is never closed, or holds another of its own length."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.elements import Fence
from dlexamples.formats.mended import as_published, changed, edit_of, is_untouched, rows_of, text_of
from dlexamples.formats.mistakes import guesses
from dlexamples.formats.suspects import faulty, is_broken, may_be_faulty, swallows
from dlexamples.model import Applicability, Diagnostic, Fix, Flaw, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dlexamples.formats.elements import Comment
    from dlexamples.formats.mended import Row
    from dlexamples.formats.suspects import Guess, Mend, Suspect

    Element = Fence | Comment
    Read = Callable[[str], Iterable[Element]]

CHARACTERS = 4_000_000
"""So many are read again for the guesses about one document together: each guess is a reading of the whole."""
FEWEST, MOST = 2, 200
"""Guesses that are tried for one document, however long or short it is."""


class Reading(NamedTuple):
    """A document with some of its fences mended."""

    rows: list[Row]
    elements: list[Element]


def recovered(text: str, read: Read) -> Iterator[Element]:
    """The elements that `read` finds in `text`, as their author meant them, each that had to be read otherwise with
    its flaw.

    A faulty fence is mended in each of the ways that authors' mistakes suggest, the document is read with each, and
    the best reading is kept. Where nothing is faulty, nothing is read again.
    """
    elements = list(read(text))
    if not any(isinstance(element, Fence) and may_be_faulty(element) for element in elements):
        yield from elements
        return
    reading, flaws = _mended(Reading(rows_of(text), elements), read)
    for element in reading.elements:
        told = as_published(element, reading.rows) if flaws else element
        if isinstance(told, Fence) and told.line in flaws:
            told = replace(told, flaws=(*told.flaws, *flaws[told.line]))
        yield told


def _mended(reading: Reading, read: Read) -> tuple[Reading, dict[int, list[Flaw]]]:
    """The best reading, and what is wrong with the fences, by the published lines on which they open."""
    flaws: dict[int, list[Flaw]] = defaultdict(list)
    settled: set[int] = set()
    size = sum(len(row.text) + 1 for row in reading.rows)
    tries = iter(range(min(max(CHARACTERS // max(size, 1), FEWEST), MOST)))
    found = _faulty(reading)
    while suspect := next(found, None):
        line = suspect.published(suspect.fence.line)
        if line in settled:
            continue
        if best := _best(suspect, reading, read, tries):
            guess, after = best
            for mend in guess:
                settled.add(suspect.published(mend.line))
                flaws[suspect.published(mend.line)].append(_flaw(mend, reading.rows))
            reading = after
            found = _faulty(reading)
            continue
        settled.add(line)
        if not suspect.fence.closed:
            flaws[line].append(_unmended(suspect))
    return reading, flaws


def _faulty(reading: Reading) -> Iterator[Suspect]:
    above: list[Fence] = []
    for element in reading.elements:
        if not isinstance(element, Fence):
            continue
        if suspect := faulty(element, above, reading.rows):
            yield suspect
        above.append(element)


def _best(suspect: Suspect, reading: Reading, read: Read, tries: Iterator[int]) -> tuple[Guess, Reading] | None:
    """The guess that makes the most of the fence and of what follows it; None where it is as well left as it is."""
    faults, broken = _faults(reading), _broken(reading)
    possible = (guess for guess in guesses(suspect) if _is_possible(guess, reading.rows))
    tried: list[tuple[Price, Guess, Reading]] = []
    for guess, _ in zip(possible, tries, strict=False):
        rows = changed(reading.rows, [change for mend in guess for change in mend.changes])
        after = Reading(rows, list(read(text_of(rows))))
        hides = any(mend.code == "DL004" for mend in guess)
        # What does not parse is no better for being hidden in a fence around it.
        left = _faults(after) + (broken if hides else _broken(after))
        price = Price(_blamed_in_vain(guess, reading, after), -_sound_until(after), left)
        tried.append((price, guess, after))
        if not price.in_vain and not left:
            break
    if not tried:
        return None
    price, guess, after = min(tried, key=lambda tried: tried[0])
    # No fence that is never closed is left so, and no code is left hidden in the fence above it.
    must_mend = not suspect.fence.closed or (swallows(suspect) and not price.in_vain)
    return (guess, after) if must_mend or price.left < faults + broken + (not price.in_vain) else None


class Price(NamedTuple):
    """What is wrong with a reading, the worst first."""

    in_vain: bool
    """A fence that was mended is as faulty as before, or does not parse."""
    sound_until: float
    """Minus the line of the first fence below that swallows another or is never closed."""
    left: int
    """How many fences are faulty, and how many say Python and are none."""


def _blamed_in_vain(guess: Guess, reading: Reading, after: Reading) -> bool:
    blamed = {reading.rows[mend.line - 1].line for mend in guess}
    fences = [element for element in after.elements if isinstance(element, Fence)]
    mended = [fence for fence in fences if after.rows[fence.line - 1].line in blamed]
    return any(is_broken(fence) or faulty(fence, (), after.rows) for fence in mended)


def _sound_until(reading: Reading) -> float:
    wrong = (suspect for suspect in _faulty(reading) if not suspect.fence.closed or swallows(suspect))
    return next((float(suspect.published(suspect.fence.line)) for suspect in wrong), math.inf)


def _is_possible(guess: Guess, rows: Sequence[Row]) -> bool:
    """What was mended once is not mended again."""
    return all(is_untouched(rows, change) for mend in guess for change in mend.changes)


def _faults(reading: Reading) -> int:
    return sum(1 for _ in _faulty(reading))


def _broken(reading: Reading) -> int:
    """Fences that say Python and are none: lines are on the wrong side of them."""
    return sum(is_broken(element) for element in reading.elements if isinstance(element, Fence))


def _flaw(mend: Mend, rows: Sequence[Row]) -> Flaw:
    edits = [edit_of(rows, change, mend.code, mend.applicability, mend.would_do) for change in mend.changes]
    diagnostic = Diagnostic(
        code=mend.code,
        level="error",
        message=mend.found,
        span=_span(rows[mend.line - 1]),
        fix=Fix(mend.applicability, mend.would_do),
        label="this fence",
    )
    return Flaw(diagnostic, () if mend.applicability is Applicability.DISPLAY else tuple(edits))


def _unmended(suspect: Suspect) -> Flaw:
    span = _span(suspect.rows[suspect.fence.line - 1])
    return Flaw(Diagnostic("DL003", "error", "this fence is never closed", span, label="this fence"))


def _span(row: Row) -> Span:
    """The opening line from its marker on."""
    text = row.published or row.text
    start = min((at for mark in ("```", "~~~") if (at := text.find(mark)) >= 0), default=0)
    return Span(row.line, start + 1, row.line, max(len(text.rstrip()), start + 1) + 1)
