"""Strings in a JSON text: where they stand, and new ones in their place, while every other byte stays."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.lines import BOM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DECODER = json.JSONDecoder()
BLANKS = re.compile(r"[ \t\r\n]*")
ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")
"""A character that JSON does not ask to be escaped, and that was."""
SURROGATE = re.compile("[\ud800-\udfff]")


class Value(NamedTuple):
    """A value and the characters of the text that it stands on: from `start` to before `end`."""

    value: object
    start: int
    end: int


def value_at(text: str, start: int) -> Value:
    """The value that starts at `start`, or behind the blanks there. The text must be valid JSON."""
    start = _skipped(text, start)
    return Value(*_decoded(text, start))


def members(text: str, start: int) -> dict[str, Value]:
    """The members of the object that starts at `start`; of a key that is there twice the last, as `json` has it."""
    found: dict[str, Value] = {}
    at = _skipped(text, start + 1)
    while text[at] != "}":
        key = value_at(text, at)
        member = value_at(text, _skipped(text, key.end) + 1)
        found[str(key.value)] = member
        at = _next(text, member.end)
    return found


def items(text: str, start: int) -> Iterator[Value]:
    """The values of the array that starts at `start`."""
    at = _skipped(text, start + 1)
    while text[at] != "]":
        item = value_at(text, at)
        yield item
        at = _next(text, item.end)


def strings(text: str, at: Value) -> list[Value]:
    """The strings of a value that is one, or an array of them."""
    return [at] if isinstance(at.value, str) else list(items(text, at.start))


def replaced(text: str, at: Value, lines: Sequence[str]) -> str:
    """The text with a string, or an array of strings, replaced by these lines in the same layout. Lines that do not
    differ keep their bytes."""
    ascii_only = text.removeprefix(BOM).isascii() and bool(ESCAPED.search(text))
    if isinstance(at.value, str):
        return text[: at.start] + _encoded("".join(lines), ascii_only) + text[at.end :]
    old = strings(text, at)
    encoded = list(_lines_of(text, old, lines, ascii_only))
    opening, between, closing = _layout(text, at, old)
    new = f"[{opening}{between.join(encoded)}{closing}]" if encoded else "[]"
    return text[: at.start] + new + text[at.end :]


def _lines_of(text: str, old: Sequence[Value], new: Sequence[str], ascii_only: bool) -> Iterator[str]:
    before = [item.value for item in old]
    for tag, i, j, k, m in SequenceMatcher(None, before, list(new), autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (text[item.start : item.end] for item in old[i:j])
        else:
            yield from (_encoded(line, ascii_only) for line in new[k:m])


def _layout(text: str, at: Value, old: Sequence[Value]) -> tuple[str, str, str]:
    """What stands before the first string of an array, between two, and behind the last."""
    if not old:
        return _usual_layout(text, at)
    opening, closing = text[at.start + 1 : old[0].start], text[old[-1].end : at.end - 1]
    if len(old) > 1:
        return opening, text[old[0].end : old[1].start], closing
    return opening, "," + (opening or _blank_before(text, at)), closing


def _usual_layout(text: str, at: Value) -> tuple[str, str, str]:
    """Of an array that has no strings yet: a line each where its key has a line of its own."""
    row = re.search(r"(\r\n|\r|\n)([ \t]*)\"[^\"\r\n]*\"[ \t]*:[ \t]*\Z", text[: at.start])
    if not row:
        return "", "," + _blank_before(text, at), ""
    end, indent = row[1], row[2]
    # The keys of a cell are three levels deep.
    inner = indent + indent[: len(indent) // 3]
    return end + inner, f",{end}{inner}", end + indent


def _blank_before(text: str, at: Value) -> str:
    return " " if text[at.start - 1].isspace() else ""


def _encoded(line: str, ascii_only: bool) -> str:
    encoded = json.dumps(line, ensure_ascii=ascii_only)
    return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded)


def _decoded(text: str, start: int) -> tuple[object, int, int]:
    value, end = DECODER.raw_decode(text, start)
    return value, start, end


def _skipped(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return found.end() if found else at


def _next(text: str, end: int) -> int:
    """Where the next item starts, or where the bracket closes."""
    at = _skipped(text, end)
    return _skipped(text, at + 1) if text[at] == "," else at
