"""What is doubted although it ran: a mend that no expert would sign, an output that another seed may change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.model import Applicability
from dlexamples.run.columns import rows
from dlexamples.verdicts.diagnose import first_line
from dlexamples.verdicts.expectations import prints_otherwise

if TYPE_CHECKING:
    from dlexamples.model import Session
    from dlexamples.run.record import Run
    from dlexamples.run.search import Mended

OF_SHAPES = {"DL301", "DL302", "DL303"}
BROADCASTS = re.compile(r"^Using a target size .* that is different to the input size")
"""torch's warning of a loss that compares each output with each target, as no author means it."""
_QUOTED = re.compile(r"`(\w+)`")


def prints_by_chance(session: Session, run: Run) -> bool:
    """Whether another seed may tell why a block prints something else than the post shows."""
    each = zip(session.blocks, run.text.sources, run.blocks, strict=True)
    return any(ran.ok and prints_otherwise(block, source, ran) for block, source, ran in each)


def doubtful(session: Session, mended: Mended, run: Run, index: int) -> str:
    """Why no expert would sign the mended block although it ran; empty when nothing speaks against it.

    A line that a mend brought and that makes a library warn (a silent broadcast, say) is no good line. One in which
    only a number is another makes the calls that its author wrote, with the warnings that those gave before. The same
    holds of a warning about an argument that the author's text has as well, and where all mends are safe. After a mend
    of shapes a loss that broadcasts is no good one wherever it stands: its output has another shape than before.
    """
    lines = [_without_numbers(line) for line in rows(mended.sources[index])]
    published = [_without_numbers(line) for line in rows(session.blocks[index].source)]
    mends = [mend.proposal for mend in mended.mends if mend.concerns(index)]
    reshaped = any(proposal.code in OF_SHAPES for proposal in mends)
    means_the_same = all(proposal.applicability is Applicability.SAFE for proposal in mends)
    for category, message, line in run.blocks[index].warned:
        broadcasts = reshaped and bool(BROADCASTS.search(message))
        is_brought = not means_the_same and line and lines[line - 1] not in published
        if category == "UserWarning" and line and (broadcasts or is_brought):
            named = [name for name in _QUOTED.findall(message) if re.search(rf"\b{name}=", lines[line - 1])]
            if named and all(re.search(rf"\b{name}=", session.blocks[index].source) for name in named):
                continue
            return f"in the mended text the library warns: {first_line(message)}"
    return ""


def _without_numbers(line: str) -> str:
    return re.sub(r"\b\d+\b", "0", line)
