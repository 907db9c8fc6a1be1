"""Edits of whole lines, applied to a document's text."""

from __future__ import annotations

import pytest

from dlexamples.formats.layout import apply
from dlexamples.model import Applicability, Edit


def edit(line: int, before: str, after: str) -> Edit:
    return Edit("closing", line, line - 1 + before.count("\n"), before, after, Applicability.SAFE, "closes the fence")


def test_lines_are_replaced_and_inserted_from_the_last_up() -> None:
    edits = [edit(1, "a\n", "A\nB\n"), edit(3, "", "between\n"), edit(3, "c\nd\n", "C\n")]
    assert apply("a\nb\nc\nd\ne\n", edits) == "A\nB\nb\nbetween\nC\ne\n"


def test_insertions_above_one_line_come_in_the_order_given() -> None:
    assert apply("a\nb\n", [edit(2, "", "first\n"), edit(2, "", "second\n")]) == "a\nfirst\nsecond\nb\n"


def test_an_edit_that_two_flaws_share_counts_once() -> None:
    assert apply("a\n", [edit(2, "", "```\n"), edit(2, "", "```\n")]) == "a\n```\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_new_lines_end_as_their_neighbours(end: str) -> None:
    text = end.join(["\ufeff```python", "x = 1", "", ""])
    assert apply(text, [edit(3, "", "```\n")]) == end.join(["\ufeff```python", "x = 1", "```", "", ""])
    assert apply(text, [edit(1, "```python\n", "````python\n")]) == "\ufeff`" + text[1:]


def test_a_last_line_without_an_end_has_none_after_an_insertion_below_it() -> None:
    assert apply("```python\r\nx = 1", [edit(3, "", "```\n")]) == "```python\r\nx = 1\r\n```"
    assert apply("x", [edit(2, "", "```\n")]) == "x\n```"


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap at line 2"):
        apply("a\nb\nc\n", [edit(1, "a\nb\n", "A\n"), edit(2, "b\nc\n", "B\n")])


def test_what_is_not_there_is_not_replaced() -> None:
    with pytest.raises(ValueError, match="line 1 is not what the edit replaces"):
        apply("a\n", [edit(1, "b\n", "B\n")])
    with pytest.raises(ValueError, match="line 3 is not what the edit replaces"):
        apply("a\n", [edit(3, "", "B\n")])
