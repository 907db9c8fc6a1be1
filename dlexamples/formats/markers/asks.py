"""What one marker asks for, and which blocks it reaches."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dlexamples.model import Printed

OURS = "dlexamples"


class Reach(Enum):
    """Which blocks a marker is for. One in an info string or in the code is for its own block, whatever it says."""

    BELOW = auto()
    """The fence below, with nothing but blank lines and comments between."""
    TOUCHING = auto()
    """The fence below, with nothing but blank lines between."""
    INSIDE = auto()
    """The code that the comment itself hides."""
    LAST_OF_SESSION = auto()
    """The last block that the same tool puts into the session that `scope` names."""
    NEXT_FENCE = auto()
    """The next fence that is shown, whatever stands between."""
    NEXT_CODE = auto()
    """The next Python, shown or hidden, whatever stands between."""
    AFTER_NEXT = auto()
    """The Python after the fence below."""
    START = auto()
    """Every block down to END, or to the end of the document."""
    END = auto()
    REST = auto()
    """Every block from here on."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One marker that was understood."""

    text: str
    """As written, so that it can be found where it was written."""
    marks: Marks = field(default_factory=Marks)
    """Empty when the marker is known and changes nothing for us."""
    reach: Reach = Reach.BELOW
    scope: str = ""
    """What START and END have in common: `skip`."""
    output: frozenset[str] | None = None
    """The fence is what the Python before it prints, compared with these options of doctest's."""
    printed: tuple[Printed, ...] = ()
    """What the block itself says that its statements print."""
    until: date | None = None
    """The last day on which it is in force."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A marker, or a part of one, that is not in force."""

    text: str
    """As written."""
    code: str
    message: str
    """What was found, and what would do."""

    @property
    def level(self) -> str:
        """A skip without a reason hides code that nobody answers for; the others leave the block as it is, run."""
        return "error" if self.code == "DL013" else "warning"


class MarkerError(ValueError):
    """A marker cannot be understood; says what was found and what would do."""

    code = "DL010"


class ReasonlessError(MarkerError):
    """A skip that nobody answers for."""

    code = "DL013"


def merged(marks: Iterable[Marks]) -> Marks:
    """What several markers ask for together: of one thing the first says it, ignored codes add up."""
    every = list(marks)
    found: dict[str, Any] = {}
    for each in fields(Marks):
        said = [value for mark in every if (value := getattr(mark, each.name)) != getattr(NOTHING, each.name)]
        if said:
            found[each.name] = frozenset[str]().union(*said) if each.name == "ignore" else said[0]
    return Marks(**found)


NOTHING = Marks()
