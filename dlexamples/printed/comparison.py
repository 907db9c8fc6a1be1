"""Whether a block prints what its post shows.

The rules are doctest's (https://docs.python.org/3/library/doctest.html), widened by what differs between two honest
runs of a deep-learning post:

- `...` (or `…`) stands for anything, over any number of lines; `<BLANKLINE>` for an empty line.
- Blanks and line ends count only where they part words: NumPy and torch wrap and align anew for every value. Kinds of
  quotation marks are equal, and so are the sets that differ in order alone.
- Floats are equal to within 1e-4 of their size, or as far as the post shows them: rounded, or cut off behind two
  decimals or more (`0.66` for 0.6667). The fourth decimal and those behind it may be one off, as on another machine.
  A float without decimals (`1.`, `1e-05`) is exact: NumPy leaves off zeros. Integers are exact, and are no floats.
- `np.float64(0.5)` is `0.5`, as NumPy 1 wrote it (https://numpy.org/neps/nep-0051-scalar-representation.html), and the
  shape that NumPy 2.2 writes behind a summarised array (`[0, ..., 9], shape=(1001,)`) may be left out.
- What an author notes behind the output (`# on my laptop`) is no output, unless the block prints a `#` too. A note
  that it varies is taken at its word, as scipy-doctest does: `# may vary`, `# random`, `# uninitialized`.
- Addresses, measured times (`0.3 s`, `12ms/step`, `0:00:03`, `5.2it/s`) and progress bars are others in every run, and
  equal. What a terminal overwrites (a carriage return, a backspace) and its colours are not shown, and do not count.
"""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.printed.tokens import Token, shown_rows, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dlexamples.model import Printed

NOT_COMPARED = frozenset({"SKIP", "IGNORE", "IGNORE_OUTPUT", "IGNORE_WANT"})
"""doctest's, pytest-doctestplus's and xdoctest's options for output that is only there to be read."""
_VARIES = re.compile(r"#\s*(?:may vary|random|uninitialized)\s*(?:$|[^\w\s])", re.IGNORECASE | re.MULTILINE)
_SHAPE = re.compile(r"(?<=\]),\s*shape=\([\d, ]*\)")
_NOTE = re.compile(r"(?<!\S)#\s.*")
RELATIVE = 1e-4
FEWEST_CUT = 2
"""Decimals of a number that an author has cut off: `0.5` is no 0.59."""
FEWEST_NOISY = 4
"""Decimals, as torch prints them, of which the last is another one on another machine."""
SHORT = 70
"""Characters of a line that a message shows."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which a block prints something else than the post shows."""

    kind: str
    """`numbers` when the two are alike but for floats, which may be chance (a sample that was not seeded); else
    `text`."""
    message: str
    line: int
    """The line of the expected text, from 1."""


def differs(expected: Printed, got: str) -> Difference | None:
    """Where `got`, written to standard output, is not what the post shows; None where it is."""
    if expected.options & NOT_COMPARED:
        return None
    if "shape=" not in expected.text:
        got = _SHAPE.sub("", got)
    shown, written = _without_blank_lines(expected.text), _without_blank_lines(got)
    if any(_VARIES.search(row) for row in shown):
        return None
    if "#" not in got:
        noted, shown = shown, [_NOTE.sub("", row).rstrip() for row in shown]
        if any(noted) and not any(shown):
            return None
    if _matches_verbatim(" ".join("\n".join(shown).split()), " ".join("\n".join(written).split())):
        return None
    if _same_set("\n".join(shown), "\n".join(written)):
        return None
    wanted, found = tokens_of(shown), tokens_of(written)
    same = _equal_as_floats if "FLOAT_CMP" in expected.options else _equal
    place = _mismatch(wanted, found, same)
    if place is None:
        return None
    only_floats = _mismatch(wanted, found, lambda a, b: (a.is_float and b.is_float) or same(a, b)) is None
    line = wanted[min(place[0], len(wanted) - 1)].line if wanted else 1
    if only_floats:
        return Difference("numbers", _told(_token_at(wanted, place[0]), _token_at(found, place[1])), line)
    return Difference("text", _told(_row_at(shown, wanted, place[0]), _row_at(written, found, place[1])), line)


def _without_blank_lines(text: str) -> list[str]:
    return ["" if row.strip() == "<BLANKLINE>" else row for row in shown_rows(text)]


def alike(wanted: str, found: str) -> bool:
    """Whether two texts are the same by the rules of this file."""
    return _mismatch(tokens_of(shown_rows(wanted)), tokens_of(shown_rows(found)), _equal) is None


