"""Which differences a second run with another seed excuses."""

from __future__ import annotations

import pytest

from dlexamples.model import Printed, Span
from dlexamples.printed import differs, differs_by_chance


@pytest.mark.parametrize(
    ("shown", "got", "again", "excused"),
    [
        ("tensor([0.4, 0.5])", "tensor([0.1, 0.2])", "tensor([0.9, 0.3])", True),
        ("[ 0.4  0.5]\n", "[0.1 0.2]", "[0.9 0.3]", True),
        ("7", "3", "9", True),
        ("hello world", "[0.1 0.2]", "[0.9 0.3]", False),
        ("median [0.1 0.2]", "mean [0.3 0.4]", "mean [0.5 0.6]", False),
        ("[0.1 0.2]", "[0.3 0.4 0.5]", "[0.6 0.7 0.8]", False),
        ("[0.4] shape (4,)", "[0.1] shape (3,)", "[0.9] shape (3,)", False),
        ("3.0", "2.0", "2.0", False),
    ],
)
def test_only_numbers_that_are_drawn(shown: str, got: str, again: str, excused: bool) -> None:
    assert differs_by_chance(shown, got, again) is excused


@pytest.mark.parametrize(("shown", "got"), [("99 m/s", "10 m/s"), ("7  # random forest", "5")])
def test_units_and_comments_that_only_resemble_what_varies(shown: str, got: str) -> None:
    assert differs(Printed(1, shown, Span(1, 1, 1, 1)), got)


@pytest.mark.parametrize(
    ("shown", "got"), [("99 samples/s", "10 samples/s"), ("7  # random", "5"), ("7  # may vary.", "5")]
)
def test_what_varies_is_not_compared(shown: str, got: str) -> None:
    assert differs(Printed(1, shown, Span(1, 1, 1, 1)), got) is None
