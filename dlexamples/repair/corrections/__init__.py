"""What runs and does not train: from the finding of a training check to edits that may put it right.

One edit a file, found by walking this folder: a function under `@corrects(name)`, the name that the check gives. It
gets the session's texts and the line that is meant, and yields edits, most likely first. Which one does put it right,
if any, is found out by running it (`dlexamples.corrections`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Faulty:
    """A place of a training that a check has something to say about."""

    code: str
    sources: Sequence[str]
    """Of the session's blocks, as they ran."""
    block: int
    line: int
    """Of the block's source, from 1."""
    about: str = ""
    """What the check found there: the name of an activation."""

    @property
    def source(self) -> str:
        return self.sources[self.block]

    def proposal(self, rule: str, description: str, source: str, block: int | None = None) -> Proposal:
        """With `source` as the text of the block that the place is in, or of `block`."""
        changed = self.block if block is None else block
        sources = tuple(source if index == changed else each for index, each in enumerate(self.sources))
        return Proposal(rule, self.code, "", Applicability.UNSAFE, description, sources)


Corrector = Callable[[Faulty], Iterator[Proposal]]
CORRECTORS: Registry[Corrector] = Registry("dlexamples.repair.corrections")


def corrects(name: str) -> Callable[[Corrector], Corrector]:
    """Registers a function under the edit's name."""

    def register(function: Corrector) -> Corrector:
        CORRECTORS.add(name, function)
        return function

    return register


def corrections(name: str, faulty: Faulty) -> Iterator[Proposal]:
    """Edits of this name, most likely first."""
    for proposal in CORRECTORS.items()[name](faulty):
        if proposal.sources != tuple(faulty.sources):
            yield proposal
