"""Output as a terminal would leave it: colours, and progress bars at their last state.

What ECMA-48 (https://ecma-international.org/publications-and-standards/standards/ecma-48) has of cursor movement and
erasing is done as far as programs that train use it; every other sequence is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup
from rich.cells import get_character_cell_size
from rich.color import Color, ColorSystem

from dlexamples.reports.html.highlight import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LINES = 400
"""So many are shown, half of them from either end."""
TAB = 8
WIDEST = 4000
"""Columns of a line; what is written further right is left out."""
TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?"
    r"|(?P<control>[\r\n\b\t])"
    r"|(?P<text>[^\x1b\r\n\b\t]+)"
)


class Style(NamedTuple):
    """How a cell looks: colours from 0 to 15, or None for the reader's own."""

    foreground: int | None = None
    background: int | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False


@dataclass
class Screen:
    """Rows of cells, as many as are written to."""

    rows: list[list[tuple[str, Style]]] = field(default_factory=lambda: [[]])
    row: int = 0
    column: int = 0
    style: Style = field(default_factory=Style)

    def write(self, text: str) -> None:
        cells = self._cells(text)[: max(WIDEST - self.column, 0)]
        row = self.rows[self.row]
        row += [(" ", Style())] * (self.column - len(row))
        end = self.column + len(cells)
        # Of a wide character of which a half is written over, nothing is left.
        if self.column < len(row) and not row[self.column][0]:
            row[self.column - 1] = (" ", row[self.column - 1][1])
        if end < len(row) and not row[end][0]:
            row[end] = (" ", row[end][1])
        row[self.column : end] = cells
        self.column = end

    def _cells(self, text: str) -> list[tuple[str, Style]]:
        """A character a cell; an empty one follows a character that takes two, and one that takes none is not alone."""
        cells: list[tuple[str, Style]] = []
        for character in text:
            width = 1 if character.isascii() else get_character_cell_size(character)
            if width == 0 and cells:
                at = -1 if cells[-1][0] else -2
                cells[at] = (cells[at][0] + character, self.style)
            else:
                cells += [(character, self.style), ("", self.style)][: max(width, 1)]
        return cells

    def control(self, character: str) -> None:
        if character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(self.column - 1, 0)
        elif character == "\t":
            self.column += TAB - self.column % TAB
        else:
            self.move(self.row + 1, 0)

    def move(self, row: int, column: int) -> None:
        self.row, self.column = max(row, 0), min(max(column, 0), WIDEST)
        if self.row == len(self.rows):
            self.rows.append([])
        self.row = min(self.row, len(self.rows) - 1)

    def sequence(self, final: str, parameters: str) -> None:
        numbers = [int(part) if part.isdecimal() else 0 for part in re.split("[;:]", parameters[:200])]
        count = max(min(numbers[0], WIDEST), 1)
        match final:
            case "m":
                self.style = _styled(self.style, numbers)
            case "A" | "F":
                self.move(self.row - count, 0 if final == "F" else self.column)
            case "B" | "E":
                self.move(min(self.row + count, len(self.rows) - 1), 0 if final == "E" else self.column)
            case "C":
                self.move(self.row, self.column + count)
            case "D":
                self.move(self.row, self.column - count)
            case "G":
                self.move(self.row, count - 1)
            case "K":
                self._erase(numbers[0])
            case "J" if numbers[0] in {2, 3}:
                self.rows, self.row = [[]], 0
            case "J" if not numbers[0]:
                self._erase(0)
                del self.rows[self.row + 1 :]

    def _erase(self, what: int) -> None:
        row = self.rows[self.row]
        if what == 0:
            del row[self.column :]
        elif what == 2:
            row.clear()
        elif what == 1:
            row[: self.column] = [(" ", Style())] * min(self.column, len(row))


class Shown(NamedTuple):
    """What is left on the screen."""

    html: Markup
    lines: int
    """How many there were."""


