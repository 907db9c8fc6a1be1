"""`dataset["input_ids"].to(device)`: since datasets 4 a column is read when it is sliced, and `[:]` is all of it.

https://github.com/huggingface/datasets/releases/tag/4.0.0
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.live import undisturbed
from dlexamples.repair.renamed.failing import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def datasets_column(stop: Stop) -> Iterator[Proposal]:
    column = getattr(sys.modules.get("datasets.arrow_dataset"), "Column", None)
    if column is None or not isinstance(stop.error, AttributeError):
        return
    for found in missing(stop):
        name = found.chain
        if not isinstance(found.receiver, column) or not hasattr(_whole(found.receiver), name):
            continue
        sources = list(stop.sources)
        text = found.tree.text(found.node.value) + "[:]"
        sources[stop.at.block] = edit.replace_node(found.tree, found.node.value, text)
        yield Proposal(
            rule="datasets_column",
            code="DL202",
            message=f"a column of a data set has no `{name}` since datasets 4: it is not read yet",
            applicability=Applicability.SAFE,
            description="`[:]` reads the whole column, as the name alone did before",
            sources=tuple(sources),
        )
        return


def _whole(column: Any) -> Any:
    try:
        with undisturbed():
            return column[:]
    except Exception:  # whatever reading does, the column's values are not known
        return live.MISSING
