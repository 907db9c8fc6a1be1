"""What a post shows of a run: the output, the exception."""

from dlexamples.printed.comparison import Difference, differs
from dlexamples.printed.exceptions import expected_exception, matches_exception

__all__ = ["Difference", "differs", "expected_exception", "matches_exception"]
