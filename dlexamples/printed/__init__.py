"""What a post shows of a run: the output, the exception."""

from dlexamples.printed.announced import announced
from dlexamples.printed.chance import differs_by_chance
from dlexamples.printed.comparison import Difference, differs
from dlexamples.printed.exceptions import expected_exception, matches_exception

__all__ = ["Difference", "announced", "differs", "differs_by_chance", "expected_exception", "matches_exception"]