def shown(output: str) -> Shown:
    """The output as it would stand there when the program has ended."""
    if "\x1b" not in output and "\r" not in output and "\b" not in output and "\t" not in output:
        rows = [[(row, Style())] for row in output.rstrip("\n").split("\n")]
        return _html(rows)
    screen = Screen()
    for token in TOKEN.finditer(output):
        if token["text"]:
            screen.write(token["text"])
        elif token["control"]:
            screen.control(token["control"])
        elif token["final"]:
            screen.sequence(token["final"], token["parameters"])
    while len(screen.rows) > 1 and not screen.rows[-1]:
        screen.rows.pop()
    return _html(screen.rows)


def _html(rows: Sequence[Sequence[tuple[str, Style]]]) -> Shown:
    lines = [Markup("").join(_runs(row)) for row in _within(rows)]
    if len(rows) > MOST_LINES:
        left_out = Markup('<span class="left-out">… {} lines left out …</span>').format(f"{len(rows) - MOST_LINES:,}")
        lines.insert(MOST_LINES // 2, left_out)
    return Shown(Markup("\n").join(lines), len(rows))


def _within(rows: Sequence[Sequence[tuple[str, Style]]]) -> list[Sequence[tuple[str, Style]]]:
    half = MOST_LINES // 2
    return list(rows) if len(rows) <= MOST_LINES else [*rows[:half], *rows[-half:]]


def _runs(row: Sequence[tuple[str, Style]]) -> Iterator[Markup]:
    for style, run in groupby(row, key=lambda cell: cell[1]):
        text = seen("".join(character for character, _ in run))
        names = " ".join(_classes(style))
        yield Markup('<span class="{}">{}</span>').format(names, text) if names else text


def _classes(style: Style) -> Iterator[str]:
    front, back = style.foreground, style.background
    if style.inverse:
        front, back = back, front
        if front is None and back is None:
            yield "a-inverse"
    if front is not None:
        yield f"a-{front}"
    if back is not None:
        yield f"a-on-{back}"
    for name in ("bold", "dim", "italic", "underline"):
        if getattr(style, name):
            yield f"a-{name}"


ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse"}
OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("inverse",)}


def _styled(style: Style, numbers: list[int]) -> Style:
    """After a sequence of Select Graphic Rendition."""
    rest = list(numbers)
    while rest:
        number = rest.pop(0)
        if number == 0:
            style = Style()
        elif number in ON:
            style = style._replace(**{ON[number]: True})
        elif number in OFF:
            style = style._replace(**dict.fromkeys(OFF[number], False))
        elif number in {38, 48}:
            style = _painted(style, "foreground" if number == 38 else "background", _colour(rest))
        elif number in {39, 49}:
            style = _painted(style, "foreground" if number == 39 else "background", None)
        else:
            style = _basic(style, number)
    return style


def _painted(style: Style, layer: str, colour: int | None) -> Style:
    return style._replace(foreground=colour) if layer == "foreground" else style._replace(background=colour)


def _basic(style: Style, number: int) -> Style:
    for first, name, base in (
        (30, "foreground", 0),
        (40, "background", 0),
        (90, "foreground", 8),
        (100, "background", 8),
    ):
        if first <= number < first + 8:
            return _painted(style, name, number - first + base)
    return style


def _colour(rest: list[int]) -> int | None:
    """The nearest of the sixteen to `5;n` or `2;r;g;b`, which are taken from `rest`."""
    kind = rest.pop(0) if rest else 0
    if kind == 5 and rest:
        return Color.from_ansi(min(rest.pop(0), 255)).downgrade(ColorSystem.STANDARD).number
    if kind == 2 and len(rest) >= 3:
        red, green, blue = (min(rest.pop(0), 255) for _ in range(3))
        return Color.from_rgb(red, green, blue).downgrade(ColorSystem.STANDARD).number
    return None