def _mismatch(
    wanted: Sequence[Token], found: Sequence[Token], same: Callable[[Token, Token], bool]
) -> tuple[int, int] | None:
    """The indices at which the two part, in `wanted` and in `found`; None where they are the same throughout."""
    marks = [index for index, token in enumerate(wanted) if token.kind == "ellipsis"]
    if not marks:
        return _parting(wanted, 0, len(wanted), found, 0, same) or _surplus(len(wanted), len(found))
    last = marks[-1] + 1
    tail = len(found) - (len(wanted) - last)
    parting = _parting(wanted, 0, marks[0], found, 0, same)
    if parting:
        return parting
    position = marks[0]
    for start, end in itertools.pairwise(marks):
        # Between two ellipses the first occurrence will do: it leaves most to those that follow.
        length = end - start - 1
        fits = (
            at for at in range(position, tail - length + 1) if not _parting(wanted, start + 1, end, found, at, same)
        )
        at = next(fits, None)
        if at is None:
            return start + 1, len(found)
        position = at + length
    if tail < position:
        return last, len(found)
    return _parting(wanted, last, len(wanted), found, tail, same)


def _parting(
    wanted: Sequence[Token],
    start: int,
    end: int,
    found: Sequence[Token],
    at: int,
    same: Callable[[Token, Token], bool],
) -> tuple[int, int] | None:
    """Where `wanted[start:end]` and what stands at `at` in `found` part."""
    for offset in range(end - start):
        if at + offset >= len(found) or not same(wanted[start + offset], found[at + offset]):
            return start + offset, at + offset
    return None


def _surplus(wanted: int, found: int) -> tuple[int, int] | None:
    return (wanted, wanted) if found > wanted else None


def _equal(wanted: Token, found: Token) -> bool:
    if wanted.kind in {"bar", "address", "time"}:
        return found.kind == wanted.kind
    if wanted.breaks or wanted.opens:
        return (wanted.breaks and found.text.startswith(wanted.text)) or (
            wanted.opens and found.text.endswith(wanted.text)
        )
    if wanted.is_float and found.is_float:
        return _close(wanted.text, found.text)
    return _bare(wanted) == _bare(found)


def _equal_as_floats(wanted: Token, found: Token) -> bool:
    """pytest-doctestplus's `FLOAT_CMP`: integers are numbers as others are."""
    if wanted.kind == found.kind == "number":
        return _close(wanted.text, found.text)
    return _equal(wanted, found)


def _bare(token: Token) -> str:
    if token.kind == "number":
        return token.text.removeprefix("+")
    return "'" if token.text == '"' else token.text


def _close(shown: str, got: str) -> bool:
    """Whether two floats are equal as far as the first one is shown."""
    mantissa, _, exponent = shown.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if decimals >= FEWEST_CUT and not exponent and got.startswith(shown) and "e" not in got.lower():
        return True
    unit = 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0
    value, other = float(shown), float(got)
    tolerance = max(RELATIVE * abs(value), unit if decimals >= FEWEST_NOISY else unit / 2)
    # The limits themselves are within: 0.5 and 0.55, which no binary fraction is.
    return value == other or abs(value - other) <= tolerance * (1 + 1e-9)


def _matches_verbatim(shown: str, written: str) -> bool:
    """doctest's comparison with ELLIPSIS: also where an ellipsis stands within a word."""
    first, *rest = shown.split("...")
    if not rest:
        return shown == written
    *middle, last = rest
    if len(written) < len(first) + len(last) or not (written.startswith(first) and written.endswith(last)):
        return False
    position, end = len(first), len(written) - len(last)
    for piece in middle:
        position = written.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _same_set(shown: str, written: str) -> bool:
    """Sets print in the order of their elements' hashes, which for strings is another one in every process."""
    if not (shown.startswith("{") and written.startswith("{")):
        return False
    try:
        values = ast.literal_eval(shown), ast.literal_eval(written)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return all(isinstance(value, set) for value in values) and values[0] == values[1]


def _told(shown: str, written: str) -> str:
    if not written:
        return f"the post shows `{shown}`, and the block does not print it"
    if not shown:
        return f"the block prints `{written}`, and the post does not show it"
    return f"the post shows `{shown}`, the block prints `{written}`"


def _token_at(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""


def _row_at(rows: Sequence[str], tokens: Sequence[Token], index: int) -> str:
    """The row of the token, stripped; of a long one, the part that begins a little before the token."""
    if index >= len(tokens):
        return ""
    row = rows[tokens[index].line - 1].strip()
    if len(row) <= SHORT:
        return row
    row = " ".join(row.split())
    first = next(i for i, token in enumerate(tokens) if token.line == tokens[index].line)
    position = 0
    for token in tokens[first:index]:
        position = row.find(token.text, position) + len(token.text)
    start = max(0, min(position - SHORT // 3, len(row) - SHORT))
    piece = row[start : start + SHORT]
    return ("…" if start else "") + piece.strip() + ("…" if start + SHORT < len(row) else "")
