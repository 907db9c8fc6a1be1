"""Which differences a second run with another seed excuses."""

from __future__ import annotations

import pytest

from dlexamples.printed import differs_by_chance


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
