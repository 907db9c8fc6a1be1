"""`SGD(lr=0.1, decay=1e-6)`: Keras 3 ignores `decay`, and a schedule says the same.

Renaming `lr` alone would give a call that runs and trains at another rate than its author set.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import rule
from dlexamples.repair.keras.optimizers import decays, in_place, with_schedule
from dlexamples.repair.renamed.failing import called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def keras_decay(stop: Stop) -> Iterator[Proposal]:
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(stop.error, ValueError) or "not recognized" not in str(stop.error):
        return
    for call in called(stop):
        is_optimizer = isinstance(call.function, type) and issubclass(call.function, keras.optimizers.Optimizer)
        if not is_optimizer or not decays(call):
            continue
        made = with_schedule(call, call.function, call.tree.text(call.node.func))
        if made is None:
            return
        sources = list(stop.sources)
        sources[stop.at.block] = in_place(call, *made)
        yield Proposal(
            rule="keras_decay",
            code="DL203",
            message=f"`{call.function.__name__}` of Keras 3 has neither `lr` nor `decay`",
            applicability=Applicability.UNSAFE,
            description="`learning_rate` is a schedule with the rates that `decay` gave",
            sources=tuple(sources),
        )
        return
